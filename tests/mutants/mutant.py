from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    says: str
    file: str
    before: str
    after: str
    tests: str
