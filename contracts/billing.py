"""Messages of billing: quotations, subscriptions and charges. Amounts are whole euro cents without VAT."""

from datetime import date, datetime
from typing import ClassVar, Literal, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from contracts.actor import Actor
from contracts.identity import CredentialType, SecondFactor
from contracts.message import Command, Done, Event, Model, Page, Query, State
from contracts.values import Cents, KvkNumber, Level
from contracts.values.terms import Term

R = TypeVar("R", bound=Model)


class BillingRefusal(Term):
    """Why billing refuses."""

    NOT_ALLOWED = "not_allowed"
    NO_OFFER = "no_offer"
    NO_PRICE = "no_price"
    QUOTATION_DETAILS = "quotation_details"
    """What is asked lacks a detail on which its costs depend, or is more than can be ordered at once."""

    BELASTINGDIENST_PERSONAL = "belastingdienst_personal"
    """No administrator orders such a credential: its holder applies for it, and is quoted its price there (ID-138)."""


class Item(Term):
    """What is charged."""

    CHAIN_AUTHORIZATION = "chain_authorization"
    CREDENTIAL = "credential"
    LINK_FEE = "link_fee"
    LINK_SUBSCRIPTION = "link_subscription"
    UPGRADE = "upgrade"
    CONVERSION = "conversion"
    """Quoted alone: what is charged is the credential's new term (BI-21)."""

    OTP_DEVICE = "otp_device"
    ACTIVATION_LETTER = "activation_letter"


class QuotationLine(Model):
    """A line of a quotation or charge."""

    item: Item
    quantity: int = Field(ge=1)
    unit_price: Cents
    vat_per_mille: int
    per: str
    """The term: `year`."""

    level: Level | None = None
    """Of a credential; None where it makes no difference."""

    years: int | None = None
    """The term that is paid for at once; None for what is paid once."""

    @property
    def amount(self) -> int:
        """Quantity times unit price, without VAT."""
        return self.quantity * self.unit_price


def prospect_id(kvk_number: KvkNumber) -> UUID:
    """Return what stands for the organisation in a quotation of who is no customer's administrator: the number's."""
    return uuid5(NAMESPACE_URL, f"urn:volmacht:prospects:{kvk_number}")


SIGNED_QUOTATION = "quotation+jwt"
"""The `typ` of the signed tokens that hold quotations, in the claim `quotation`."""


class Quotation(Model):
    """What the signed token says: the costs that an organisation was shown (SP-111)."""

    id: UUID
    organisation_id: UUID
    """Of a first application: `prospect_id` of the KvK number."""

    lines: tuple[QuotationLine, ...]
    total: Cents
    """Without VAT."""

    vat: Cents
    expires_at: datetime


class SubscriptionState(State):
    """What an organisation pays for; the id is derived from the subject's, which has events of its own."""

    organisation_id: UUID
    subject_id: UUID | None = None
    """What it is for: the chain authorization."""

    item: Item
    unit_price: Cents
    start: date
    end: date | None = None
    """The last day; None: running."""


class ChargeState(State):
    """An invoice line to come."""

    organisation_id: UUID
    subject_id: UUID
    item: Item
    amount: Cents
    vat: Cents
    period_start: date
    period_end: date


class BillingEvent(Event):
    """A fact of billing."""

    service: ClassVar[str] = "billing"
    domain: ClassVar[str] = "subscriptions"


class SubscriptionEvent(BillingEvent):
    """A fact of a subscription."""

    state: SubscriptionState


class SubscriptionStarted(SubscriptionEvent):
    """A subscription runs."""


class SubscriptionEnded(SubscriptionEvent):
    """A subscription has an end (ST-82)."""


class SubscriptionSnapshot(SubscriptionEvent):
    """The present state of a subscription."""

    snapshot: ClassVar[bool] = True


class ChargeEvent(BillingEvent):
    """A fact of a charge."""

    state: ChargeState


class Charged(ChargeEvent):
    """A period of a subscription was charged."""


class ChargeSnapshot(ChargeEvent):
    """The present state of a charge."""

    snapshot: ClassVar[bool] = True


class BillingCommand(Command[R]):
    """A command to billing."""

    service: ClassVar[str] = "billing"
    domain: ClassVar[str] = "subscriptions"

    actor: Actor


class ChargeNextYear(BillingCommand[Done]):
    """The next year of a subscription begins; sent by the clock's tick."""

    subscription_id: UUID

    @property
    def key(self) -> str:
        """The subscription."""
        return str(self.subscription_id)


class BillingQuery(Query[R]):
    """A question to billing."""

    service: ClassVar[str] = "billing"
    domain: ClassVar[str] = "subscriptions"

    actor: Actor


class QuotationMade(Model):
    """The costs, and the signed token that an order names."""

    quotation: Quotation
    token: str


class Quote(BillingQuery[QuotationMade]):
    """What would this cost the actor's organisation (BI-12, SP-111)?"""

    item: Item
    quantity: int = Field(default=1, ge=1, le=5000)
    """Of a credential or an upgrade: the organisations that it is for, the present one included (BI-13); of link fees:
    those to which a person is linked (BI-14); of chain authorizations: how many."""

    level: Level | None = None
    """Of a credential or an upgrade: the new one."""

    years: Literal[1, 3] | None = None
    """Of a credential, an upgrade, a conversion or a link subscription."""

    second_factor: SecondFactor | None = None
    """Of a credential; of an upgrade where it brings one (ID-131)."""

    credential_type: CredentialType | None = None
    """Of a conversion: the new one. A Belastingdienst credential comes by nothing else of these (ID-138, SP-34)."""


class CredentialWanted(Model):
    """A credential of a first application, to be quoted."""

    level: Level
    second_factor: SecondFactor | None = None
    type: CredentialType = CredentialType.REGULAR


class QuoteApplication(BillingQuery[QuotationMade]):
    """What would the first application of an organisation cost, asked without a session (BI-12, ST-01, SP-111)?"""

    kvk_number: KvkNumber
    years: Literal[1, 3]
    credentials: tuple[CredentialWanted, ...] = Field(min_length=1, max_length=50)
    """In the order of the application's persons."""


class SubscriptionView(Model):
    """A subscription of the organisation."""

    subscription_id: UUID
    subject_id: UUID | None = None
    item: Item
    unit_price: Cents
    start: date
    end: date | None


class SubscriptionPage(Page):
    """A part of the subscriptions."""

    rows: tuple[SubscriptionView, ...] = ()


class ListSubscriptions(BillingQuery[SubscriptionPage]):
    """The subscriptions of the actor's organisation."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class ChargeView(Model):
    """A charge of the organisation."""

    charge_id: UUID
    subject_id: UUID
    item: Item
    amount: Cents
    vat: Cents
    period_start: date
    period_end: date


class ChargePage(Page):
    """A part of the charges."""

    rows: tuple[ChargeView, ...] = ()


class ListCharges(BillingQuery[ChargePage]):
    """The charges of the actor's organisation, newest first."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)
