"""Who and what the demo consists of."""

from dataclasses import dataclass

from crm.organisations.models import Plan
from crm.organisations.roles import Role


@dataclass(frozen=True)
class DemoOrganisation:
    name: str
    slug: str
    requests_per_hour: int | None
    people: int
    team: tuple[tuple[str, str], ...]
    plan: str = Plan.ENTERPRISE

    @property
    def domain(self) -> str:
        return f"{self.slug}.example"


OPERATOR_EMAIL = "operator@rapport.example"
BLACKLISTED_EMAIL = "do-not-write@example.com"
BLACKLISTED_PHONE = "+12025559999"
LISTING = "Newsletter"

# kaffa's people in live mode are the customers of the CDNOW sample.
ORGANISATIONS = (
    DemoOrganisation(
        "Kaffa Coffee", "kaffa", None, 0,
        ((Role.OWNER, "Selam Abebe"), (Role.MANAGER, "Marco Rossi"), (Role.AGENT, "Nina Weber"),
         (Role.ANALYST, "Arjun Patel")),
    ),
    DemoOrganisation(
        "Rival Books", "rival", None, 20,
        ((Role.OWNER, "Olga Petrov"), (Role.MANAGER, "James Walker"), (Role.AGENT, "Yuki Sato"),
         (Role.ANALYST, "Laila Haddad")),
    ),
    DemoOrganisation(
        "Tiny Tea", "tiny", 60, 20,
        ((Role.OWNER, "Mei Chen"), (Role.MANAGER, "Lars Olsen"), (Role.AGENT, "Rosa Silva"),
         (Role.ANALYST, "Omar Khan")),
    ),
)  # fmt: skip
