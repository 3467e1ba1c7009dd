"""Activation letters: a person gets one for all organisations of the application (ST-02, ST-07, MS-02, MS-03)."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.actor import SYSTEM
from contracts.identity import (
    ActivationLetterReissued,
    CredentialApproved,
    ExpireActivation,
    SecondFactor,
    letter_code_key,
)
from contracts.notifications import SendActivationLetter
from services.identity.crypto.codes import letter_code
from services.identity.domain.activation import Letter
from services.identity.domain.applications import Application
from services.identity.domain.credentials import IDENTIFIED_FROM, Credential, approved, deadline
from services.identity.domain.identification import Identification
from services.identity.handlers.dispatch import order_device
from services.identity.store import ACTIVATIONS, LETTERS, Issuing
from services.identity.tools import Tools


class Inviting:
    """Sends letters: their code is known to the holder alone, here only its hash."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def approve(self, issuing: Issuing, application: Application, held: Sequence[Credential]) -> None:
        """Send the letter, and the device that was chosen: by whom it was approved stands in the credential (ST-02)."""
        letter = await self._send(issuing, application, held)
        days, by = self._tools.profile.activation_letter.valid_days, application.decided_by
        assert by is not None, "an approval has an employee"
        if held[0].second_factor is SecondFactor.OTP:
            address = await self._address(issuing, application, held[0])
            await order_device(self._tools, issuing.work, held[0], application.organisation_name, address)
        for credential in held:
            invited = approved(credential, by, letter, days, issuing.work.now)
            await issuing.store.save(invited, CredentialApproved)
            self._set_timer(issuing, invited)

    async def again(
        self, issuing: Issuing, application: Application, held: Sequence[Credential], fee: int | None
    ) -> None:
        """Send a new letter: the old one is void, and 30 days begin; the fee is told once (ST-07, SP-08).

        The old one stays known: who uses it is told of the newer (ID-84).
        """
        for activation_id in {credential.activation_id for credential in held if credential.activation_id}:
            await issuing.work.remove(ACTIVATIONS, activation_id)
        letter = await self._send(issuing, application, held)
        days = self._tools.profile.activation_letter.valid_days
        for number, credential in enumerate(held):
            assert credential.approved_by is not None, "it has had a letter"
            waiting = approved(credential, credential.approved_by, letter, days, issuing.work.now)
            invited = replace(waiting, activation_id=None)
            await issuing.store.save(invited, ActivationLetterReissued, fee=fee if number == 0 else None)
            self._set_timer(issuing, invited)

    @staticmethod
    def _set_timer(issuing: Issuing, credential: Credential) -> None:
        expire = ExpireActivation(actor=SYSTEM, credential_id=credential.id)
        issuing.work.schedule("activation", deadline(credential), expire)

    async def _send(self, issuing: Issuing, application: Application, held: Sequence[Credential]) -> str:
        """Send a letter for the first of a person's credentials and return the hash of its code."""
        work, code, first = issuing.work, letter_code(), held[0]
        hashed = letter_code_key(code)
        await work.put(LETTERS, Letter(hashed, first.id))
        days = self._tools.profile.activation_letter.valid_days
        until = deadline(approved(first, first.id, hashed, days, work.now))
        id_ = work.new_id()
        letter = SendActivationLetter(
            actor=SYSTEM,
            notification_id=work.new_id(),
            credential_id=first.id,
            name=first.name,
            email=first.email,
            organisation_name=application.organisation_name,
            address=await self._address(issuing, application, first),
            code=self._tools.tell(code, id_, "code"),
            language=first.language,
            activate_by=until,
        )
        work.send(letter, id_=id_)
        return hashed

    async def _address(self, issuing: Issuing, application: Application, first: Credential) -> str:
        """Return the company's address, from EH3 on the one where the person is identified (ID-56, NO-09)."""
        ordered = await issuing.identification(first) if first.level >= IDENTIFIED_FROM else None
        return self.opened(ordered) if ordered is not None else application.address

    def opened(self, identification: Identification) -> str:
        """Return the address of an identification, lines parted by a newline."""
        return self._tools.fields.decrypt(identification.address, address_place(identification))

    def closed(self, identification: Identification, address: str) -> Identification:
        """Return the identification with an address, encrypted for its place."""
        place = address_place(identification)
        return replace(identification, address=self._tools.fields.encrypt(address, place))


def address_place(identification: Identification) -> str:
    """Return the place for which an address is encrypted (S37)."""
    return f"identifications:{identification.id}:address"
