"""What a processed change makes of credential and account (ID-112, ID-113, SP-12, SP-34, SP-112)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.identity import CredentialStatus, SecondFactor
from contracts.values import Level, Role, end_of_day
from services.identity.domain.contracts import contract_end
from services.identity.domain.credentials import IN_USE, Credential
from services.identity.domain.documents import IdentityDocument
from services.identity.domain.mutations import Line, Mutation
from services.identity.domain.people import Person

_DAY = timedelta(days=1)


def linked(source: Credential, line: Line, mutation_id: UUID) -> Credential:
    """Return the credential at an organisation that a person is linked to: level, address and term are the source's.

    It is in use at once: the holder has an account already (ID-106, ID-108, SP-38). By what the holder is known again
    is another thing at each organisation (SP-19).
    """
    return replace(
        source, id=line.credential_id, application_id=mutation_id, organisation_id=line.organisation_id,
        role=line.role, status=CredentialStatus.ACTIVE, ends_on=None, next_level=None, level_until=None, marks=(),
        agreed_at=None,
    )  # fmt: skip


def completed(person: Person, mutation: Mutation, document: IdentityDocument | None) -> Person:
    """Return the person with the data that a change brought where they were not known (ID-128)."""
    return replace(
        person, birth_date=person.birth_date or mutation.birth_date,
        document_id=document.id if document else person.document_id,
    )  # fmt: skip


def upgraded(
    credential: Credential, mutation: Mutation, role: Role, factor: SecondFactor | None, today: date
) -> Credential:
    """Return the credential at its new level, with a new contract from today (SP-112); a planned downgrade is void."""
    return replace(
        credential, level=mutation.level, role=role, years=mutation.years, contract_from=today,
        second_factor=factor, next_level=None, level_until=None, agreed_at=mutation.submitted_at,
        identified_by=mutation.identified_by or credential.identified_by,
        identified_at=mutation.identified_at or credential.identified_at,
    )  # fmt: skip


def converted(credential: Credential, mutation: Mutation, today: date) -> Credential:
    """Return the credential of the other type, with a new contract from today (BI-21)."""
    return replace(
        credential, type=mutation.type, years=mutation.years, contract_from=today, next_level=None, level_until=None,
        agreed_at=mutation.submitted_at,
    )  # fmt: skip


def planned_downgrade(credential: Credential, level: Level, today: date) -> Credential:
    """Return the credential that has its present level until the end of the contract period (SP-12)."""
    until = contract_end(credential, today)
    assert until is not None, "what is in use has a contract"
    return replace(credential, next_level=level, level_until=until)


def decide_downgrade_day(credential: Credential | None, now: datetime) -> Credential | None:
    """Return the credential at its lower level, with a new contract; None when nothing is planned any more."""
    if credential is None or credential.next_level is None or credential.level_until is None:
        return None
    if credential.status not in IN_USE or now < end_of_day(credential.level_until):
        return None
    return replace(
        credential, level=credential.next_level, next_level=None, level_until=None, years=1,
        contract_from=credential.level_until + _DAY,
    )  # fmt: skip
