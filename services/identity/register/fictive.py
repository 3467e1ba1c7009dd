"""Fictive companies made from their KvK number alone, so that every process and every run knows the same thousand.

The number tells what a test may expect: it ends in 1: sole proprietorship; in 0: two representatives who sign together;
in 5: two who sign alone; a multiple of 25: two to five branches. All others have one branch and one representative.
"""

from datetime import date
from hashlib import blake2b
from typing import Final, Literal

from services.identity.register.port import Address, Branch, Company, LegalForm, Representative

FIRST: Final = 101
LAST: Final = 1100

_SURNAMES: Final = (
    ("de", "Vries"), ("van den", "Berg"), (None, "Bakker"), (None, "Jansen"), ("van", "Dijk"), (None, "Visser"),
    (None, "Smit"), (None, "Meijer"), ("de", "Boer"), (None, "Mulder"), ("de", "Groot"), (None, "Bos"),
    (None, "Vos"), (None, "Peters"), (None, "Hendriks"), ("van", "Leeuwen"), (None, "Dekker"), (None, "Brouwer"),
    ("de", "Wit"), (None, "Dijkstra"), (None, "Smits"), ("de", "Graaf"), ("van der", "Meer"), ("van der", "Linden"),
    (None, "Kok"), (None, "Jacobs"), ("de", "Haan"), (None, "Vermeulen"), ("van den", "Heuvel"), ("van der", "Veen"),
    ("van den", "Broek"), ("de", "Bruin"), (None, "Schouten"), ("van", "Beek"), (None, "Willems"), (None, "Hoekstra"),
    (None, "Koster"), (None, "Verhoeven"), (None, "Prins"), (None, "Kuipers"),
)  # fmt: skip
_TRADES: Final = (
    "Administratie", "Advies", "Installatietechniek", "Bouw", "Transport", "Bakkerij", "Hoveniers", "Schilderwerken",
    "Accountants", "Belastingadviseurs", "Makelaardij", "Groothandel", "Automatisering", "Zorg", "Kinderopvang",
    "Metaalbewerking", "Drukkerij", "Horeca", "Interieurbouw", "Landbouw", "Logistiek", "Notariaat", "Opleidingen",
    "Schoonmaak", "Techniek",
)  # fmt: skip
_CITIES: Final = (
    ("Amsterdam", 1011, 1109), ("Rotterdam", 3011, 3089), ("Utrecht", 3511, 3585), ("Eindhoven", 5611, 5658),
    ("Groningen", 9711, 9747), ("Tilburg", 5011, 5049), ("Almere", 1311, 1363), ("Breda", 4811, 4839),
    ("Nijmegen", 6511, 6546), ("Enschede", 7511, 7548), ("Apeldoorn", 7311, 7339), ("Haarlem", 2011, 2037),
    ("Arnhem", 6811, 6846), ("Zwolle", 8011, 8045), ("Leeuwarden", 8911, 8941), ("Maastricht", 6211, 6229),
)  # fmt: skip
_STREETS: Final = (
    "Dorpsstraat", "Kerkstraat", "Stationsweg", "Molenweg", "Industrieweg", "Julianastraat", "Nieuwstraat",
    "Havenkade", "Parallelweg", "Beatrixlaan", "Marktplein", "Handelsweg", "Lindelaan", "Schoolstraat",
)  # fmt: skip
_FORMS: Final = (
    LegalForm.PRIVATE_COMPANY, LegalForm.PRIVATE_COMPANY, LegalForm.PRIVATE_COMPANY, LegalForm.PRIVATE_COMPANY,
    LegalForm.GENERAL_PARTNERSHIP, LegalForm.FOUNDATION, LegalForm.PUBLIC_COMPANY, LegalForm.COOPERATIVE,
    LegalForm.PROFESSIONAL_PARTNERSHIP,
)  # fmt: skip
_ENDINGS: Final = {
    LegalForm.PRIVATE_COMPANY: " B.V.",
    LegalForm.PUBLIC_COMPANY: " N.V.",
    LegalForm.GENERAL_PARTNERSHIP: " V.O.F.",
    LegalForm.COOPERATIVE: " Coöperatie U.A.",
    LegalForm.PROFESSIONAL_PARTNERSHIP: " Maatschap",
}
_LETTERS: Final = "ABCDEGHJKLMNPRSTVWXZ"
_UNUSED_PAIRS: Final = frozenset({"SA", "SD", "SS"})
_NO_RSIN: Final = frozenset({LegalForm.SOLE_PROPRIETORSHIP})


def fictive_company(kvk_number: str) -> Company | None:
    """Make the company of a number from 00000101 to 00001100; None outside of these."""
    number = int(kvk_number)
    if not FIRST <= number <= LAST:
        return None
    form = _form(kvk_number)
    infix, surname = _SURNAMES[(number - FIRST) % len(_SURNAMES)]
    trade = _TRADES[(number - FIRST) // len(_SURNAMES)]
    family = " ".join(part for part in (infix, surname) if part)
    name = f"Stichting {trade} {_capital(family)}" if form is LegalForm.FOUNDATION else f"{_capital(family)} {trade}"
    return fill(kvk_number, name + _ENDINGS.get(form, ""), form, branch_count(kvk_number))


def fill(kvk_number: str, name: str, form: LegalForm, branches: int, *, active: bool = True) -> Company:
    """Give a company of this name and form the fictive rest: RSIN, address, branches and representatives."""
    return Company(
        kvk_number=kvk_number,
        name=name,
        rsin=None if form in _NO_RSIN else rsin(kvk_number),
        legal_form=form,
        address=address(kvk_number),
        branch_count=branches,
        branches=tuple(_branch(kvk_number, name, index) for index in range(branches)),
        active=active,
        representatives=representatives(kvk_number, form),
    )


def branch_count(kvk_number: str) -> int:
    """Tell how many branches the company of a number has: two to five for a multiple of 25, else one."""
    return 2 + _pick(kvk_number, "branches", 4) if int(kvk_number) % 25 == 0 else 1


def rsin(kvk_number: str) -> str:
    """Make an RSIN that passes the eleven-test (elfproef) from the number."""
    base = 10_000_000 + _pick(kvk_number, "rsin", 80_000_000)
    while True:
        digits = f"{base:08d}"
        check = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if check < 10:  # noqa: PLR2004 - a remainder of ten has no digit
            return f"{digits}{check}"
        base += 1


def address(key: str) -> Address:
    """Make an address in a real city; the street need not exist there."""
    city, low, high = _CITIES[_pick(key, "city", len(_CITIES))]
    letters = _LETTERS[_pick(key, "first", len(_LETTERS))] + _LETTERS[_pick(key, "second", len(_LETTERS))]
    if letters in _UNUSED_PAIRS:
        letters = letters[0] + "B"
    return Address(
        street=_STREETS[_pick(key, "street", len(_STREETS))],
        house_number=str(1 + _pick(key, "house", 240)),
        addition=("A", "B", "bis")[_pick(key, "which", 3)] if _pick(key, "addition", 8) == 0 else None,
        postcode=f"{low + _pick(key, 'postcode', high - low + 1)} {letters}",
        city=city,
    )


def representatives(kvk_number: str, form: LegalForm) -> tuple[Representative, ...]:
    """Make one or two representatives; the first of them carries the family name where the company has one."""
    if form is not LegalForm.SOLE_PROPRIETORSHIP and kvk_number.endswith("0"):
        return _person(kvk_number, 0, "joint"), _person(kvk_number, 1, "joint")
    if form is not LegalForm.SOLE_PROPRIETORSHIP and kvk_number.endswith("5"):
        return _person(kvk_number, 0, "sole"), _person(kvk_number, 1, "sole")
    return (_person(kvk_number, 0, "sole"),)


def _person(kvk_number: str, index: int, authority: Literal["sole", "joint"]) -> Representative:
    key = f"{kvk_number}/{index}"
    infix, surname = _SURNAMES[((int(kvk_number) - FIRST) + 17 * index) % len(_SURNAMES)]
    first = "ABCDEFGHJKLMNPRSTW"[_pick(key, "initial", 18)]
    second = "ABCEFGHJMP"[_pick(key, "more", 10)] + "." if _pick(key, "initials", 2) else ""
    born = date(1950 + _pick(key, "year", 50), 1 + _pick(key, "month", 12), 1 + _pick(key, "day", 28))
    return Representative(f"{first}.{second}", infix, surname, born, authority)


def _form(kvk_number: str) -> LegalForm:
    if kvk_number.endswith("1"):
        return LegalForm.SOLE_PROPRIETORSHIP
    return _FORMS[_pick(kvk_number, "form", len(_FORMS))]


def _branch(kvk_number: str, name: str, index: int) -> Branch:
    return Branch(f"9{kvk_number}{index:03d}", name if index == 0 else f"{name} {index + 1}", main=index == 0)


def _pick(key: str, salt: str, below: int) -> int:
    """Choose a number from 0 up to `below` that looks random and is always the same for a key."""
    return int.from_bytes(blake2b(f"{key}/{salt}".encode(), digest_size=8).digest()) % below


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
