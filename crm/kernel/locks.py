"""Locks on names rather than rows: for rules that no unique index can hold."""

from django.db import connection

from crm.kernel.tenancy.scope import current_scope


def hold_names(*names: str) -> None:
    """Let nobody else of this tenant hold any of `names` until the transaction ends; waits for whoever does."""
    tenant = current_scope().tenant
    with connection.cursor() as cursor:
        # Always in the same order, so that two callers with the same names cannot wait for each other.
        for name in sorted(set(names)):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"{tenant.organisation_id}:{tenant.mode}:{name}"],
            )


def hold_platform_name(name: str) -> None:
    """The same for the whole platform, outside any scope, and with patience: commands run one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5min'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"platform:{name}"])


def try_to_keep(name: str) -> bool:
    """Hold `name`, of the whole platform, for as long as this connection lasts or until `let_go`; False when another
    connection has it. The same connection is given it again and again: the caller knows what it has.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"kept:{name}"])
        return bool(cursor.fetchone()[0])


def let_go(name: str) -> None:
    """Hold `name` no longer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"kept:{name}"])
