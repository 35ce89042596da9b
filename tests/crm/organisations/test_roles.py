"""What each role may do (where-they-meet.md, "Who speaks")."""

import pytest

from crm.kernel.actors import Actor, ActorKind
from crm.organisations.roles import GRANTS, RESOURCES, Role, grants_of, is_grant

EVERY_GRANT = [f"{resource}:{access}" for resource in RESOURCES for access in ("read", "write")]


def may(role: str, grant: str) -> bool:
    return Actor(ActorKind.STAFF, "x", grants_of(role)).may(grant)


def granted(role: str, access: str) -> set[str]:
    return {resource for resource in RESOURCES if may(role, f"{resource}:{access}")}


def test_every_role_has_its_grants() -> None:
    assert set(GRANTS) == set(Role.values)


@pytest.mark.parametrize("role", Role.values)
def test_every_grant_in_the_table_exists(role: str) -> None:
    assert grants_of(role)
    assert all(is_grant(grant) for grant in grants_of(role))


@pytest.mark.parametrize("grant", [*EVERY_GRANT, "read", "write"])
def test_what_exists_is_a_grant(grant: str) -> None:
    assert is_grant(grant)


@pytest.mark.parametrize(
    "text",
    ["", "*", "admin", "members:read", "auth:members", "auth:members:", "auth:members:delete", ":read", "auth::read",
     "auth:members:read:write", "AUTH:MEMBERS:READ", " read", "crm:shoes:read"],
)  # fmt: skip
def test_what_does_not_exist_is_no_grant(text: str) -> None:
    assert not is_grant(text)


@pytest.mark.parametrize("grant", EVERY_GRANT)
def test_an_owner_may_do_everything(grant: str) -> None:
    assert may("owner", grant)


def test_a_manager_may_do_everything_but_change_the_organisation() -> None:
    assert granted("manager", "read") == set(RESOURCES)
    assert granted("manager", "write") == set(RESOURCES) - {"auth:organisation"}


def test_an_agent_writes_what_the_day_brings_only() -> None:
    assert granted("agent", "write") == {
        "auth:members", "crm:listings", "crm:leads", "crm:orders", "crm:feedback", "crm:files", "crm:approvals",
        "notification:suppressions",
    }  # fmt: skip


def test_an_agent_sees_neither_keys_nor_document_numbers_nor_settings() -> None:
    hidden = {"auth:api-keys", "auth:documents", "auth:organisation", "platform:jobs"}
    assert granted("agent", "read").isdisjoint(hidden)


@pytest.mark.parametrize("role", ["agent", "analyst"])
@pytest.mark.parametrize("resource", ["auth:api-keys", "auth:staffs", "auth:organisation", "auth:documents"])
def test_agents_and_analysts_change_nothing_that_gives_access(role: str, resource: str) -> None:
    assert not may(role, f"{resource}:write")


def test_an_analyst_writes_nothing() -> None:
    assert granted("analyst", "write") == set()


def test_an_analyst_reads_the_daily_business_only() -> None:
    assert granted("analyst", "read") == {
        "auth:members", "crm:listings", "cluster:tiers", "notification:suppressions", "crm:custom-fields",
        "platform:events", "crm:leads", "crm:campaigns", "crm:imports", "notification:messages", "crm:segments",
        "crm:products", "crm:orders", "crm:feedback", "crm:reports", "crm:files", "crm:approvals",
    }  # fmt: skip
