"""Each supplier has credentials of its own, and every call but the public ones needs a session (GW.6)."""

import pytest

from contracts.actor import ANYONE
from contracts.identity import ExportUsers, GetCredential, GetOrganisation, GetProfile, ListCredentials, ListForms
from tests.service.identity.journey import identity_settings, running
from tests.service.identity.offices import SINGLE, code, logged_in_at


@pytest.mark.rule("GW-20", "GW-19")
async def test_a_credential_of_another_supplier_gives_no_access(journey, mongo):
    await logged_in_at(journey, SINGLE)
    assert hasattr(await journey.start_login(f"user0.{SINGLE}"), "login_id")
    async for other in running(identity_settings(mongo, profile="weid")):
        other.now = journey.now
        assert code(await other.start_login(f"user0.{SINGLE}")) == "wrong_credentials"


@pytest.mark.rule("GW-21")
async def test_without_a_session_nothing_of_an_organisation_is_told(journey):
    row, (administrator, _) = await logged_in_at(journey, SINGLE)
    held = row.credentials[0].credential_id
    kinds = ((GetProfile, {}), (GetOrganisation, {}), (ListCredentials, {}), (ListForms, {}),
             (GetCredential, {"credential_id": held}), (ExportUsers, {"format": "csv"}))  # fmt: skip
    for kind, more in kinds:
        assert code(await journey.service.query(kind(actor=ANYONE, **more))) == "not_allowed", kind
        assert code(await journey.service.query(kind(actor=administrator, **more))) is None, kind
