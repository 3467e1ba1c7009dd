"""The results of commands as they go out: the same when answered at once and when read later as a stored request."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from contracts.authorizations import CatalogueImported, Granted
from contracts.chain import Imported, Requested
from contracts.identity import (
    ActivationStarted,
    AdditionReceived,
    ApplicationReceived,
    ClientRegistered,
    ClientToken,
    FormSubmitted,
    LoginStarted,
    Tokens,
)
from contracts.message import Done, Model
from gateway.caller import Caller
from gateway.schemas.authorizations import AuthorizationsOut, CatalogueOut
from gateway.schemas.base import Out
from gateway.schemas.chain import ImportedOut, RequestedOut
from gateway.schemas.identity import (
    ActivationOut,
    ApplicationReceivedOut,
    ClientTokenOut,
    LoginOut,
    MachineClientOut,
    TokensOut,
)
from gateway.schemas.organisations import AdditionReceivedOut, FormSubmittedOut


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
    )


def activation(caller: Caller, result: ActivationStarted, id_: UUID) -> ActivationOut:
    """Return a started activation with the opened address of the OTP seed."""
    uri = None if result.otp_uri is None else caller.open(result.otp_uri, "otp_uri", id_=id_)
    return ActivationOut(activation_id=result.activation_id, second_factor=result.second_factor, otp_uri=uri)


def client_token(caller: Caller, result: ClientToken, id_: UUID) -> ClientTokenOut:
    """Return an opened token of a machine client."""
    access = caller.open(result.access_token, "access_token", id_=id_)
    return ClientTokenOut(access_token=access, expires_in=result.expires_in)


def _plain(shown: type[Out]) -> Callable[[Caller, Any, UUID], Out]:
    return lambda _caller, result, _id: shown.of(result)


_SHOWN: dict[type[Model], Callable[[Caller, Any, UUID], Out | None]] = {
    Done: lambda _caller, _result, _id: None,
    Tokens: tokens,
    ActivationStarted: activation,
    ClientToken: client_token,
    LoginStarted: _plain(LoginOut),
    ApplicationReceived: _plain(ApplicationReceivedOut),
    AdditionReceived: _plain(AdditionReceivedOut),
    FormSubmitted: _plain(FormSubmittedOut),
    ClientRegistered: _plain(MachineClientOut),
    CatalogueImported: _plain(CatalogueOut),
    Granted: _plain(AuthorizationsOut),
    Requested: _plain(RequestedOut),
    Imported: _plain(ImportedOut),
}


def show(caller: Caller, result: Model, id_: UUID) -> Out | None:
    """Return the outcome of the command `id_` as it goes out; None when there is nothing to tell."""
    return _SHOWN[type(result)](caller, result, id_)
