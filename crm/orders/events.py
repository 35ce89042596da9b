"""Amounts are texts in the order's currency, exact."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent, not_kept


@dataclass(frozen=True)
class ProductDefined(DomainEvent):
    name: ClassVar[str] = "product.defined"
    about: ClassVar[str] = "product"
    product_id: UUID


@dataclass(frozen=True)
class ProductChanged(DomainEvent):
    name: ClassVar[str] = "product.changed"
    about: ClassVar[str] = "product"
    product_id: UUID


@dataclass(frozen=True)
class ProductDeleted(DomainEvent):
    name: ClassVar[str] = "product.deleted"
    about: ClassVar[str] = "product"
    product_id: UUID


@dataclass(frozen=True)
class OrderCreated(DomainEvent):
    name: ClassVar[str] = "order.created"
    about: ClassVar[str] = "order"
    order_id: UUID
    contact_id: UUID
    status: str
    total: str
    currency: str


@dataclass(frozen=True)
class OrderUpdated(DomainEvent):
    """Fields or items changed; a change of status is told apart. `formerly_ordered_at` is empty unless it has moved."""

    name: ClassVar[str] = "order.updated"
    about: ClassVar[str] = "order"
    order_id: UUID
    contact_id: UUID
    total: str
    currency: str
    formerly_ordered_at: str


@dataclass(frozen=True)
class OrderStatusChanged(DomainEvent):
    name: ClassVar[str] = "order.status_changed"
    about: ClassVar[str] = "order"
    order_id: UUID
    contact_id: UUID
    from_status: str
    to_status: str


@dataclass(frozen=True)
class OrderDelivered(DomainEvent):
    """Once for each order, also for one that was delivered when it was written down. `net` is without tax."""

    name: ClassVar[str] = "order.delivered"
    about: ClassVar[str] = "order"
    order_id: UUID
    contact_id: UUID
    total: str
    net: str
    currency: str
    ordered_at: datetime


@dataclass(frozen=True)
class OrderRefunded(DomainEvent):
    """`refunded_net` of `order_net` has gone back by now, this refund included: by both, whatever was given for the
    order is taken back so that many refunds add up to the whole (semantics §3.1).
    """

    name: ClassVar[str] = "order.refunded"
    about: ClassVar[str] = "order"
    order_id: UUID
    contact_id: UUID
    refund_id: UUID
    amount: str
    net: str
    refunded_net: str
    order_net: str
    currency: str


@dataclass(frozen=True)
class OrderDeleted(DomainEvent):
    name: ClassVar[str] = "order.deleted"
    about: ClassVar[str] = "order"
    order_id: UUID
    contact_id: UUID
    status: str
    total: str
    currency: str


@dataclass(frozen=True)
class OrdersLoaded(DomainEvent):
    """One event for a whole batch of delivered orders: how many there are of each UTC day, and what they came to. Whose
    they are is told to reactions, but not kept.
    """

    name: ClassVar[str] = "orders.loaded"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    per_day: dict[str, int]
    total_per_day: dict[str, str]
    currency: str
    contact_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class InvoiceIssued(DomainEvent):
    name: ClassVar[str] = "invoice.issued"
    about: ClassVar[str] = "order"
    order_id: UUID
    contact_id: UUID
    number: str
    total: str
    currency: str


@dataclass(frozen=True)
class AccountOpened(DomainEvent):
    name: ClassVar[str] = "account.opened"
    about: ClassVar[str] = "account"
    account_id: UUID
    contact_id: UUID
    currency: str


@dataclass(frozen=True)
class AccountChanged(DomainEvent):
    name: ClassVar[str] = "account.changed"
    about: ClassVar[str] = "account"
    account_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class PaymentMethodAdded(DomainEvent):
    """About whose it is, for it goes with them; without anything that was said of it."""

    name: ClassVar[str] = "payment_method.added"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    payment_method_id: UUID
    kind: str


@dataclass(frozen=True)
class PaymentMethodChanged(DomainEvent):
    name: ClassVar[str] = "payment_method.changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    payment_method_id: UUID


@dataclass(frozen=True)
class PaymentMethodRemoved(DomainEvent):
    name: ClassVar[str] = "payment_method.removed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    payment_method_id: UUID
