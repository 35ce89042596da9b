"""The member of each mode whose sign-in the demo tells: a customer of the sample in live mode, somebody new in test."""

from backoffice.demo.cast import DemoOrganisation
from backoffice.demo.secrets import password
from crm.contacts.models import Customer, Identity, PassCode, Provider
from crm.contacts.services import add_identity, define_pass_code, register_member, set_password
from crm.kernel.tenancy import Mode

PHONE = "+35799123834"


def demo_member() -> Identity | None:
    """Their way to sign in: the first that was ever made in the open scope."""
    identities = Identity.objects.filter(provider=Provider.EMAIL).select_related("contact").defer("contact__words")
    return identities.order_by("created_at", "id").first()


def member_password(cast: DemoOrganisation, mode: str, generation: int) -> str:
    return password(f"{cast.slug}:{mode}:member", generation)


def ensure_member(cast: DemoOrganisation, mode: str, generation: int) -> None:
    if demo_member() is not None:
        return
    secret = member_password(cast, mode, generation)
    # A customer more would make live mode's figures differ from the sample's.
    known = Customer.objects.filter(deleted_at=None).select_related("contact").order_by("created_at", "pk").first()
    if mode == Mode.LIVE and known is not None:
        add_identity(contact_id=known.pk, provider=Provider.EMAIL, value=known.contact.email)
        set_password(contact_id=known.pk, password=secret)
    else:
        email = f"member@{cast.domain}"
        register_member(first_name="Maria", last_name="Georgiou", email=email, phone=PHONE, password=secret)


def pass_code_of(cast: DemoOrganisation, mode: str) -> str:
    """A word that lets anybody register, any number of them; not secret, and so never rotated."""
    return f"{cast.slug.upper()}-{mode.upper()}-WELCOME"


def ensure_pass_code(cast: DemoOrganisation, mode: str) -> None:
    code = pass_code_of(cast, mode)
    if not PassCode.objects.filter(code=code).exists():
        define_pass_code(code=code, note="Part of the demo")


def give_new_password(cast: DemoOrganisation, mode: str, generation: int) -> None:
    identity = demo_member()
    if identity is not None:
        set_password(contact_id=identity.contact_id, password=member_password(cast, mode, generation))
