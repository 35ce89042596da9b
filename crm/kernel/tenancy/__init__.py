"""One scope, an organisation in live or test mode; without it no tenant row is read or written (docs/tenancy.md)."""

from crm.kernel.tenancy.models import TenantForeignKey, TenantModel, TenantOneToOneField
from crm.kernel.tenancy.query import ScopedManager, ScopedQuerySet, anchored
from crm.kernel.tenancy.scope import (
    ForeignRow,
    Mode,
    NestedScope,
    NoScope,
    Scope,
    Tenant,
    Via,
    current_scope,
    open_scope,
    scope_or_none,
)
from crm.kernel.tenancy.statements import Question, Selector, answers_to, page_of, queryset_of

__all__ = [
    "ForeignRow",
    "Mode",
    "NestedScope",
    "NoScope",
    "Question",
    "Scope",
    "ScopedManager",
    "ScopedQuerySet",
    "Selector",
    "Tenant",
    "TenantForeignKey",
    "TenantModel",
    "TenantOneToOneField",
    "Via",
    "anchored",
    "answers_to",
    "current_scope",
    "open_scope",
    "page_of",
    "queryset_of",
    "scope_or_none",
]
