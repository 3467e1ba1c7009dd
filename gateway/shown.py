"""The results of commands as they go out: the same when answered at once and when read later as a stored request."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from contracts.authorizations import CatalogueImported, Granted
from contracts.billing import QuotationMade
from contracts.chain import Imported, Requested
from contracts.identity import (
    ActivationStarted,
    AdditionReceived,
    ApplicationDetail,
    ApplicationReceived,
    ClientRegistered,
    ClientToken,
    DeviceEnrolment,
    DevicesImported,
    DocumentOpened,
    DocumentView,
    FormHandled,
    FormSubmitted,
    LoginStarted,
    MutationDecided,
    MutationDetail,
    MutationReceived,
    RecoveryOpened,
    RequestReceived,
    StaffAdded,
    StaffConfirmed,
    Tokens,
)
from contracts.message import Done, Model
from gateway.caller import Caller
from gateway.pages import link_of
from gateway.schemas.accounts import DevicesImportedOut, RecoveryOut
from gateway.schemas.authorizations import AuthorizationsOut, CatalogueOut
from gateway.schemas.base import Out
from gateway.schemas.chain import ImportedOut, RequestedOut
from gateway.schemas.changes import (
    DeviceOut,
    MutationDecidedOut,
    MutationDetailOut,
    MutationOut,
    MutationReceivedOut,
)
from gateway.schemas.documents import DocumentViewOut
from gateway.schemas.employees import EmployeeAddedOut, EmployeeConfirmedOut
from gateway.schemas.identity import (
    ActivationOut,
    ApplicationReceivedOut,
    ClientTokenOut,
    LoginOut,
    MachineClientOut,
    TokensOut,
)
from gateway.schemas.office import QuotationOut
from gateway.schemas.organisations import AdditionReceivedOut, FormHandledOut, FormSubmittedOut
from gateway.schemas.requests import ApplicationDetailOut, RequestedCredentialOut, RequestReceivedOut


def tokens(caller: Caller, result: Tokens, id_: UUID) -> TokensOut:
    """Return opened tokens, and the session that they are for."""
    access = caller.open(result.access_token, "access_token", id_=id_)
    actor = caller.gateway.tokens.read(access, caller.gateway.clock.now())
    assert actor.session_id is not None, "tokens of people name their session"
    return TokensOut(
        access_token=access,
        refresh_token=caller.open(result.refresh_token, "refresh_token", id_=id_),
        expires_in=result.expires_in,
        session_id=actor.session_id,
        destination=link_of(result.destination, caller.gateway.profile) if result.destination else None,
    )


def activation(caller: Caller, result: ActivationStarted, id_: UUID) -> ActivationOut:
    """Return a started activation with the opened address of the OTP seed."""
    uri = None if result.otp_uri is None else caller.open(result.otp_uri, "otp_uri", id_=id_)
    return ActivationOut(activation_id=result.activation_id, second_factor=result.second_factor, otp_uri=uri)


def device(caller: Caller, result: DeviceEnrolment, id_: UUID) -> DeviceOut:
    """Return the opened address with which an OTP device is enrolled."""
    return DeviceOut(otp_uri=caller.open(result.otp_uri, "otp_uri", id_=id_))


def document(caller: Caller, found: DocumentView, id_: UUID, place: str = "document") -> DocumentViewOut:
    """Return the data of an identity document with the number opened, at a place of the answer to a question."""
    number = caller.open(found.number, f"{place}.number", id_=id_)
    return DocumentViewOut.of(found.model_copy(update={"number": number}))


def application(caller: Caller, found: ApplicationDetail, id_: UUID) -> ApplicationDetailOut:
    """Return an application with the data of each identity document opened."""
    credentials = [
        RequestedCredentialOut.of({**dict(row), "document": _opened(caller, row.document, id_, f"credentials.{index}")})
        for index, row in enumerate(found.credentials)
    ]
    own = document(caller, found.document, id_) if found.document else None
    return ApplicationDetailOut.of({**dict(found), "credentials": credentials, "document": own})


def _opened(caller: Caller, found: DocumentView | None, id_: UUID, place: str) -> DocumentViewOut | None:
    return document(caller, found, id_, f"{place}.document") if found else None


def quotation(made: QuotationMade) -> QuotationOut:
    """Return the costs with the token that an order names."""
    return QuotationOut.of({**dict(made.quotation), "token": made.token})


def mutation(caller: Caller, detail: MutationDetail) -> MutationDetailOut:
    """Return a change with its completed data opened."""
    sealed = detail.identification_address
    address = None if sealed is None else tuple(caller.open(sealed, "identification_address").splitlines())
    return MutationDetailOut(
        mutation=MutationOut.of(detail.mutation),
        birth_date=detail.birth_date,
        document=document(caller, detail.document, caller.id) if detail.document else None,
        identification_address=address,
    )  # fmt: skip


def client_token(caller: Caller, result: ClientToken, id_: UUID) -> ClientTokenOut:
    """Return an opened token of a machine client."""
    access = caller.open(result.access_token, "access_token", id_=id_)
    return ClientTokenOut(access_token=access, expires_in=result.expires_in)


def employee(caller: Caller, result: StaffAdded, id_: UUID) -> EmployeeAddedOut:
    """Return a new employee with the opened address of the OTP seed."""
    return EmployeeAddedOut(person_id=result.person_id, otp_uri=caller.open(result.otp_uri, "otp_uri", id_=id_))


def confirmed_employee(caller: Caller, result: StaffConfirmed, id_: UUID) -> EmployeeConfirmedOut:
    """Return the opened password of an employee who was confirmed."""
    return EmployeeConfirmedOut(password=caller.open(result.password, "password", id_=id_))


def _plain(shown: type[Out]) -> Callable[[Caller, Any, UUID], Out]:
    return lambda _caller, result, _id: shown.of(result)


_SHOWN: dict[type[Model], Callable[[Caller, Any, UUID], Out | None]] = {
    Done: lambda _caller, _result, _id: None,
    Tokens: tokens,
    ActivationStarted: activation,
    ClientToken: client_token,
    DeviceEnrolment: device,
    MutationReceived: _plain(MutationReceivedOut),
    MutationDecided: _plain(MutationDecidedOut),
    LoginStarted: _plain(LoginOut),
    RecoveryOpened: _plain(RecoveryOut),
    DevicesImported: _plain(DevicesImportedOut),
    ApplicationReceived: _plain(ApplicationReceivedOut),
    AdditionReceived: _plain(AdditionReceivedOut),
    FormSubmitted: _plain(FormSubmittedOut),
    FormHandled: _plain(FormHandledOut),
    StaffAdded: employee,
    StaffConfirmed: confirmed_employee,
    ClientRegistered: _plain(MachineClientOut),
    CatalogueImported: _plain(CatalogueOut),
    Granted: _plain(AuthorizationsOut),
    Requested: _plain(RequestedOut),
    Imported: _plain(ImportedOut),
    RequestReceived: _plain(RequestReceivedOut),
    DocumentOpened: lambda _caller, _result, _id: None,  # a look is asked for again, with its reason
}


def show(caller: Caller, result: Model, id_: UUID) -> Out | None:
    """Return the outcome of the command `id_` as it goes out; None when there is nothing to tell."""
    return _SHOWN[type(result)](caller, result, id_)
