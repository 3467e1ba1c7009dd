"""The JSON of the KVK API as it arrives, and what we make of it: Zoeken 2.0, Basisprofiel 1.5, Mutatieservice 1."""

import re
from datetime import date
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.identity.register.port import Address, Branch, Company, CompanyHit, LegalForm, Signal

PRINCIPAL: Final = ("bezoekadres", "correspondentieadres")
"""The kinds of address in the order in which we take them."""

_FORMS: Final = {form.value.casefold(): form for form in LegalForm}
_NO_LETTERS: Final = re.compile(r"[^a-z]")
_TIGHT_POSTCODE: Final = re.compile(r"([0-9]{4})([A-Z]{2})", re.ASCII)


def _yes(value: object) -> object:
    """Read the register's Ja and Nee; anything else is left for pydantic to refuse."""
    return {"ja": True, "nee": False}.get(value.casefold(), value) if isinstance(value, str) else value


YesNo = Annotated[bool, BeforeValidator(_yes)]
Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
KvkDate = Annotated[str, Field(pattern=r"^([0-9]{8})?$")]
KvkText = Annotated[str, Field(pattern=r"^[0-9]{8}$")]
BranchText = Annotated[str, Field(pattern=r"^[0-9]{12}$")]


class _Shape(BaseModel):
    """A part of an answer; what we do not use is ignored, so that new fields do no harm."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class KvkAddress(_Shape):
    """An address of the Basisprofiel, Dutch or foreign."""

    kind: str = Field("", alias="type")
    shielded: YesNo = Field(default=False, alias="indAfgeschermd")
    street: str | None = Field(None, alias="straatnaam")
    number: Text | None = Field(None, alias="huisnummer")
    letter: str | None = Field(None, alias="huisletter")
    addition: str | None = Field(None, alias="huisnummerToevoeging")
    postbox: Text | None = Field(None, alias="postbusnummer")
    postcode: str | None = None
    city: str | None = Field(None, alias="plaats")
    foreign_street: str | None = Field(None, alias="straatHuisnummer")
    foreign_city: str | None = Field(None, alias="postcodeWoonplaats")
    country: str = Field("Nederland", alias="land")


class KvkOwner(_Shape):
    """The owner (eigenaar) of a registration: the legal entity or the partnership."""

    rsin: Annotated[str, Field(pattern=r"^[0-9]{9}$")] | None = None
    legal_form: str = Field("", alias="rechtsvorm")
    addresses: tuple[KvkAddress, ...] = Field((), alias="adressen")


class KvkMainBranch(_Shape):
    """The main branch (hoofdvestiging); of it only the addresses are used."""

    addresses: tuple[KvkAddress, ...] = Field((), alias="adressen")


class KvkEmbedded(_Shape):
    """What a Basisprofiel carries inside."""

    main_branch: KvkMainBranch | None = Field(None, alias="hoofdvestiging")
    owner: KvkOwner = Field(KvkOwner(), alias="eigenaar")


class KvkRegistration(_Shape):
    """From when to when a company was registered; dates are YYYYMMDD with zeros for unknown parts."""

    start: KvkDate = Field("", alias="datumAanvang")
    end: KvkDate = Field("", alias="datumEinde")


class KvkProfile(_Shape):
    """The Basisprofiel of one KvK number."""

    kvk_number: KvkText = Field(alias="kvkNummer")
    name: str = Field("", alias="naam")
    statutory_name: str | None = Field(None, alias="statutaireNaam")
    registration: KvkRegistration = Field(KvkRegistration(), alias="materieleRegistratie")
    embedded: KvkEmbedded = Field(KvkEmbedded(), alias="_embedded")


class KvkBranch(_Shape):
    """A row in the list of branches."""

    number: BranchText = Field(alias="vestigingsnummer")
    name: str = Field("", alias="eersteHandelsnaam")
    main: YesNo = Field(default=False, alias="indHoofdvestiging")


class KvkBranches(_Shape):
    """All branches of one KvK number; the total is the register's own count (SP-45)."""

    total: int = Field(0, ge=0, alias="totaalAantalVestigingen")
    branches: tuple[KvkBranch, ...] = Field((), alias="vestigingen")


class KvkDomestic(_Shape):
    """A Dutch address in a search result."""

    city: str | None = Field(None, alias="plaats")


class KvkForeign(_Shape):
    """A foreign address in a search result."""

    city: str | None = Field(None, alias="postcodeWoonplaats")


class KvkFoundAddress(_Shape):
    """The address of a search result: one of the two."""

    domestic: KvkDomestic | None = Field(None, alias="binnenlandsAdres")
    foreign: KvkForeign | None = Field(None, alias="buitenlandsAdres")


class KvkFound(_Shape):
    """One result of a search; a company may come back several times, as entity and as branches."""

    kvk_number: KvkText = Field(alias="kvkNummer")
    name: str = Field("", alias="naam")
    kind: str = Field("", alias="type")
    address: KvkFoundAddress | None = Field(None, alias="adres")
    active: YesNo = Field(alias="actief")


class KvkSearch(_Shape):
    """A page of search results."""

    results: tuple[KvkFound, ...] = Field((), alias="resultaten")


class KvkSubscription(_Shape):
    """A subscription of the mutation service."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
    active: bool = Field(alias="actief")


class KvkSubscriptions(_Shape):
    """The subscriptions of a key."""

    subscriptions: tuple[KvkSubscription, ...] = Field((), alias="abonnementen")


class KvkSignal(_Shape):
    """A row in a page of signals."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    timestamp: AwareDatetime
    kvk_number: KvkText = Field(alias="kvknummer")
    kind: str = Field(alias="signaalType")
    branch_number: BranchText | None = Field(None, alias="vestigingsnummer")


class KvkSignals(_Shape):
    """A page of signals."""

    pages: int = Field(1, ge=0, alias="totaalPaginas")
    signals: tuple[KvkSignal, ...] = Field((), alias="signalen")


class KvkError(_Shape):
    """One error of the API, such as IPD0005."""

    code: str = ""


class KvkErrors(_Shape):
    """The body of an answer that is an error."""

    errors: tuple[KvkError, ...] = Field((), alias="fout")


def company_from(profile: KvkProfile, branches: KvkBranches, *, active: bool) -> Company:
    """Put a company together from its answers; the register names no signatories, so representatives is empty."""
    return Company(
        kvk_number=profile.kvk_number,
        name=profile.statutory_name or profile.name,
        rsin=profile.embedded.owner.rsin,
        legal_form=legal_form(profile.embedded.owner.legal_form),
        address=_address(profile.embedded),
        branch_count=max(branches.total, len(branches.branches)),
        branches=tuple(Branch(row.number, row.name, row.main) for row in branches.branches),
        active=active and not has_ended(profile),
        representatives=(),
    )


def has_ended(profile: KvkProfile) -> bool:
    """Tell whether the profile names an end; an end whose day is unknown is one, all zeros are none."""
    return bool(profile.registration.end.strip("0"))


def hit_from(found: KvkFound) -> CompanyHit:
    """Make a search result out of the register's."""
    place = found.address and (found.address.domestic or found.address.foreign)
    return CompanyHit(found.kvk_number, found.name, place.city if place else None, found.active)


def signal_from(row: KvkSignal) -> Signal:
    """Make a signal out of the register's."""
    return Signal(row.id, row.timestamp, row.kvk_number, row.kind, row.branch_number)


def kvk_date(text: str) -> date | None:
    """Read a date of the register, YYYYMMDD; None where day, month or year is unknown: zeros stand there."""
    if not text or "00" in {text[4:6], text[6:8]} or text[:4] == "0000":
        return None
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def legal_form(text: str) -> LegalForm:
    """Recognise a rechtsvorm however it is spaced or capitalised; an unknown one is OTHER."""
    return _FORMS.get(_NO_LETTERS.sub("", text.casefold().replace("ö", "o")), LegalForm.OTHER)


def _address(embedded: KvkEmbedded) -> Address | None:
    """Take the visiting address, else that for mail; a shielded one is not passed on at all."""
    main = embedded.main_branch.addresses if embedded.main_branch else ()
    addresses = (*main, *embedded.owner.addresses)
    for kind in PRINCIPAL:
        for address in addresses:
            if address.kind.casefold() == kind and not address.shielded:
                return _readable(address)
    return None


def _readable(address: KvkAddress) -> Address:
    if address.foreign_street or address.foreign_city:
        return Address(address.foreign_street or "", None, None, None, address.foreign_city or "", address.country)
    street, number = (address.street, address.number) if address.street else ("Postbus", address.postbox)
    addition = " ".join(part for part in (address.letter, address.addition) if part) or None
    postcode = _TIGHT_POSTCODE.sub(r"\1 \2", address.postcode) if address.postcode else None
    return Address(street, number, addition, postcode, address.city or "", address.country)
