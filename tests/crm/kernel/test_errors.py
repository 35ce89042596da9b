"""What can go wrong, told without HTTP."""

import pytest

from crm.kernel.actors import EVERYTHING, Actor, ActorKind, job_actor
from crm.kernel.errors import KINDS, Complaint, Conflict, DomainError, Duplicate, Invalid, NotFound, kind_of


class ShoeTaken(Duplicate):
    code = "tests_shoe_taken"
    field = "shoe"
    message = "Somebody wears it."


def test_an_error_has_the_code_message_and_field_of_its_class() -> None:
    error = ShoeTaken()
    assert (error.code, str(error), error.field) == ("tests_shoe_taken", "Somebody wears it.", "shoe")
    assert error.complaints == (Complaint("shoe", "Somebody wears it."),)


def test_message_and_field_may_be_said_more_exactly() -> None:
    error = ShoeTaken("Ann wears it.", field="left_shoe", size=42)
    assert error.complaints == (Complaint("left_shoe", "Ann wears it."),)
    assert (str(error), error.data) == ("Ann wears it.", {"size": 42})
    assert ShoeTaken().field == "shoe", "the class is not changed by one of its errors"


def test_an_error_of_no_field_complains_of_none() -> None:
    assert NotFound().complaints == ()


def test_complaints_given_are_those_told() -> None:
    complaints = [Complaint("a", "Wrong."), Complaint("b.c", "Wrong too.")]
    assert Invalid(complaints=complaints).complaints == tuple(complaints)


def test_every_error_is_of_one_kind() -> None:
    assert kind_of(ShoeTaken()) is Duplicate
    assert [kind_of(kind()) for kind in KINDS] == list(KINDS)
    assert all(issubclass(kind, DomainError) for kind in KINDS)


def test_an_error_can_be_caught_by_kind() -> None:
    with pytest.raises(Duplicate):
        raise ShoeTaken
    assert not isinstance(ShoeTaken(), Conflict)


@pytest.mark.parametrize(
    ("grants", "asked", "may"),
    [({"*"}, "auth:members:write", True), ({"write"}, "auth:members:write", True),
     ({"read"}, "auth:members:read", True), ({"read"}, "auth:members:write", False),
     ({"write"}, "auth:members:read", False), ({"auth:members:read"}, "auth:members:read", True),
     ({"auth:members:read"}, "auth:members:write", False),
     ({"auth:members:read"}, "auth:staffs:read", False), ({"auth:members"}, "auth:members:read", False),
     (set(), "auth:members:read", False)],
)  # fmt: skip
def test_an_actor_may_do_what_is_granted_and_nothing_else(grants: set[str], asked: str, may: bool) -> None:
    assert Actor(ActorKind.KEY, "k", frozenset(grants)).may(asked) is may


def test_a_job_may_do_everything() -> None:
    assert job_actor("tidy") == Actor(ActorKind.JOB, "tidy")
    assert job_actor("tidy").grants == EVERYTHING


def test_grants_do_not_show_where_an_actor_is_printed() -> None:
    assert "auth:members" not in repr(Actor(ActorKind.KEY, "k", frozenset({"auth:members:read"})))
