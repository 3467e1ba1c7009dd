"""What a new catalogue changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.actor import ActorKind, StaffRole
from contracts.values import Level, Localized
from services.authorizations.catalogue_file import CatalogueFault, CatalogueProvider, CatalogueService
from services.authorizations.domain.catalogue import fold, import_refused, plan_import, provider_id, provider_state
from tests.unit.authorizations.builders import NOW, OIN, OTHER_OIN, SERVICE, STAFF, an_actor, an_id

LATER = NOW + timedelta(days=1)


def a_service(oin=OIN, **changes):
    given = {
        "service_uuid": SERVICE,
        "service_id": f"urn:etoegang:DV:{oin}:services:9001",
        "name": Localized(nl="Vergunning", en="Permit"),
        "description": Localized(nl="Uitleg", en="Explanation"),
        "level": Level.EH3,
        "chain_allowed": True,
        "branch_allowed": True,
    }
    return CatalogueService(**{**given, **changes})


def a_provider(*services, oin=OIN):
    return CatalogueProvider(oin, Localized(nl="Gemeente", en="Municipality"), services or (a_service(oin),))


class Known:
    """What is known after some imports."""

    def __init__(self):
        self.providers, self.services = {}, {}

    def take(self, *catalogue, now=NOW):
        plan = plan_import(catalogue, self.providers, self.services, now)
        self.providers |= {provider.id: provider for provider in plan.providers}
        self.services |= {service.id: service for service in plan.services}
        return plan

    def row(self, oin=OIN):
        return self.services[f"{oin}:{SERVICE}"]


@pytest.mark.rule("AU-01", "AU-02")
def test_a_first_import_knows_each_provider_and_each_service_at_each_provider():
    plan = Known().take(a_provider(), a_provider(oin=OTHER_OIN))

    assert [provider.id for provider in plan.providers] == [provider_id(OIN), provider_id(OTHER_OIN)]
    assert [(row.view.provider_oin, row.listed, row.since) for row in plan.services] == [
        (OIN, True, NOW),
        (OTHER_OIN, True, NOW),
    ]
    assert plan.services[0].view.level is Level.EH3


def test_the_same_catalogue_again_changes_nothing_nor_does_another_order():
    known, second = Known(), a_service(service_uuid=an_id(2), service_id=f"urn:etoegang:DV:{OIN}:services:9002")
    known.take(a_provider(a_service(), second))

    plan = known.take(a_provider(second, a_service()), now=LATER)

    assert (plan.providers, plan.services) == ((), ())


@pytest.mark.rule("SP-52")
def test_only_the_provider_that_raised_a_level_has_changed():
    known = Known()
    known.take(a_provider(), a_provider(a_service(OTHER_OIN, service_uuid=an_id(2)), oin=OTHER_OIN))

    raised = replace(a_service(), level=Level.EH4)
    plan = known.take(
        a_provider(raised), a_provider(a_service(OTHER_OIN, service_uuid=an_id(2)), oin=OTHER_OIN), now=LATER
    )

    assert [provider.oin for provider in plan.providers] == [OIN]
    assert (known.row().view.level, known.row().since) == (Level.EH4, NOW)


@pytest.mark.rule("SP-53")
def test_a_provider_that_the_catalogue_drops_offers_nothing_and_its_service_stays_unlisted():
    known = Known()
    known.take(a_provider(), a_provider(oin=OTHER_OIN))

    plan = known.take(a_provider(), now=LATER)

    assert [(provider.oin, provider.services) for provider in plan.providers] == [(OTHER_OIN, ())]
    assert (known.row(OTHER_OIN).listed, known.row().listed) == (False, True)
    assert known.take(a_provider(), now=LATER).providers == ()


@pytest.mark.rule("SP-53")
def test_a_service_that_returns_is_offered_since_its_return():
    known = Known()
    known.take(a_provider())
    known.take(a_provider(oin=OTHER_OIN), now=LATER)

    known.take(a_provider(), now=LATER + timedelta(days=1))

    assert known.row().since == NOW, "another provider had taken the same service over without a break"


@pytest.mark.rule("SP-53")
def test_after_a_break_at_every_provider_the_service_counts_from_its_return():
    known, other = Known(), a_provider(a_service(OTHER_OIN, service_uuid=an_id(2)), oin=OTHER_OIN)
    known.take(a_provider(), other)
    known.take(other, now=LATER)

    known.take(a_provider(), other, now=LATER + timedelta(days=1))

    assert (known.row().listed, known.row().since) == (True, LATER + timedelta(days=1))


@pytest.mark.rule("SP-118")
@pytest.mark.parametrize(
    ("text", "folded"), [("  Café   ÉÉN ", "cafe een"), ("Straße", "strasse"), ("İ", "i"), ("", "")]
)
def test_case_accents_and_surplus_space_do_not_count(text, folded):
    assert fold(text) == folded


def test_the_state_holds_the_services():
    plan = Known().take(a_provider())

    state = provider_state(plan.providers[0])

    assert (state.id, state.oin, state.services[0].service_uuid) == (provider_id(OIN), OIN, SERVICE)


@pytest.mark.rule("SP-128")
def test_only_the_back_office_and_the_command_line_may_import_and_not_who_only_audits():
    auditor = STAFF.model_copy(update={"staff_roles": frozenset({StaffRole.AUDITOR})})

    assert import_refused(STAFF, ()) is None
    assert import_refused(an_actor(kind=ActorKind.SYSTEM), ()) is None
    for actor in (auditor, an_actor(), an_actor(kind=ActorKind.STAFF)):
        assert import_refused(actor, ()).code == "not_allowed"


def test_a_faulty_file_names_its_first_fault_and_their_number():
    refusal = import_refused(STAFF, (CatalogueFault(3, "no name"), CatalogueFault(9, "no level")))

    assert (refusal.code, refusal.details) == ("invalid_catalogue", {"line": 3, "fault": "no name", "faults": 2})
