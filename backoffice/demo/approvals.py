"""Large orders wait for the customer's word; one of the member's does, whenever the demo is started."""

from decimal import Decimal

from backoffice.demo.cast import DemoOrganisation
from backoffice.demo.members import demo_member
from backoffice.demo.products import demo_product
from crm.approvals.models import ApprovalRequest, ApprovalState, Approver, Policy
from crm.approvals.selectors import approvals_of
from crm.approvals.services import Step, define_policy
from crm.kernel.tenancy import Mode
from crm.orders.services import place_order
from crm.orders.services.writing import Item

POLICY, LARGE, PIECES = "Large orders", 100, 120


def waiting_request() -> ApprovalRequest | None:
    """What waits for the demo's member, the latest."""
    member = demo_member()
    return approvals_of(member.contact_id).filter(state=ApprovalState.PENDING).first() if member else None


def ensure_approval(cast: DemoOrganisation, mode: str) -> None:
    if not Policy.objects.filter(name=POLICY).exists():
        steps = [Step(approver=Approver.MEMBER, sla_hours=72)]
        define_policy(name=POLICY, kind="order", fact="items", more_than=LARGE, steps=steps)
    member, product = demo_member(), demo_product()
    if member and product and product.units_in_stock >= PIECES and waiting_request() is None:
        # As a gift in kaffa's live mode, where what was earned is what the sample says.
        is_gift = cast.slug == "kaffa" and mode == Mode.LIVE
        place_order(
            customer_id=member.contact_id, items=[Item(product_id=product.pk, quantity=PIECES)],
            discount=PIECES * product.price if is_gift else Decimal(0), notes="For the summer party",
        )  # fmt: skip
