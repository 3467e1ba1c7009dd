"""What all handlers are given: profile, keys, register, and short ways to seal and encrypt."""

from dataclasses import dataclass
from uuid import UUID

from chassis.blobs import BlobStore
from chassis.process import Process
from chassis.sealed import FieldCipher, Sealer
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.message import SealedText
from contracts.notifications import AccountNotice, SendAccountNotice
from profiles.model import Profile, load_profile
from services.identity.clients import partner_of, register_of
from services.identity.crypto.codes import CodeHashes
from services.identity.crypto.passwords import Passwords, common_passwords
from services.identity.crypto.quotations import QuotationReader
from services.identity.crypto.tokens import Tokens
from services.identity.domain.people import Person
from services.identity.partner import Partner
from services.identity.register import CompanyRegister
from services.identity.settings import Settings
from services.identity.store import Reads, Store


@dataclass(frozen=True, slots=True)
class Tools:
    """The outside of the handlers."""

    settings: Settings
    profile: Profile
    sealer: Sealer
    fields: FieldCipher
    passwords: Passwords
    common: frozenset[str]
    """Common passwords (S2)."""

    codes: CodeHashes
    tokens: Tokens
    register: CompanyRegister
    reads: Reads
    quotations: QuotationReader
    partner: Partner
    blobs: BlobStore

    def store(self, work: Work) -> Store:
        """Return the documents of a message."""
        return Store(work, self.profile.second_factor.min_level)

    def open(self, sealed: SealedText, id_: UUID, field: str) -> str:
        """Return a secret of the message with this id."""
        return self.sealer.open(sealed, message_id=id_, field=field)

    def mobile(self, person: Person | None) -> str | None:
        """Return a person's mobile number in clear; None where there is none."""
        if person is None or person.mobile is None:
            return None
        return self.fields.decrypt(person.mobile, f"persons:{person.id}:mobile")

    def answer(self, text: str, work: Work, field: str) -> SealedText:
        """Return a secret sealed into the answer to this message."""
        return self.sealer.seal(text, to="gateway", message_id=work.id, field=field)

    def notify(self, work: Work, person: Person, notice: AccountNotice) -> None:
        """Tell the holder of an account by e-mail what happened to it (S7, S10)."""
        work.send(
            SendAccountNotice(
                actor=SYSTEM,
                notification_id=work.new_id(),
                person_id=person.id,
                email=person.email,
                name=person.name,
                notice=notice,
                language=person.language,
            )
        )

    def tell(self, text: str, id_: UUID, field: str) -> SealedText:
        """Return a secret sealed into a command to notifications."""
        return self.sealer.seal(text, to="notifications", message_id=id_, field=field)


def tools_of(process: Process, settings: Settings) -> Tools:
    """Put them together for a process."""
    return Tools(
        settings=settings,
        profile=load_profile(settings.profile),
        sealer=process.sealer,
        fields=process.fields,
        passwords=Passwords(settings.password_pepper, settings.password_threads, settings.password_old_peppers),
        common=common_passwords(),
        codes=CodeHashes(settings.refresh_key),
        tokens=Tokens(settings.token_signing_key, settings.refresh_key, settings.deployment),
        register=register_of(settings),
        reads=Reads(process.database),
        quotations=QuotationReader(settings.quote_public_keys),
        partner=partner_of(settings),
        blobs=process.blobs,
    )
