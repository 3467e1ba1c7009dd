"""The routes, by subject. Summaries are Dutch, docstrings English: both stand in the description of the interface."""

from fastapi import APIRouter

from gateway.routes import (
    applications,
    authorizations,
    billing,
    chain_access,
    chain_authorizations,
    chain_imports,
    changes,
    clients,
    credential_requests,
    credentials,
    identifications,
    invitations,
    messages,
    mutations,
    otp_devices,
    own,
    received_agreements,
    recoveries,
    requests,
    sessions,
)

ROUTERS: tuple[APIRouter, ...] = (
    sessions.router,
    recoveries.router,
    own.router,
    otp_devices.router,
    applications.router,
    credentials.router,
    credential_requests.router,
    identifications.router,
    changes.router,
    mutations.router,
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
