"""Chain with its surroundings: an organisation with people, a catalogue, keys, and what notifications would say."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from chassis.sealed import Sealer
from contracts.actor import ANYONE, Actor, ActorKind, StaffRole
from contracts.authorizations import ServiceProviderChanged, ServiceProviderState, ServiceView
from contracts.chain import (
    ApproveAgreement,
    AskForOffer,
    DeclineInvitation,
    GetChainAuthorization,
    ListChainAuthorizations,
    ReadInvitation,
    RecordOffer,
    RequestChainAuthorization,
    ReturnAgreement,
    SendOffer,
    Tab,
)
from contracts.identity import CredentialActivated, CredentialEnded, CredentialStatus, OrganisationRegistered
from contracts.message import Refusal
from contracts.notifications import SendInvitation
from contracts.values import Level, Localized, Role
from services.chain.app import create_app
from services.chain.settings import Settings
from tests.harness import NOW, SEALING_KEYS, ServiceUnderTest, a_key, settings_for
from tests.unit.chain.chain_builders import (
    OIN,
    SERVICE,
    USER,
    a_contact,
    a_credential,
    a_quotation,
    a_relation,
    an_admin,
    an_organisation,
    terms,
)
from tests.unit.chain.chain_quotations import a_signing_key, public, signed

OTHER_ORGANISATION, OTHER_ADMIN = UUID(int=101), UUID(int=102)
STAFF = Actor(kind=ActorKind.STAFF, person_id=uuid4(), staff_roles=frozenset({StaffRole.HANDLER}))
FOREIGNER = Actor(
    kind=ActorKind.PERSON, person_id=OTHER_ADMIN, organisation_id=OTHER_ORGANISATION, role=Role.ADMINISTRATOR,
    level=Level.EH3,
)  # fmt: skip
PDF = b"%PDF-1.7 signed"


class World(ServiceUnderTest):
    """Chain under test, and its neighbours' words."""

    def __init__(self, mongo, profile="zlogin"):
        self.key = a_signing_key()
        settings = settings_for(
            mongo.mongo_uri, kind=Settings, profile=profile, invitation_key=a_key(), quote_public_keys=public(self.key),
            public_url="https://module.example", time="ticks",
        )  # fmt: skip
        super().__init__(create_app(settings))
        self.gateway = Sealer(SEALING_KEYS, "gateway")
        self.notifications = Sealer(SEALING_KEYS, "notifications")

    async def __aexit__(self, *error):
        await self.process.client.drop_database(f"{self.process.settings.deployment}_blobs")
        await super().__aexit__(*error)

    async def furnish(self, *, opened=True):
        """Let chain hear of two customers, their people and a catalogue, and open access for both if wanted."""
        await self.tick(NOW)
        others = an_organisation(id=OTHER_ORGANISATION, kvk_number="90000102", name="Ander Kantoor")
        await self.hear(OrganisationRegistered(state=an_organisation()), OrganisationRegistered(state=others))
        await self.hear(
            *(
                CredentialActivated(state=credential)
                for credential in (
                    a_credential(),
                    a_credential(USER),
                    a_credential(OTHER_ADMIN, organisation_id=OTHER_ORGANISATION, role=Role.ADMINISTRATOR),
                )
            )
        )
        await self.hear(ServiceProviderChanged(state=a_provider()))
        for actor in (an_admin(), FOREIGNER) if opened else ():
            await self.open(actor)
        return self

    async def open(self, actor, price=1995):
        """Open access for an organisation."""
        for command in (
            AskForOffer(actor=actor),
            SendOffer(actor=STAFF, organisation_id=actor.organisation_id, price_per_year=price),
            RecordOffer(actor=STAFF, organisation_id=actor.organisation_id, accepted=True),
        ):
            assert not isinstance(await self.command(command), Refusal)

    def quote(self, quantity=1, at=NOW, **changes):
        """Return a signed quotation that is valid for half an hour from `at`."""
        return signed(self.key, a_quotation(quantity, **{"expires_at": at + timedelta(minutes=30), **changes}))

    async def ask(self, relation=None, actor=None, at=NOW, **changes):
        """Ask a relation, whose fiscal number is given in clear and sealed here, and return the outcome."""
        its, message_id = terms(**{"quotation": self.quote(at=at), **changes}), uuid4()
        command = RequestChainAuthorization(
            actor=actor or an_admin(),
            relation=self.sealed(relation or a_relation(), message_id),
            contact=a_contact(),
            reference="R-1",
            terms=its,
        )
        return await self.command(command, at=at, id_=message_id)

    def sealed(self, relation, message_id):
        """Return a relation as the gateway puts it into a command."""
        if relation.fiscal_number is None:
            return relation
        field = "relation.fiscal_number"
        sealed = self.gateway.seal(relation.fiscal_number, to="chain", message_id=message_id, field=field)
        return relation.model_copy(update={"fiscal_number": sealed})

    def readable(self, relation, message_id, place="relation"):
        """Return the fiscal number of a relation in an answer, as the gateway opens it."""
        return self.gateway.open(relation.fiscal_number, message_id=message_id, field=f"{place}.fiscal_number")

    async def asked(self, *arguments, **changes):
        """Ask a relation and return the id of the request."""
        return (await self.ask(*arguments, **changes)).chain_authorization_id

    async def token(self, id_):
        """Return the token in the invitation to a request, as the relation reads it in the e-mail."""
        for envelope, invitation in await self.sent_with_envelopes(SendInvitation):
            if invitation.chain_authorization_id == id_:
                link = self.notifications.open(invitation.link, message_id=envelope.id, field="link")
                assert link.startswith("https://module.example/invitations/")
                return link.rsplit("/", 1)[1]
        raise AssertionError("there is no invitation")

    async def answer(self, kind, id_, token, at=NOW, **more):
        """Send a relation's answer, sealed as the gateway seals it."""
        message_id = uuid4()
        sealed = self.gateway.seal(token, to="chain", message_id=message_id, field="token")
        command = kind(actor=ANYONE, chain_authorization_id=id_, token=sealed, **more)
        return await self.command(command, at=at, id_=message_id)

    async def signed_agreement(self):
        """Return the reference of an uploaded agreement."""
        return await self.process.blobs.put(PDF, "application/pdf", "overeenkomst.pdf")

    async def returned(self, id_, at=NOW):
        """Let the relation return the signed agreement."""
        blob = await self.signed_agreement()
        return await self.answer(ReturnAgreement, id_, await self.token(id_), at=at, agreement=blob)

    async def declined(self, id_, at=NOW):
        """Let the relation decline."""
        return await self.answer(DeclineInvitation, id_, await self.token(id_), at=at)

    async def active(self, relation=None, at=NOW, **changes):
        """Return the id of an active chain authorization."""
        id_ = await self.asked(relation, at=at, **changes)
        await self.returned(id_, at=at)
        await self.command(ApproveAgreement(actor=STAFF, chain_authorization_id=id_), at=at)
        return id_

    async def read(self, token, message_id=None):
        """Ask for the request behind a link."""
        message_id = message_id or uuid4()
        sealed = self.gateway.seal(token, to="chain", message_id=message_id, field="token")
        reply = await self.process.queries.ask(ReadInvitation(actor=ANYONE, token=sealed), message_id)
        return reply.refusal or ReadInvitation.result_type().model_validate(reply.result)

    async def one(self, id_, actor=None, message_id=None):
        """Return a chain authorization as an actor sees it."""
        query = GetChainAuthorization(actor=actor or an_admin(), chain_authorization_id=id_)
        return await self.query(query, id_=message_id)

    async def tab(self, tab, actor=None, search=None, id_=None, **more):
        """Return a tab as an actor sees it, as the answer to the message `id_`."""
        id_ = id_ or uuid4()
        sealed = search and self.gateway.seal(search, to="chain", message_id=id_, field="search")
        query = ListChainAuthorizations(actor=actor or an_admin(), tab=tab, search=sealed, **more)
        return await self.query(query, id_=id_)

    async def ids(self, tab=Tab.ACTIVE, actor=None, **more):
        """Return the ids on a tab."""
        return [row.chain_authorization_id for row in (await self.tab(tab, actor, **more)).rows]

    async def end_credential(self, person_id, at=NOW):
        """Let identity end a person's credential."""
        state = await self.database["credentials"].find_one({"person_id": person_id})
        ended = a_credential(person_id, id=state["_id"], status=CredentialStatus.ENDED)
        await self.hear(CredentialEnded(state=ended), at=at)
        await self.settle()


def a_provider(*, chain_allowed=True):
    """Return a provider with one service."""
    service = ServiceView(
        service_uuid=SERVICE, service_id=f"urn:etoegang:DV:{OIN}:services:9001",
        name=Localized(nl="Btw-aangifte", en="VAT return"), level=Level.EH3, chain_allowed=chain_allowed,
        provider_oin=OIN, provider_name=Localized(nl="Dienst Een", en="Service One"),
    )  # fmt: skip
    id_ = UUID(bytes=sha256(OIN.encode()).digest()[:16])
    return ServiceProviderState(id=id_, oin=OIN, name=service.provider_name, services=(service,))


def a_moment(text):
    """Return an instant of a day's noon."""
    return datetime.fromisoformat(f"{text}T12:00:00").replace(tzinfo=UTC)
