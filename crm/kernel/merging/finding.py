"""The search for records that are there twice: a chunk at a time, comparing only those who share a key.

A chunk costs a fixed number of statements. Only those whose keys changed since the last time are compared, so the
nightly search of a place where little happened does little.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Count, Q

from crm.kernel.clock import now
from crm.kernel.merging.errors import PairNotFound
from crm.kernel.merging.records import PairState


class Comparable(Protocol):
    def match_keys(self) -> set[str]:
        """Whoever shares none of these is not compared."""


Pair = tuple[UUID, UUID]


@dataclass(frozen=True)
class Finder:
    """How duplicates of one noun are found. `column` is what the table of keys calls the noun; `portraits` gives what
    is compared of these ids, as far as they live; a pair is kept from the score `least` on. A key that more than
    `crowd` share says nothing about any two of them: a switchboard, a company of namesakes.
    """

    noun: Any
    keys: Any
    pairs: Any
    column: str
    portraits: Callable[[Sequence[UUID]], dict[UUID, Any]]
    compare: Callable[[Any, Any], tuple[int, list[str]]]
    least: int
    chunk: int
    crowd: int

    def scan_chunk(self, after: UUID | None) -> tuple[UUID | None, int]:
        """Search for the next ones by id; the last one's id, or None at the end, and how many they were."""
        living = self.noun.objects.filter(deleted_at=None)
        rest = (living.filter(pk__gt=after) if after else living).order_by("pk")
        ids = list(rest.values_list("pk", flat=True)[: self.chunk])
        if not ids:
            self.keys.objects.filter(**{f"{self.column}__deleted_at__isnull": False}).delete()
            return None, 0
        self.search(ids, among_all=False)
        return ids[-1], len(ids)

    def open_pairs_of(self, id_: UUID) -> list[Any]:
        """Search again for one's duplicates, and give the open pairs."""
        self.search([id_], among_all=True)
        either = Q(first=id_, second__deleted_at=None) | Q(second=id_, first__deleted_at=None)
        pairs = self.pairs.objects.filter(either, state=PairState.OPEN).select_related("first", "second")
        return list(pairs.order_by("-score", "id"))

    def search(self, ids: Sequence[UUID], *, among_all: bool) -> None:
        """`among_all` compares those named even when nothing about them changed."""
        found = self.portraits(ids)
        changed = self._write_keys(found)
        looked_at = set(ids) if among_all else changed
        if not looked_at:
            return
        keys = {key for id_ in looked_at & found.keys() for key in found[id_].match_keys()}
        candidates = self._candidates(looked_at, keys)
        others = {id_ for pair in candidates for id_ in pair} - found.keys()
        for batch in self._batches(others):
            found |= self.portraits(batch)
        scored = {pair: self.compare(found[pair[0]], found[pair[1]]) for pair in candidates if found.keys() >= {*pair}}
        self._write_pairs(looked_at, {pair: result for pair, result in scored.items() if result[0] >= self.least})

    def _write_keys(self, found: dict[UUID, Any]) -> set[UUID]:
        """Bring the keys of these up to date; whose changed."""
        wanted = {(id_, key) for id_, one in found.items() for key in one.match_keys()}
        held = self.keys.objects.filter(**{f"{self.column}__in": list(found)})
        rows = {(id_, key): pk for pk, id_, key in held.values_list("pk", f"{self.column}_id", "key")}
        self.keys.objects.filter(pk__in=[pk for pair, pk in rows.items() if pair not in wanted]).delete()
        fresh = [self.keys(**{f"{self.column}_id": id_, "key": key}) for id_, key in sorted(wanted - rows.keys())]
        self.keys.objects.bulk_create(fresh, batch_size=self.chunk, ignore_conflicts=True)
        return {id_ for id_, _key in wanted ^ rows.keys()}

    def _batches(self, ids: Iterable[UUID]) -> Iterator[list[UUID]]:
        rest = iter(ids)
        while batch := list(islice(rest, self.chunk)):
            yield batch

    def _candidates(self, ids: set[UUID], keys: set[str]) -> set[Pair]:
        """The pairs, one of them among `ids`, that share one of these keys that few share.

        The keys are named one by one: of a subquery PostgreSQL could not tell how many there are, and would walk the
        table.
        """
        among = self.keys.objects.filter(key__in=keys)
        counted = among.values("key").annotate(n=Count("pk")).filter(n__gt=1, n__lte=self.crowd)
        shared = list(counted.values_list("key", flat=True))
        sharing: defaultdict[str, list[UUID]] = defaultdict(list)
        for key, id_ in self.keys.objects.filter(key__in=shared).values_list("key", f"{self.column}_id"):
            sharing[key].append(id_)
        pairs = (pair for some in sharing.values() for pair in combinations(sorted(some), 2))
        return {(one, other) for one, other in pairs if one in ids or other in ids}

    def _write_pairs(self, looked_at: set[UUID], found: dict[Pair, tuple[int, list[str]]]) -> None:
        """Open pairs are as they were found now; what somebody has decided stays."""
        rows = self.pairs.objects.filter(Q(first__in=looked_at) | Q(second__in=looked_at))
        known = {(pair.first_id, pair.second_id): pair for pair in rows}
        gone = [pair.pk for ids, pair in known.items() if ids not in found and pair.state == PairState.OPEN]
        self.pairs.objects.filter(pk__in=gone).delete()
        for ids, pair in known.items():
            if ids in found and (pair.score, pair.reasons) != found[ids] and pair.state == PairState.OPEN:
                pair.score, pair.reasons = found[ids]
                pair.save(update_fields=["score", "reasons"])
        fresh = [
            self.pairs(first_id=one, second_id=other, score=score, reasons=reasons, found_at=now())
            for (one, other), (score, reasons) in found.items()
            if (one, other) not in known
        ]
        self.pairs.objects.bulk_create(fresh, batch_size=self.chunk, ignore_conflicts=True)


def dismissed(pairs: Any, pair_id: UUID) -> Any:
    """The open pair of this id, which is now said to be two. Raises PairNotFound."""
    pair = pairs.objects.for_update().filter(pk=pair_id, state=PairState.OPEN).first()
    if pair is None:
        raise PairNotFound
    pair.state, pair.decided_at = PairState.DISMISSED, now()
    pair.save(update_fields=["state", "decided_at"])
    return pair
