"""Rate limits over all instances, and who may say for whom it speaks (S33, S35)."""

from ipaddress import ip_network

import pytest

from chassis.mongo import close, connect, database
from gateway.addresses import caller_address, speaks_directly
from gateway.limits import BURST, RateLimits
from tests.gateway.conftest import gateway_settings, running
from tests.gateway.people import bearer, token

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def scope(peer, *forwarded):
    return {
        "client": (peer, 1) if peer else None,
        "headers": [(b"x-forwarded-for", text.encode()) for text in forwarded],
    }


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, nonsense, 10.0.0.7"], "10.0.0.7"),
        ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        ("10.0.0.1", [", ,"], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
@pytest.mark.security("S35")
def test_only_a_trusted_proxy_names_the_caller(peer, forwarded, caller):
    assert caller_address(scope(peer, *forwarded), TRUSTED) == caller


@pytest.mark.security("S36")
def test_metrics_are_for_direct_callers_of_the_own_networks():
    assert speaks_directly(scope("10.1.2.3"), TRUSTED)
    assert not speaks_directly(scope("10.1.2.3", "10.1.2.4"), TRUSTED)
    assert not speaks_directly(scope("203.0.113.9"), TRUSTED)
    assert not speaks_directly(scope("10.1.2.3"), ())


async def statuses(client, path, count, headers):
    return [(await client.get(path, headers=headers(number))).status_code for number in range(count)]


@pytest.mark.security("S35")
async def test_a_forged_header_does_not_get_around_the_limit(mongo, kafka):
    settings = gateway_settings(mongo, kafka, rate_address=0.5)
    async with running(settings, "203.0.113.9") as (client, _):
        found = await statuses(client, "/v1/credentials", 6, lambda n: {"X-Forwarded-For": f"198.51.100.{n}"})
        assert found == [401, 401, 429, 429, 429, 429]
    async with running(settings, "10.0.0.1") as (client, _):
        found = await statuses(client, "/v1/credentials", 6, lambda n: {"X-Forwarded-For": f"198.51.100.{n}"})
        assert found == [401] * 6
        same = await statuses(client, "/v1/credentials", 4, lambda n: {"X-Forwarded-For": f"{n}.1.1.1, 198.51.100.77"})
        assert same == [401, 401, 429, 429]


@pytest.mark.security("S33")
async def test_a_person_and_an_organisation_are_limited_wherever_they_come_from(mongo, kafka):
    settings = gateway_settings(mongo, kafka, rate_principal=0.5, rate_organisation=1.0)
    name = settings.deployment
    async with running(settings) as (client, _):
        one = bearer(token(name, role="user"))
        answers = [
            await client.get("/v1/requests/" + "0" * 8 + "-0000-4000-8000-000000000000", headers=one) for _ in range(3)
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert answers[-1].json()["code"] == "rate_limited"
        path = "/v1/requests/" + "0" * 8 + "-0000-4000-8000-000000000000"
        found = await statuses(client, path, 4, lambda _: bearer(token(name, role="user")))
        assert found == [404, 404, 429, 429]
        elsewhere = bearer(token(name, role="user", tenant="00000000-0000-4000-8000-00000000000f"))
        assert (await client.get(path, headers=elsewhere)).status_code == 404


async def test_two_instances_share_a_bucket_and_a_restart_does_not_fill_it(mongo, kafka):
    settings = gateway_settings(mongo, kafka)
    client = connect(settings, "gateway")
    try:
        place = database(client, settings, "gateway")
        one, other = RateLimits(place), RateLimits(place)
        rates = {"principal:x": 1 / BURST}  # one at once
        assert await one.take(rates) == 0
        assert await one.take(rates) > 0
        await one.exchange()
        restarted = RateLimits(place)
        assert await restarted.take(rates) > 0
        shared = {"principal:y": 0.5}
        assert [await one.take(shared), await other.take(shared)] == [0, 0]
        await one.exchange()
        await other.exchange()
        assert await other.take(shared) > 0
    finally:
        await close(client)


@pytest.mark.security("S36")
async def test_metrics_are_not_public(mongo, kafka):
    settings = gateway_settings(mongo, kafka)
    async with running(settings, "203.0.113.9") as (client, _):
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/health/live")).status_code == 204
        assert (await client.get("/health/ready")).json()["ready"] is True
    async with running(settings) as (client, _):
        assert "volmacht_" in (await client.get("/metrics")).text
        assert (await client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})).status_code == 404
