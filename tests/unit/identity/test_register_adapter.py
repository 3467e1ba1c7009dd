"""The adapter for the KVK API, against a server that answers in its shapes: look-ups, faults, signals."""

import asyncio
import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from services.identity.register import (
    Address,
    CompanyHit,
    EmbeddedRegister,
    HttpRegister,
    LegalForm,
    RegisterUnavailable,
)
from services.identity.register.breaker import Breaker
from tests.unit.identity.kvk_server import ABROAD, DONALD, ENDED, SHIELDED, Kvk, fault, serving


@pytest.fixture(scope="module")
def embedded():
    return EmbeddedRegister.load()


@pytest.fixture
async def kvk():
    kvk = Kvk()
    routes = [
        Route("/api/v2/zoeken", kvk.respond),
        Route("/api/v1/basisprofielen/{number}", kvk.respond),
        Route("/api/v1/basisprofielen/{number}/vestigingen", kvk.respond),
        Route("/api/v1/abonnementen", kvk.subscriptions),
        Route("/api/v1/abonnementen/{id}", kvk.signals),
    ]
    async with serving(Starlette(routes=routes)) as kvk.url:
        yield kvk


@pytest.fixture
async def register(kvk):
    register = HttpRegister.open("our-key", base_url=kvk.url, seconds=2.0, max_bytes=20_000)
    yield register
    await register.aclose()


def always(response):
    async def answer(request):
        return response

    return answer


@pytest.mark.rule("CH-13", "SP-45")
async def test_a_company_is_put_together_from_the_registers_answers(kvk, register):
    company = await register.company(DONALD)
    assert (company.kvk_number, company.name, company.rsin) == (DONALD, "Test BV Donald", "857587973")
    assert (company.legal_form, company.active) == (LegalForm.PRIVATE_COMPANY, True)
    assert company.address == Address("Hizzaarderlaan", "3", "A", "8823 SJ", "Lollum")
    assert company.branch_count == 2
    assert [(branch.branch_number, branch.main) for branch in company.branches] == [
        ("000037178598", True), ("000037143557", False),
    ]  # fmt: skip
    assert company.representatives == ()
    assert {request.headers["apikey"] for request in kvk.asked} == {"our-key"}
    assert "our-key" not in "".join(str(request.url) for request in kvk.asked)


async def test_an_inactive_company_is_asked_for_and_said_to_be_so(kvk, register):
    company = await register.company(ENDED)
    assert not company.active
    assert kvk.asked[0].query_params["inclusiefInactieveRegistraties"] == "true"


async def test_addresses_abroad_and_shielded_ones(register):
    abroad, shielded = await register.company(ABROAD), await register.company(SHIELDED)
    assert abroad.address == Address("Rue Haute 1", None, None, None, "1000 Bruxelles", "België")
    assert shielded.address is None
    assert abroad.branch_count == 0


@pytest.mark.rule("CH-13")
async def test_an_unknown_number_is_none_and_leaves_the_circuit_closed(register):
    assert [await register.company("12345678") for _ in range(8)] == [None] * 8
    assert (await register.company(DONALD)).kvk_number == DONALD


@pytest.mark.rule("ID-03")
async def test_a_number_of_another_shape_is_never_asked_for(kvk, register):
    assert await register.company("../zoeken") is None
    assert kvk.asked == []


async def test_search_gives_a_company_once(register):
    assert await register.search(" donald ") == (CompanyHit(DONALD, "Test BV Donald", None, active=True),)
    assert await register.search("nobody") == ()
    assert await register.search("  ") == ()


@pytest.mark.rule("SP-45")
@pytest.mark.parametrize(
    "response",
    [
        fault(404, "IPD1002"), fault(404, "IPD1003"), fault(400, "IPD0004"), fault(401, "x"), fault(403, "x"),
        Response(status_code=404), Response(status_code=429), Response("<html>", 500), Response(status_code=503),
        Response("not json"), JSONResponse([]), JSONResponse({"resultaten": [{"kvkNummer": 1}]}),
        JSONResponse({"resultaten": [{"kvkNummer": DONALD, "actief": "Misschien"}]}),
        JSONResponse({"resultaten": [], "vulling": "x" * 20_000}), Response("[" * 10_000),
        Response(gzip.compress(b'{"resultaten": []}'), headers={"content-encoding": "gzip"}),
    ],
)  # fmt: skip
async def test_every_other_answer_is_unavailable(kvk, register, response):
    kvk.answer = always(response)
    with pytest.raises(RegisterUnavailable):
        await register.company(DONALD)


async def test_an_answer_about_another_company_is_not_taken(kvk, register):
    async def swapped(request):
        return JSONResponse({"kvkNummer": ENDED}) if "basisprofielen" in request.url.path else kvk.found(request)

    kvk.answer = swapped
    with pytest.raises(RegisterUnavailable, match="another company"):
        await register.company(DONALD)


async def test_a_redirect_is_not_followed(kvk, register):
    kvk.answer = always(RedirectResponse(f"{kvk.url}/api/v1/basisprofielen/{DONALD}"))
    with pytest.raises(RegisterUnavailable):
        await register.company(DONALD)
    assert len(kvk.asked) == 1


async def test_a_slow_answer_is_broken_off_though_bytes_keep_coming(kvk):
    enough = asyncio.Event()

    async def drip(request):
        async def bytes_without_end():
            while not enough.is_set():
                yield b" "
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(enough.wait()), 0.02)

        return StreamingResponse(bytes_without_end())

    kvk.answer = drip
    register = HttpRegister.open("k", base_url=kvk.url, seconds=0.2)
    with pytest.raises(RegisterUnavailable, match="TimeoutError"):
        await register.company(DONALD)
    enough.set()
    await register.aclose()


async def test_nobody_listening_is_unavailable():
    async with serving(Starlette()) as url:
        pass
    register = HttpRegister.open("k", base_url=url)
    with pytest.raises(RegisterUnavailable):
        await register.company(DONALD)
    await register.aclose()


async def test_after_failures_in_a_row_the_register_is_left_alone_and_then_tried_once(kvk):
    now = 100.0
    register = HttpRegister.open("k", base_url=kvk.url, breaker=Breaker(failures=2, pause=30.0, clock=lambda: now))

    async def refused():
        with pytest.raises(RegisterUnavailable):
            await register.company(DONALD)

    kvk.answer = always(Response(status_code=503))
    for _ in range(4):
        await refused()
    assert len(kvk.asked) == 2
    now = 131.0
    await refused()
    await refused()
    assert len(kvk.asked) == 3
    now, kvk.answer = 162.0, None
    assert (await register.company(DONALD)).name == "Test BV Donald"
    assert (await register.company(DONALD)).name == "Test BV Donald"
    await register.aclose()


async def test_a_company_in_change_does_not_open_the_circuit(kvk):
    register = HttpRegister.open("k", base_url=kvk.url, breaker=Breaker(failures=1))
    kvk.answer = always(fault(404, "IPD1002"))
    for _ in range(3):
        with pytest.raises(RegisterUnavailable, match="five minutes"):
            await register.company(DONALD)
    assert len(kvk.asked) == 3
    await register.aclose()


SINCE, UNTIL = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 24, 1, 2, 3, 456000, tzinfo=UTC)


async def test_signals_are_read_page_by_page_and_come_oldest_first(kvk, register):
    assert await register.subscriptions() == ("sub-1",)
    kvk.asked.clear()
    found = await register.signals("sub-1", SINCE, UNTIL)
    assert [signal.id for signal in found] == ["signal-3", "signal-2", "signal-1"]
    assert [request.query_params["pagina"] for request in kvk.asked] == ["1", "2", "3"]
    assert {(request.query_params["vanaf"], request.query_params["tot"]) for request in kvk.asked} == {
        ("2026-11-20T00:00:00.000Z", "2026-11-24T01:02:03.456Z")
    }
    assert [signal.kvk_number for signal in found if signal.ends_company] == [ENDED]
    assert found[0].branch_number == "000037178598"


@pytest.mark.parametrize(
    "response",
    [
        Response(status_code=503), fault(403, "x"), Response("no json"), JSONResponse({"signalen": [{"id": "x"}]}),
        JSONResponse({"signalen": [{"id": "x", "timestamp": "gisteren", "kvknummer": ENDED, "signaalType": "S"}]}),
    ],
)  # fmt: skip
async def test_signals_that_cannot_be_read_are_an_outage_and_never_an_empty_list(kvk, register, response):
    kvk.answer = always(response)
    with pytest.raises(RegisterUnavailable):
        await register.signals("sub-1", SINCE, UNTIL)


async def test_an_unknown_subscription_has_no_signals(kvk, register):
    kvk.answer = always(fault(404, "IPD0005"))
    assert await register.signals("sub-9", SINCE, UNTIL) == ()
    assert kvk.asked[-1].url.path == "/api/v1/abonnementen/sub-9"


@pytest.mark.rule("ID-115")
async def test_a_branch_number_leads_to_its_company(kvk, register, embedded):
    assert (await register.by_branch("000037143557")).kvk_number == DONALD
    assert await register.by_branch("000099999999") is None
    assert await register.by_branch("000011111111") is None
    assert await register.by_branch("1") is None
    assert (await embedded.by_branch("000037178598")).kvk_number == DONALD
    assert await embedded.by_branch("999999999999") is None


@pytest.mark.parametrize(("end", "ended"), [("00000000", False), ("", False), ("20250000", True), ("20251231", True)])
async def test_a_profile_with_an_end_is_of_a_company_that_ended(kvk, register, end, ended):
    whole = kvk.profile

    def with_end(request):
        answer = json.loads(whole(request).body)
        return JSONResponse({**answer, "materieleRegistratie": {"datumAanvang": "20150600", "datumEinde": end}})

    kvk.profile = with_end
    assert (await register.company(DONALD)).active != ended


def test_another_host_is_reached_by_https_only():
    with pytest.raises(ValueError, match="https"):
        HttpRegister.open("k", base_url="http://api.kvk.nl")
