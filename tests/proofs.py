"""How often a proof repeats itself: in `make proofs` as often as its figure wants, else so that one sees it work.

What is proved by repetition takes minutes, and the suite is to be run at every change. `large` tests, on 100,000 rows,
are left to `make proofs` altogether.
"""

import os

IN_FULL = os.environ.get("RAPPORT_PROOFS") == "full"


def times(full: int, quick: int) -> int:
    return full if IN_FULL else quick
