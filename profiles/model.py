"""The supplier profile: typed, frozen, complete; chosen by the deployment, never by a branch on a name (GW-24)."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from contracts.values import KvkNumber, Localized, Oin
from profiles.chain import Authorizations, Chain, Invitation
from profiles.forms import Forms
from profiles.identity import (
    Access,
    ActivationLetter,
    Belastingdienst,
    BranchRemoval,
    FourEyes,
    IdDocument,
    Identification,
    Levels,
    Mobile,
    Organisation,
    Organisations,
    Roles,
    SecondFactor,
    Session,
)
from profiles.presentation import (
    BackOffice,
    Billing,
    Channel,
    Export,
    Login,
    MessageBox,
    Module,
    Notifications,
    Screen,
    Settings,
    Support,
    Texts,
    Ui,
    WorkingDays,
)
from profiles.prices import PriceCode, Prices
from profiles.section import Section, Text

FOLDER = Path(__file__).parent
"""Where the profiles lie, one file for each supplier."""


class ProfileError(ValueError):
    """A profile is unknown or its file is faulty; the message lists every fault."""


class Supplier(Section):
    """A recognised supplier of the scheme (SP-77)."""

    name: Text
    oin: Oin


class Profile(Section):
    """Everything that differs between suppliers (CF-01 to CF-49)."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    """The name of the file and of the deployment."""

    display_name: Localized
    legal_name: Text
    kvk_number: KvkNumber
    oin: Oin
    recognised_suppliers: Annotated[tuple[Supplier, ...], Field(min_length=1)]
    """Suppliers where a chain authorization may be registered, the own one first (SP-77)."""

    levels: Levels
    second_factor: SecondFactor
    roles: Roles
    access: Access
    mobile: Mobile
    id_document: IdDocument
    identification: Identification
    activation_letter: ActivationLetter
    export: Export
    settings: Settings
    organisations: Organisations
    organisation: Organisation
    branch_removal: BranchRemoval
    forms: Forms
    belastingdienst: Belastingdienst
    authorizations: Authorizations
    chain: Chain
    invitation: Invitation
    notifications: Notifications
    message_box: MessageBox
    ui: Ui
    screen: Screen
    texts: Texts
    login: Login
    support: Support
    back_office: BackOffice
    billing: Billing
    module: Module
    prices: Prices
    session: Session
    four_eyes: FourEyes
    working_days: WorkingDays

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        """Refuse a profile whose parts contradict each other, naming every contradiction."""
        faults = [*self._faults_of_prices(), *self._faults_of_levels(), *self._faults_of_channels()]
        if self.recognised_suppliers[0].oin != self.oin:
            faults.append("recognised_suppliers must start with the supplier itself")
        oins = [supplier.oin for supplier in self.recognised_suppliers]
        if len(set(oins)) < len(oins):
            faults.append("recognised_suppliers names a supplier twice")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def fees(self) -> dict[str, PriceCode]:
        """Return the items of the price list that other parts name, by the key that names them."""
        named = {
            "second_factor.sms.fee": self.second_factor.sms.fee,
            "second_factor.otp.fee": self.second_factor.otp.fee,
            "activation_letter.reissue.fee": self.activation_letter.reissue.fee,
            "chain.urgent.fee": self.chain.urgent.fee if self.chain.urgent else None,
            "module.fee": self.module.fee,
        }
        return {key: code for key, code in named.items() if code is not None}

    def _faults_of_prices(self) -> list[str]:
        """Return the fees that the price list does not hold."""
        listed = self.prices.codes()
        return [f"{key}: {code} is not in the price list" for key, code in self.fees().items() if code not in listed]

    def _faults_of_levels(self) -> list[str]:
        """Return the levels that are asked but not offered."""
        asked = {
            "second_factor.min_level": [self.second_factor.min_level],
            "roles.administrator_min_level": [self.roles.administrator_min_level],
            "chain.issue.min_level": [self.chain.issue.min_level],
            "four_eyes.issuing_levels": sorted(self.four_eyes.issuing_levels),
        }
        faults = [
            f"{key}: {level} is not offered"
            for key, levels in asked.items()
            for level in levels
            if level not in self.levels.offered
        ]
        if list(self.levels.offered) != sorted(set(self.levels.offered)):
            faults.append("levels.offered must rise, each level once")
        return faults

    def _faults_of_channels(self) -> list[str]:
        """Return the messages that would go to a message box that does not exist."""
        if self.message_box.enabled:
            return []
        return [
            f"notifications.{key}: there is no message box"
            for key, channels in self.notifications
            if Channel.MESSAGE_BOX_ADMIN in channels
        ]


def profile_names(folder: Path = FOLDER) -> list[str]:
    """Return the names of the profiles that exist, in order."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_profile(name: str, folder: Path = FOLDER) -> Profile:
    """Return a profile by name; ProfileError lists every fault of an unknown name or a bad file."""
    if name not in profile_names(folder):
        raise ProfileError(f"No profile {name!r}; there are: {', '.join(profile_names(folder)) or 'none'}")
    path = folder / f"{name}.toml"
    profile = _validate(path.name, _read(path))
    if profile.name != name:
        raise ProfileError(f"{path.name}: name says {profile.name!r}")
    return profile


def _read(path: Path) -> dict[str, Any]:
    """Return the tables of a file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path.name}: no TOML: {error}") from error


def _validate(file: str, tables: dict[str, Any]) -> Profile:
    """Return the profile that tables describe, or raise with one line for each fault."""
    try:
        return Profile.model_validate(tables)
    except ValidationError as error:
        faults = [
            f"  {'.'.join(map(str, fault['loc'])) or 'profile'}: {re.sub('^Value error, ', '', fault['msg'])}"
            for fault in error.errors(include_url=False)
        ]
        raise ProfileError(f"{file} has {len(faults)} fault(s):\n" + "\n".join(faults)) from error
