"""What becomes of a column when somebody is erased."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from crm.kernel.privacy.person import Person

# The value of a column afterwards, as an expression or a plain value; given the column and who it is.
Afterwards = Callable[[Any, Person], Any]


class FieldRules(NamedTuple):
    """These columns; `afterwards` is None for what stays as it is, and then `why` says why it may."""

    names: tuple[str, ...]
    afterwards: Afterwards | None
    why: str = ""


@dataclass(frozen=True)
class FieldRule:
    """One column: whether people are given it, and what is in it afterwards."""

    is_exported: bool
    afterwards: Afterwards | None
    why: str = ""


def clear(*names: str) -> FieldRules:
    """Empty afterwards: null where that is allowed, else an empty text, list or object."""
    return FieldRules(names, lambda field, _person: blank_of(field))


def pseudonym(*names: str) -> FieldRules:
    """The person's pseudonym stands there afterwards."""
    return FieldRules(names, lambda _field, person: person.pseudonym)


def rewritten(by: Callable[[Person], Any], *names: str) -> FieldRules:
    """What an expression makes of it, over the row as it is."""
    return FieldRules(names, lambda _field, person: by(person))


def keep(why: str, *names: str) -> FieldRules:
    """It stays as it is. `why` says what it is for, and why it tells nobody who the person was."""
    return FieldRules(names, None, why)


def each(exported: Iterable[FieldRules], withheld: Iterable[FieldRules]) -> Mapping[str, FieldRule]:
    """The rule of each column by its name; one that is named twice is a mistake."""
    found: dict[str, FieldRule] = {}
    for rules, is_exported in [*((one, True) for one in exported), *((one, False) for one in withheld)]:
        for name in rules.names:
            if name in found:
                raise ImproperlyConfigured(f"There are two rules for {name}.")
            found[name] = FieldRule(is_exported, rules.afterwards, rules.why)
    return found


def blank_of(field: Any) -> Any:
    """Nothing, in a column of this kind."""
    if field.null:
        return None
    if isinstance(field, ArrayField):
        return []
    if isinstance(field, models.JSONField):
        return field.get_default() if field.has_default() else {}
    if isinstance(field, (models.CharField, models.TextField)):
        return ""
    raise ImproperlyConfigured(f"{field} cannot be empty: keep it, and say why.")


def holds_text(field: Any) -> bool:
    """Whether somebody could have written something about a person there."""
    kinds = (
        models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField,
        ArrayField,
    )  # fmt: skip
    return isinstance(field, kinds) and not field.choices and not field.generated
