"""Whether the time of a wrong sign-in tells if somebody has an account (reliability A7).

Told against two halves of one kind, and with the usual figures of such tests: Welch's t, and how often a guess by time
alone would be right (one half is chance).

The service is called one try after the other, known and unknown addresses in turns, each once and from a network
address of its own, so that no limit on guesses comes in between. The hasher is the product's own at the least cost it
has: a hash that takes a quarter of a second would hide whatever else differs.
"""

import ipaddress
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from statistics import fmean, median, variance

from django.contrib.auth.hashers import make_password
from django.test import override_settings

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import WrongAnswer
from benchmarks.data import ACTOR, PASSWORD, WITH_PASSWORD
from benchmarks.measuring import percentile
from benchmarks.people import Person, person
from crm.contacts.models import Identity
from crm.contacts.services import sign_in_member
from crm.kernel import passwords
from crm.kernel.entrances import scope_for
from crm.kernel.errors import DomainError
from crm.organisations.services import Device
from crm.web.dialects import SelfService
from crm.web.problems import problem_from
from crm.web.renderers import to_bytes

NETWORK = ipaddress.ip_network("2001:db8::/64")
# Fewer pairs have no middle to speak of.
FEWEST = 2
# In so many ways each kind is cut into two halves, to see how far apart chance alone brings two medians.
HALVINGS = 200
# The usual bounds of such tests (reliability T14).
LARGEST_T, FURTHEST_FROM_CHANCE = 4.5, 0.03
HASHERS = ["benchmarks.product.hashers.QuickArgon2"]
Try = tuple[float, tuple[int, int]]


def measure(bench: Bench) -> Iterator[Result]:
    with override_settings(PASSWORD_HASHERS=HASHERS), scope_for(bench.middle.tenant, ACTOR):
        passwords.prepare()
        Identity.objects.update(password=make_password(PASSWORD))
        _check(bench)
        known, unknown = _tries(bench)
    answers = {answer for _, answer in (*known, *unknown)}
    if len(answers) != 1:
        raise WrongAnswer(f"Known and unknown addresses are answered with (status, length) {answers}.")
    yield _result([taken for taken, _ in known], [taken for taken, _ in unknown], answers.pop())


def _check(bench: Bench) -> None:
    """The people that are tried can sign in. Raises WrongSignIn. What is made once for all tries is made here."""
    member = person(0, bench.middle.size)
    sign_in_member(email=member.email, password=PASSWORD, device=_device(0))
    _try(_unknown(member), _device(1))


def _tries(bench: Bench) -> tuple[list[Try], list[Try]]:
    known: list[Try] = []
    unknown: list[Try] = []
    most = min(max(FEWEST, bench.options.sign_in_pairs), WITH_PASSWORD - 1, bench.middle.size - 1)
    deadline = time.monotonic() + bench.options.sign_in_seconds
    for number in range(1, most + 1):
        member = person(number, bench.middle.size)
        pair = [(known, member.email, 2 * number), (unknown, _unknown(member), 2 * number + 1)]
        for tries, email, device in pair if number % 2 else reversed(pair):
            tries.append(_try(email, _device(device)))
        if number >= FEWEST and time.monotonic() > deadline:
            break
    return known, unknown


def _unknown(member: Person) -> str:
    """An address as long as theirs that nobody has."""
    return member.email.replace("@example.com", "@example.net")


def _try(email: str, device: Device) -> Try:
    """Seconds, and the status and length of S2's answer."""
    started = time.perf_counter()
    try:
        sign_in_member(email=email, password="a wrong guess", device=device)  # noqa: S106 - wrong on purpose
    except DomainError as error:
        taken = time.perf_counter() - started
        problem, dialect = problem_from(error), SelfService()
        return taken, (dialect.status_of(problem), len(to_bytes(dialect.failure(problem))))
    raise WrongAnswer("A wrong password let somebody in.")


def _device(number: int) -> Device:
    return Device(name="bench", address=str(NETWORK[number + 1]))


def _result(known: list[float], unknown: list[float], answer: tuple[int, int]) -> Result:
    apart = abs(median(known) - median(unknown)) * 1000
    by_chance = max(_apart_by_chance(known), _apart_by_chance(unknown)) * 1000
    return Result(
        row="sign-in",
        work=f"{len(known):,} pairs, known and unknown addresses",
        ours=f"{median(known) * 1000:.2f} | {median(unknown) * 1000:.2f} ms",
        floor=f"± {by_chance:.2f} ms",
        ratio=f"{apart / by_chance:.2f}",
        reaches=[
            Reach("medians apart, in what two halves of one kind are apart", apart / by_chance, 1),
            Reach("Welch's t", abs(_welch_t(known, unknown)), LARGEST_T),
            Reach("right by time alone, off one half by", abs(_auc(known, unknown) - 0.5), FURTHEST_FROM_CHANCE),
        ],
        figures={"pairs": len(known), "status": answer[0], "length of the body": answer[1],
                 "medians apart ms": apart, "halves of one kind apart ms": by_chance,
                 "lower deciles apart ms": _lower_deciles_apart(known, unknown)},
    )  # fmt: skip


def _apart_by_chance(kind: list[float]) -> float:
    """Seconds between the medians of two equal halves of one kind: nineteen of twenty halvings stay within them."""
    dice, half = random.Random(7), len(kind) // 2
    differences = []
    for _ in range(HALVINGS):
        shuffled = dice.sample(kind, len(kind))
        differences.append(abs(median(shuffled[:half]) - median(shuffled[half:])))
    return percentile(differences, 0.95)


def _welch_t(ours: list[float], theirs: list[float]) -> float:
    spread = variance(ours) / len(ours) + variance(theirs) / len(theirs)
    return (fmean(ours) - fmean(theirs)) / spread**0.5 if spread else 0.0


def _lower_deciles_apart(ours: list[float], theirs: list[float]) -> float:
    """Milliseconds."""
    return abs(percentile(ours, 0.1) - percentile(theirs, 0.1)) * 1000


def _auc(ours: list[float], theirs: list[float]) -> float:
    """How often one of ours took longer than one of theirs, of all pairs; ties count half."""
    ranked = sorted(theirs)
    wins = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in ours) / 2
    return wins / (len(ours) * len(theirs))
