"""The routes, by subject. Summaries are Dutch, docstrings English: both stand in the description of the interface."""

from fastapi import APIRouter

from gateway.routes import (
    applications,
    authorizations,
    billing,
    chain_access,
    chain_authorizations,
    chain_imports,
    clients,
    credentials,
    forms,
    invitations,
    messages,
    organisations,
    received_agreements,
    requests,
    sessions,
)

ROUTERS: tuple[APIRouter, ...] = (
    sessions.router,
    applications.router,
    credentials.router,
    organisations.router,
    forms.router,
    authorizations.router,
    chain_access.router,
    chain_imports.router,
    chain_authorizations.router,
    invitations.router,
    received_agreements.router,
    messages.router,
    billing.router,
    clients.router,
    requests.router,
)
