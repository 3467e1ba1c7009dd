"""A server that answers in the shapes of the KVK API."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.responses import JSONResponse

DONALD = "68750110"
ABROAD = "90000100"
SHIELDED = "90001354"
MANY = "90006577"
ENDED = "96354429"


def fault(status, code):
    return JSONResponse({"fout": [{"code": code, "omschrijving": "..."}]}, status)


@dataclass
class Kvk:
    """A server that answers in the shapes of the KVK API, or as `answer` says."""

    url: str = ""
    asked: list = field(default_factory=list)
    answer: object = None

    async def respond(self, request):
        self.asked.append(request)
        if self.answer is not None:
            return await self.answer(request)
        return self.found(request) if request.url.path == "/api/v2/zoeken" else self.profile(request)

    async def subscriptions(self, request):
        self.asked.append(request)
        rows = [
            {"id": "sub-1", "contract": {"id": "c"}, "startDatum": "2024-01-01T00:00:00Z", "actief": True},
            {"id": "sub-2", "contract": {"id": "c"}, "startDatum": "2024-01-01T00:00:00Z", "actief": False},
        ]
        return JSONResponse({"klantId": "k", "abonnementen": rows})

    async def signals(self, request):
        self.asked.append(request)
        if self.answer is not None:
            return await self.answer(request)
        number, pages = int(request.query_params["pagina"]), 3
        kinds = ("SignaalGewijzigdeInschrijving", "SignaalBeeindiging_2025_01", "SignaalBeeindiging_2025_01")
        row = {
            "id": f"signal-{number}",
            "timestamp": f"2026-11-2{4 - number}T10:00:00.5Z",
            "kvknummer": ENDED,
            "signaalType": kinds[number - 1],
            **({"vestigingsnummer": "000037178598"} if number == 3 else {}),
        }
        page = {"pagina": number, "aantal": 1, "totaal": pages, "totaalPaginas": pages, "signalen": [row]}
        return JSONResponse(page)

    def found(self, request):
        number, name = request.query_params.get("kvkNummer"), request.query_params.get("naam")
        branch = request.query_params.get("vestigingsnummer")
        if name == "donald" or number == DONALD or branch in {"000037143557", "000099999999"}:
            home = {"binnenlandsAdres": {"type": "bezoekadres", "straatnaam": "Hizzaarderlaan", "plaats": "Lollum"}}
            results = [
                {"kvkNummer": DONALD, "rsin": "857587973", "naam": "Test BV Donald", "type": "rechtspersoon",
                 "actief": "Ja", "links": [{"rel": "basisprofiel", "href": "http://127.0.0.1:9/trap"}]},
                {"kvkNummer": DONALD, "vestigingsnummer": "000037178598", "naam": "Test BV Donald", "adres": home,
                 "type": "hoofdvestiging", "actief": "Ja", "links": []},
            ]  # fmt: skip
        elif number in {ABROAD, ENDED, SHIELDED}:
            results = [{"kvkNummer": number, "naam": "Elders", "type": "rechtspersoon",
                        "actief": "Nee" if number == ENDED else "Ja"}]  # fmt: skip
        else:
            return fault(404, "IPD5200")
        page = {"pagina": 1, "resultatenPerPagina": 100, "totaal": len(results), "resultaten": results, "links": []}
        return JSONResponse(page)

    def profile(self, request):
        number = request.path_params["number"]
        if request.url.path.endswith("/vestigingen"):
            if number != DONALD:
                return fault(404, "IPD0005")
            rows = [
                {"vestigingsnummer": "000037178598", "kvkNummer": DONALD, "eersteHandelsnaam": "Test BV Donald",
                 "indHoofdvestiging": "Ja", "indAdresAfgeschermd": "Nee", "indCommercieleVestiging": "Ja"},
                {"vestigingsnummer": "000037143557", "kvkNummer": DONALD, "eersteHandelsnaam": "Filiaal",
                 "indHoofdvestiging": "Nee", "indAdresAfgeschermd": "Nee", "indCommercieleVestiging": "Ja"},
            ]  # fmt: skip
            return JSONResponse({"kvkNummer": number, "totaalAantalVestigingen": 2, "vestigingen": rows})
        addresses = {
            ABROAD: [{"type": "correspondentieadres", "indAfgeschermd": "Nee", "straatHuisnummer": "Rue Haute 1",
                      "postcodeWoonplaats": "1000 Bruxelles", "land": "België"}],
            SHIELDED: [{"type": "bezoekadres", "indAfgeschermd": "Ja", "straatnaam": "Geheim", "plaats": "Geheim"}],
        }.get(number, [
            {"type": "correspondentieadres", "indAfgeschermd": "Nee", "postbusnummer": 200, "postcode": "8823 SJ",
             "plaats": "Lollum", "land": "Nederland"},
            {"type": "bezoekadres", "indAfgeschermd": "Nee", "straatnaam": "Hizzaarderlaan", "huisnummer": 3,
             "huisletter": "A", "postcode": "8823SJ", "plaats": "Lollum", "land": "Nederland"},
        ])  # fmt: skip
        return JSONResponse({
            "kvkNummer": number, "indNonMailing": "Ja", "naam": "Donald", "statutaireNaam": "Test BV Donald",
            "formeleRegistratiedatum": "20150600", "materieleRegistratie": {"datumAanvang": "00000000"},
            "totaalWerkzamePersonen": 1, "handelsnamen": [{"naam": "Test BV Donald", "volgorde": 1}],
            "_embedded": {"hoofdvestiging": {"vestigingsnummer": "000037178598", "adressen": addresses},
                          "eigenaar": {"rsin": "857587973", "rechtsvorm": "BeslotenVennootschap"}},
        })  # fmt: skip


@asynccontextmanager
async def serving(app):
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    config_socket = server.config.bind_socket()
    task = asyncio.create_task(server.serve(sockets=[config_socket]))
    try:
        yield f"http://127.0.0.1:{config_socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        config_socket.close()
