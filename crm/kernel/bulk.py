"""After many rows came at once."""

from django.db import connection, models


def analyse(*tables: type[models.Model]) -> None:
    """Let PostgreSQL look at the tables anew; until it has, it plans as if they were still empty."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table._meta.db_table)}")
