"""What a refusal says when its details tell more than its code: which fault of a password, which number (SP-131)."""

from collections.abc import Mapping
from typing import Any

from contracts.values import Localized
from gateway.refusals import TABLE

PASSWORD_FAULTS: dict[str, Localized] = {
    "too_short": Localized(
        nl="Dit wachtwoord is te kort; kies een langer, bijvoorbeeld een zin.",
        en="This password is too short; choose a longer one, such as a sentence.",
    ),
    "too_long": Localized(
        nl="Dit wachtwoord is te lang; kies een korter.", en="This password is too long; choose a shorter one."
    ),
    "common": Localized(
        nl="Dit wachtwoord komt te veel voor of is een herhaling of reeks; kies een minder bekend.",
        en="This password is too common, or a repetition or sequence; choose a less common one.",
    ),
    "personal": Localized(
        nl="In dit wachtwoord staat iets over uzelf, uw organisatie of deze dienst, zoals een naam; laat dat weg.",
        en="This password holds something about you, your organisation or this service, such as a name; leave it out.",
    ),
}
FOREIGN_BRANCH = Localized(
    nl="Dit vestigingsnummer hoort niet bij dit KvK-nummer.",
    en="This branch number does not belong to this KvK number.",
)
INVALID_PHONE = Localized(
    nl="Het telefoonnummer is ongeldig. Schrijf het nummer met landcode, zoals +31301234567.",
    en="The telephone number is invalid. Write the number with its country code, such as +31301234567.",
)


def text_of_refusal(code: str, details: Mapping[str, Any]) -> Localized:
    """Return the text of a code that has a row, told by the details where they have a text of their own."""
    found: Localized | None = None
    match code:
        case "weak_password":
            found = PASSWORD_FAULTS.get(str(details.get("fault")))
        case "company_unknown" if "branch_number" in details:
            found = FOREIGN_BRANCH
        case "invalid_mobile" if details.get("field") == "phone":
            found = INVALID_PHONE
    return found or TABLE[code].text
