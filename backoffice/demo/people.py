"""Made-up people, always the same for the same number. No address or number here reaches anybody."""

from dataclasses import dataclass

from crm.kernel.search import fold

FIRST_NAMES = (
    "Aisha", "Alejandro", "Amara", "André", "Anna", "Arjun", "Beatriz", "Björn", "Carlos", "Chloé", "Daniel", "Deniz",
    "Dimitra", "Elena", "Emeka", "Emma", "Erik", "Fatima", "Finn", "Freya", "Giulia", "Grace", "Hana", "Hassan",
    "Helena", "Hiroshi", "Ines", "Isaac", "Ivana", "Jakub", "Jamal", "James", "Jana", "João", "Jonas", "José", "Julia",
    "Kaito", "Karim", "Katarzyna", "Kofi", "Laila", "Lars", "Laura", "Léa", "Liam", "Linh", "Lucía", "Luka", "Maja",
    "Malik", "Marco", "Maria", "Mateo", "Mei", "Mikael", "Mina", "Nadia", "Naomi", "Nikos", "Nina", "Noah", "Nour",
    "Olga", "Oliver", "Omar", "Paula", "Petra", "Priya", "Rafael", "Ravi", "Rosa", "Samir", "Sara", "Sean", "Sofia",
    "Søren", "Stefan", "Tamara", "Tariq", "Thandi", "Tomás", "Ursula", "Valentina", "Viktor", "Wei", "Yara", "Yuki",
    "Yusuf", "Zoë", "Zuzana",
)  # fmt: skip
LAST_NAMES = (
    "Abebe", "Aguilar", "Ahmed", "Almeida", "Andersen", "Antoniou", "Baker", "Bauer", "Becker", "Bianchi", "Brown",
    "Carvalho", "Castillo", "Chen", "Christodoulou", "Costa", "Cruz", "Demir", "Dubois", "Eriksson", "Evans",
    "Fernández", "Fischer", "Fofana", "García", "Georgiou", "González", "Gruber", "Haddad", "Hansen", "Hernández",
    "Hoffmann", "Horvat", "Ibrahim", "Ioannou", "Ito", "Jansen", "Jensen", "Johnson", "Jones", "Kaya", "Keller",
    "Khan", "Kim", "Kowalski", "Kumar", "Larsson", "Lee", "Lefèvre", "Lopez", "Martin", "Mendes", "Meyer", "Moreau",
    "Müller", "Mwangi", "Nakamura", "Ndiaye", "Nguyen", "Nielsen", "Novák", "O'Connor", "Okafor", "Okonkwo", "Olsen",
    "Özdemir", "Papadopoulos", "Park", "Patel", "Pereira", "Petrov", "Popescu", "Reyes", "Ricci", "Rossi", "Santos",
    "Sato", "Schmidt", "Silva", "Singh", "Smith", "Sørensen", "Svensson", "Takahashi", "Taylor", "Torres", "Tran",
    "Vargas", "Vasquez", "Wagner", "Walker", "Weber", "Williams", "Wójcik", "Wong", "Yılmaz", "Zhang", "Zimmermann",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    phone: str


def person(number: int, *, shop: str = "") -> Person:
    """The person of that number (1 to 9,999), of another shop another one."""
    shift = sum(map(ord, shop))
    first = FIRST_NAMES[(number * 37 + shift) % len(FIRST_NAMES)]
    last = LAST_NAMES[(number * 53 + number // len(LAST_NAMES) + shift) % len(LAST_NAMES)]
    local = ".".join("".join(filter(str.isalnum, fold(part))) for part in (first, last))
    return Person(
        name=f"{first} {last}",
        email=f"{local}.{number}@{f'{shop}.' if shop else ''}example.com",
        phone=f"+1202555{number:04d}",
    )
