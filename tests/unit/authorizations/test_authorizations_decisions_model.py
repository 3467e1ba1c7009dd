"""Decisions against a second, plain model, on random facts (reliability.md 2.2)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from contracts.authorizations import Reason
from contracts.chain import ChainStatus
from contracts.identity import CredentialStatus, CredentialType
from contracts.values import Level, Role
from services.authorizations.domain.decisions import decide
from services.authorizations.domain.facts import ChainAuthorization, Credential, Facts, Grant, Offer, Organisation
from tests.unit.authorizations.builders import OIN, OTHER_OIN, SERVICE, a_chain, a_credential, an_id

PLACES = [an_id("one"), an_id("two")]
DAY = date(2026, 3, 29)  # in its night the clock goes forward
FIRST, SECOND = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def mostly(good, *others):
    """Each part is right more often than not, so that whole decisions are; hypothesis alone hardly ever says yes."""
    return st.sampled_from([good] * 5 + list(others))


ids = st.sampled_from(PLACES)
mostly_true = st.sampled_from([True] * 5 + [False])
mostly_false = mostly_true.map(lambda value: not value)
ends = mostly(date(2026, 4, 30), DAY - timedelta(days=1), DAY, DAY + timedelta(days=1))
moments = st.datetimes(datetime(2026, 3, 28, 20), datetime(2026, 3, 30, 4), timezones=st.just(UTC))
offers = st.builds(
    Offer, service_uuid=st.just(SERVICE), provider_oin=st.just(OIN), level=st.sampled_from(Level),
    chain_allowed=mostly_true, belastingdienst=st.booleans(), refuses_branches=st.booleans(),
    since=mostly(FIRST, SECOND),
)  # fmt: skip
credentials = st.builds(
    Credential, id=st.uuids(), organisation_id=ids, person_id=st.just(an_id("person")), level=mostly(Level.EH4, *Level),
    role=st.sampled_from(Role), type=mostly(CredentialType.REGULAR, CredentialType.BELASTINGDIENST),
    status=mostly(CredentialStatus.ACTIVE, *CredentialStatus), ends_on=mostly(None, DAY, DAY - timedelta(days=1)),
)  # fmt: skip
grants = st.builds(
    Grant, id=st.uuids(), organisation_id=ids, person_id=st.just(an_id("person")), service_uuid=st.just(SERVICE),
    generation=st.just(1), start=st.just(date(2026, 1, 1)), end=ends, granted_at=mostly(SECOND, FIRST),
    withdrawn=mostly_false,
)  # fmt: skip
chains = st.builds(
    ChainAuthorization, id=st.uuids(), intermediary_id=ids, status=mostly(ChainStatus.ACTIVE, *ChainStatus),
    start=mostly(date(2026, 1, 1), None, DAY), end=ends, ends_on=mostly(None, DAY, DAY + timedelta(days=1)),
    linked=mostly_true, general=st.booleans(),
    provider_oins=st.sampled_from([frozenset(), frozenset({OTHER_OIN}), frozenset({OTHER_OIN, OIN})]),
    service_uuids=st.sampled_from([frozenset(), frozenset({an_id("other")}), frozenset({an_id("other"), SERVICE})]),
)  # fmt: skip
organisations = st.tuples(
    *(st.builds(Organisation, id=st.just(id_), active=mostly_true, branch=mostly_false) for id_ in PLACES)
)
facts = st.builds(
    Facts, service=offers, organisations=organisations,
    credentials=st.lists(credentials, min_size=1, max_size=2).map(tuple),
    grants=st.lists(grants, min_size=1, max_size=2).map(tuple),
    chains=st.lists(chains, min_size=1, max_size=2).map(tuple),
    by_chain=st.booleans(), login_level=mostly(None, *Level),
)  # fmt: skip


def amsterdam(now):
    """The day in Amsterdam, by the rule of 2026: an hour ahead of UTC, two from 29 March 01:00 UTC."""
    return (now + timedelta(hours=2 if now >= datetime(2026, 3, 29, 1, tzinfo=UTC) else 1)).date()


def model_permits(f, now):
    """Say yes exactly if some organisation, credential and link fit together: the rule CH-92 and ID-37 as one sum."""
    day, found = amsterdam(now), []
    ladder = ["EH2", "EH2+", "EH3", "EH4"]
    for o in f.organisations:
        for c in f.credentials:
            height = ladder.index(c.level)
            if f.login_level is not None:
                height = min(height, ladder.index(f.login_level))
            usable = (
                f.service is not None
                and o.active
                and c.organisation_id == o.id
                and c.status in ("active", "ending_scheduled")
                and not (c.ends_on and c.ends_on < day)
                and height >= ladder.index(f.service.level)
                and not (o.branch and f.service.refuses_branches)
            )
            if not usable:
                continue
            if not f.by_chain:
                allowed = c.type == "regular" or f.service.belastingdienst
                found += [
                    height
                    for g in f.grants
                    if allowed and g.organisation_id == o.id and not g.withdrawn
                    if g.start <= day <= g.end and g.granted_at >= f.service.since
                ]
            elif height >= ladder.index("EH3") and c.type == "regular" and f.service.chain_allowed:
                found += [
                    height
                    for k in f.chains
                    if k.intermediary_id == o.id and k.status in ("active", "end_scheduled") and k.linked
                    if k.start is not None and k.start <= day <= k.end and not (k.ends_on and k.ends_on <= day)
                    if k.general or OIN in k.provider_oins or SERVICE in k.service_uuids
                ]
    return ladder[max(found)] if found else None


@pytest.mark.rule("SP-132", "CH-92", "ID-37")
@settings(max_examples=1000, deadline=None)
@given(facts, moments)
def test_a_decision_is_yes_exactly_where_the_model_says_so(f, now):
    decision = decide(f, now)

    expected = model_permits(f, now)
    assert (decision.permitted, decision.level) == (expected is not None, expected)
    assert decision.reason in ({Reason.CHAIN if f.by_chain else Reason.DIRECT} if expected else set(Reason) - YES)


YES = {Reason.DIRECT, Reason.CHAIN}

CUT = {
    "the organisation": lambda f: replace(f, organisations=()),
    "the service": lambda f: replace(f, service=None),
    "chains not accepted": lambda f: replace(f, service=replace(f.service, chain_allowed=False)),
    "every credential": lambda f: replace(
        f, credentials=tuple(replace(c, status=CredentialStatus.ENDED) for c in f.credentials)
    ),
    "every level": lambda f: replace(f, credentials=tuple(replace(c, level=Level.EH2_PLUS) for c in f.credentials)),
    "every type": lambda f: replace(
        f, credentials=tuple(replace(c, type=CredentialType.BELASTINGDIENST) for c in f.credentials)
    ),
    "every status": lambda f: replace(f, chains=tuple(replace(k, status=ChainStatus.REMOVED) for k in f.chains)),
    "every end": lambda f: replace(f, chains=tuple(replace(k, end=date(2026, 3, 1)) for k in f.chains)),
    "every person": lambda f: replace(f, chains=tuple(replace(k, linked=False) for k in f.chains)),
    "every scope": lambda f: replace(
        f,
        chains=tuple(replace(k, general=False, provider_oins=frozenset(), service_uuids=frozenset()) for k in f.chains),
    ),
    "every intermediary": lambda f: replace(
        f, chains=tuple(replace(k, intermediary_id=an_id("nobody")) for k in f.chains)
    ),
}

PLACE = Organisation(PLACES[0], active=True, branch=False)
HELD = a_credential(organisation_id=PLACES[0], level=Level.EH4)
LINK = a_chain(intermediary_id=PLACES[0], start=date(2026, 3, 1), end=date(2026, 5, 1), general=True)


def made_whole(f, offer):
    """Random facts, with one chain in them that permits."""
    return replace(
        f,
        by_chain=True,
        service=replace(offer, chain_allowed=True),
        organisations=(PLACE,),
        credentials=(*f.credentials, HELD),
        chains=(*f.chains, LINK),
        login_level=None,
    )


@pytest.mark.rule("CH-92", "CH-02", "CH-05", "CH-91")
@settings(max_examples=300, deadline=None)
@given(st.builds(made_whole, facts, offers), moments, st.sampled_from(sorted(CUT)))
def test_a_chain_that_permits_permits_no_more_once_one_of_its_links_is_cut(f, now, link):
    assert decide(f, now).permitted

    assert not decide(CUT[link](f), now).permitted
