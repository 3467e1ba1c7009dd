"""What is wrong with a part of the input, in Dutch and English: by pydantic's names, and by the services' own."""

from contracts.identity import DeviceFault
from contracts.values import PHONE_PATTERN, Language, Localized

INPUT: dict[str, Localized] = {
    "missing": Localized(nl="is verplicht", en="is required"),
    "extra_forbidden": Localized(nl="heeft een veld dat hier niet bestaat", en="has a field that does not exist here"),
    "json_invalid": Localized(nl="is geen geldige JSON", en="is not valid JSON"),
    "string_type": Localized(nl="moet tekst zijn", en="must be text"),
    "string_too_short": Localized(nl="is te kort", en="is too short"),
    "string_too_long": Localized(nl="is te lang", en="is too long"),
    "string_pattern_mismatch": Localized(nl="heeft niet de juiste vorm", en="has not the right form"),
    "uuid_parsing": Localized(nl="moet een UUID zijn", en="must be a UUID"),
    "uuid_type": Localized(nl="moet een UUID zijn", en="must be a UUID"),
    "enum": Localized(nl="is geen van de mogelijke waarden", en="is none of the possible values"),
    "literal_error": Localized(nl="is geen van de mogelijke waarden", en="is none of the possible values"),
    "date_from_datetime_parsing": Localized(nl="moet een datum zijn (jjjj-mm-dd)", en="must be a date (yyyy-mm-dd)"),
    "date_type": Localized(nl="moet een datum zijn (jjjj-mm-dd)", en="must be a date (yyyy-mm-dd)"),
    "int_parsing": Localized(nl="moet een geheel getal zijn", en="must be a whole number"),
    "int_type": Localized(nl="moet een geheel getal zijn", en="must be a whole number"),
    "bool_parsing": Localized(nl="moet waar of onwaar zijn", en="must be true or false"),
    "bool_type": Localized(nl="moet waar of onwaar zijn", en="must be true or false"),
    "greater_than_equal": Localized(nl="is te klein", en="is too small"),
    "less_than_equal": Localized(nl="is te groot", en="is too large"),
    "cursor_invalid": Localized(nl="is geen cursor van deze lijst", en="is no cursor of this list"),
    "copy_unknown": Localized(nl="is geen bestand dat u hebt geüpload", en="is no file that you have uploaded"),
    "multipart_invalid": Localized(nl="is geen geldig formulier met bestand", en="is no valid form with a file"),
    "change_missing": Localized(
        nl="noemt niet wat er wijzigt: geef het niveau (level) of het type (type) op dat komt",
        en="does not name what changes: give the level or the type to come",
    ),
    "too_short": Localized(nl="heeft te weinig delen", en="has too few items"),
    "too_long": Localized(nl="heeft te veel delen", en="has too many items"),
}
DEVICE_FILE: dict[str, Localized] = {
    DeviceFault.FILE_UNREADABLE: Localized(
        nl="is geen leesbaar PSKC- of CSV-bestand", en="is no readable PSKC or CSV file"
    ),
    DeviceFault.COLUMN_MISSING: Localized(nl="is een kolom die ontbreekt", en="is a column that is missing"),
    DeviceFault.NO_DEVICES: Localized(nl="bevat geen devices", en="holds no devices"),
    DeviceFault.TOO_MANY_DEVICES: Localized(nl="bevat te veel devices", en="holds too many devices"),
    DeviceFault.SERIAL_INVALID: Localized(
        nl="moet 4 tot 40 letters, cijfers of streepjes zijn", en="must be 4 to 40 letters, digits or hyphens"
    ),
    DeviceFault.SERIAL_TWICE: Localized(nl="staat tweemaal in het bestand", en="stands in the file twice"),
    DeviceFault.TYPE_UNKNOWN: Localized(nl="moet hotp of totp zijn", en="must be hotp or totp"),
    DeviceFault.SEED_INVALID: Localized(
        nl="moet een sleutel van ten minste 16 bytes zijn", en="must be a key of at least 16 bytes"
    ),
    DeviceFault.SEED_LOCKED: Localized(
        nl="is versleuteld en gaat met deze sleutel niet open", en="is encrypted and this key does not open it"
    ),
    DeviceFault.DIGITS_INVALID: Localized(
        nl="moet 6 of 8 zijn, voor decimale codes", en="must be 6 or 8, for decimal codes"
    ),
    DeviceFault.STEP_INVALID: Localized(nl="moet 30 of 60 seconden zijn", en="must be 30 or 60 seconds"),
    DeviceFault.ALGORITHM_UNKNOWN: Localized(
        nl="moet sha1, sha256 of sha512 zijn", en="must be sha1, sha256 or sha512"
    ),
    DeviceFault.COUNTER_INVALID: Localized(nl="moet een geheel getal vanaf 0 zijn", en="must be a whole number from 0"),
}
_ALL: dict[str, Localized] = {**INPUT, **DEVICE_FILE}
OTHER_FAULT = Localized(nl="is ongeldig", en="is invalid")


FORMS: dict[str, Localized] = {
    PHONE_PATTERN: Localized(
        nl="is geen internationaal nummer: schrijf het met landcode, zoals +31612345678",
        en="is no international number: write it with its country code, such as +31612345678",
    ),
}
"""What form is wanted, by the pattern that did not fit."""


def text_of_fault(kind: str, language: Language, pattern: str | None = None) -> str:
    """Return what is wrong with a field, by pydantic's name of the fault and the pattern that did not fit."""
    return (FORMS.get(pattern or "") or _ALL.get(kind, OTHER_FAULT)).in_(language)
