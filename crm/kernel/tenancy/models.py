"""The base of every tenant table, and the second wall behind the manager: composite keys in the database.

A foreign key between tenant rows is `(organisation_id, mode, x_id) REFERENCES target (organisation_id, mode, id)`, so a
row cannot point across tenants whatever the code above does. `TenantBase` adds these keys, the unique they refer to
and the index they are looked up by to every concrete model; nobody can forget them.
"""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.base import ModelBase
from django.db.models.constraints import BaseConstraint

from crm.kernel.tenancy.query import ScopedManager
from crm.kernel.tenancy.scope import ForeignRow, Mode, Tenant, current_scope

TENANT_FIELDS = ("organisation", "mode")


class TenantKey(BaseConstraint):
    """A composite foreign key from one tenant table to another, checked when the transaction ends."""

    def __init__(self, *, name: str, field: str) -> None:
        super().__init__(name=name)
        self.field = field

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        field = model._meta.get_field(self.field)
        target = field.remote_field.model._meta
        quote = schema_editor.quote_name
        own = ", ".join(map(quote, ("organisation_id", "mode", field.column)))
        theirs = ", ".join(map(quote, ("organisation_id", "mode", target.pk.column)))
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} FOREIGN KEY ({own}) "
            f"REFERENCES {quote(target.db_table)} ({theirs}) DEFERRABLE INITIALLY DEFERRED"
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        # Inside CREATE TABLE it would come before the unique constraint that it refers to.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database's business alone."""

    def deconstruct(self) -> Any:
        _path, args, kwargs = super().deconstruct()
        kwargs["field"] = self.field
        return "crm.kernel.tenancy.models.TenantKey", args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TenantKey) and (self.name, self.field) == (other.name, other.field)

    __hash__ = None  # type: ignore[assignment]


class _ScopedRelation:
    """A relation that leaves constraint and index to `TenantBase`; migrations see a plain Django field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, path.replace("crm.kernel.tenancy.models.Tenant", "django.db.models."), args, kwargs


class TenantForeignKey(_ScopedRelation, models.ForeignKey[Any, Any]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_index", False)
        super().__init__(*args, **kwargs)


class TenantOneToOneField(_ScopedRelation, models.OneToOneField[Any, Any]):
    """One-to-one between tenant rows."""


class TenantBase(ModelBase):
    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> Any:
        model: Any = super().__new__(cls, name, bases, attrs, **kwargs)
        if not model._meta.abstract:
            _add_tenant_keys(model)
        return model


def _add_tenant_keys(model: Any) -> None:
    meta = model._meta
    table = f"{meta.app_label}_{meta.model_name}"
    unique = models.UniqueConstraint(fields=[*TENANT_FIELDS, meta.pk.name], name=f"{table}_tenant")
    relations: list[Any] = [field for field in meta.local_fields if isinstance(field, _ScopedRelation)]
    keys = [TenantKey(field=field.name, name=f"{table}_{field.name}_key") for field in relations]
    indexes = [
        models.Index(fields=[*TENANT_FIELDS, field.name], name=f"{meta.model_name[:15]}_{field.name[:11]}_fk")
        for field in relations
        if not field.unique and not _is_indexed(meta, field.name)
    ]
    meta.constraints = [*meta.constraints, unique, *keys]
    meta.indexes = [*meta.indexes, *indexes]
    meta.original_attrs["constraints"] = meta.constraints
    meta.original_attrs["indexes"] = meta.indexes


def _is_indexed(meta: Any, field: str) -> bool:
    """Whether some whole index of the model's own already begins with the tenant and this field."""
    start = [*TENANT_FIELDS, field]
    lists = [index.fields for index in meta.indexes if not index.condition]
    lists += [unique.fields for unique in meta.constraints if not getattr(unique, "condition", True)]
    return any([name.lstrip("-") for name in fields][:3] == start for fields in lists)


class TenantModel(models.Model, metaclass=TenantBase):
    """A row that belongs to one organisation in one mode."""

    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, editable=False, related_name="+", db_index=False
    )
    mode = models.CharField(max_length=4, choices=Mode.choices, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.claim()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.claim()
        return super().delete(*args, **kwargs)

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.organisation_id, self.mode)

    def claim(self) -> None:
        """Take the open scope's organisation and mode, or raise ForeignRow when the row has another's."""
        tenant = current_scope().tenant
        if not self.mode and not self.organisation_id:
            self.organisation_id, self.mode = tenant
        elif self.tenant != tenant:
            raise ForeignRow("A row of one scope was written in another.")
