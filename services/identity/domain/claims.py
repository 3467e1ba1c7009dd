"""What access tokens say of their bearer (S14)."""

from typing import Any

from services.identity.domain.clients import MachineClient
from services.identity.domain.sessions import Holder, Session


def person_claims(session: Session, holder: Holder) -> dict[str, Any]:
    """Return the claims of a session: the person, at one organisation or in the back office."""
    claims: dict[str, Any] = {
        "sub": str(holder.person.id),
        "sid": str(session.id),
        "auth_time": int(session.authenticated_at.timestamp()),
        "lang": str(holder.person.language),
    }
    reach = holder.by(session.credential_id)
    if reach is None:
        return claims | {"kind": "staff", "staff_roles": sorted(holder.account.staff_roles)}
    return claims | {
        "kind": "person",
        "tenant": str(reach.organisation.id),
        "role": str(reach.credential.role),
        "acr": str(reach.credential.level),
    }


def client_claims(client: MachineClient) -> dict[str, Any]:
    """Return the claims of a machine client: it may ask for decisions."""
    return {
        "kind": "client",
        "sub": str(client.id),
        "client_id": str(client.id),
        "oin": client.oin,
        "scope": "decisions",
    }
