"""What notifications reads outside a command: copies of others' facts, and its own deliveries."""

from typing import Any
from uuid import UUID

from pymongo.errors import DuplicateKeyError

from chassis.mongo import Database
from chassis.time import real_now
from contracts.identity import CredentialState, CredentialStatus, OrganisationState
from contracts.message import State
from contracts.notifications import DeliveryStatus
from contracts.values import Localized, Oin, Role
from services.notifications.domain.deliveries import Plan
from services.notifications.store.collections import (
    ATTEMPTS,
    CONTENTS,
    CREDENTIALS,
    DELIVERIES,
    ORGANISATIONS,
    PROVIDERS,
)
from services.notifications.store.vault import Vault

USABLE = (CredentialStatus.ACTIVE, CredentialStatus.ENDING_SCHEDULED)
"""The states in which a credential can be used."""


class Copies:
    """What notifications knows of others, and its own documents outside a command."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def planned(self, id_: UUID) -> Plan | None:
        """Return a delivery that is still to be made, with its content in clear; None when there is nothing to do."""
        delivery = await self._database[DELIVERIES.name].find_one({"_id": id_, "status": DeliveryStatus.PLANNED.value})
        content = await self._database[CONTENTS.name].find_one({"_id": id_})
        if delivery is None or content is None:
            return None
        return Plan(DELIVERIES.value(delivery), self._vault.opened(CONTENTS.value(content)))

    async def begin(self, message_id: UUID) -> bool:
        """Mark a try as begun; False when it was begun before and its outcome is unknown (R22)."""
        try:
            await self._database[ATTEMPTS].insert_one({"_id": message_id, "at": real_now()})
        except DuplicateKeyError:
            return False
        return True

    async def administrators(self, organisation_id: UUID) -> list[CredentialState]:
        """Return the usable credentials of the administrators of an organisation, in a fixed order."""
        wanted = {
            "organisation_id": organisation_id,
            "role": Role.ADMINISTRATOR.value,
            "status": {"$in": [status.value for status in USABLE]},
        }
        found = self._database[CREDENTIALS].find(wanted).sort("_id", 1)
        return [_state(CredentialState, document) async for document in found]

    async def credential(self, id_: UUID) -> CredentialState | None:
        """Return a credential, None when it is not known here yet."""
        document = await self._database[CREDENTIALS].find_one({"_id": id_})
        return _state(CredentialState, document) if document else None

    async def is_administrator(self, person_id: UUID, organisation_id: UUID) -> bool:
        """Say whether nothing known here speaks against it: the copies may be a moment behind the person's token."""
        if await self._database[ORGANISATIONS].find_one({"_id": organisation_id, "active": False}, {"_id": 1}):
            return False
        known = {"person_id": person_id, "organisation_id": organisation_id}
        if await self._database[CREDENTIALS].find_one(known, {"_id": 1}) is None:
            return True
        usable = {"role": Role.ADMINISTRATOR.value, "status": {"$in": [status.value for status in USABLE]}}
        return await self._database[CREDENTIALS].find_one({**known, **usable}, {"_id": 1}) is not None

    async def organisation(self, id_: UUID) -> OrganisationState | None:
        """Return an organisation, None when it is not known here yet."""
        document = await self._database[ORGANISATIONS].find_one({"_id": id_})
        return _state(OrganisationState, document) if document else None

    async def provider_names(self, oins: tuple[Oin, ...]) -> dict[str, Localized]:
        """Return the names of service providers, by OIN; those not known are missing."""
        found = self._database[PROVIDERS].find({"oin": {"$in": list(oins)}}, {"oin": 1, "name": 1})
        return {document["oin"]: Localized.model_validate(document["name"]) async for document in found}

    async def service_names(self, uuids: tuple[UUID, ...]) -> dict[UUID, Localized]:
        """Return the names of services with their provider's, by ServiceUUID; those not known are missing."""
        wanted = set(uuids)
        names = {}
        async for document in self._database[PROVIDERS].find({"services.service_uuid": {"$in": list(wanted)}}):
            for service in document["services"]:
                if service["service_uuid"] in wanted:
                    names[service["service_uuid"]] = _full_name(document["name"], service["name"])
        return names


def _full_name(provider: dict[str, str], service: dict[str, str]) -> Localized:
    return Localized(nl=f"{provider['nl']}: {service['nl']}", en=f"{provider['en']}: {service['en']}")


def _state(kind: type[Any], document: dict[str, Any]) -> Any:
    state: State = kind.model_validate({**document, "id": document["_id"]})
    return state
