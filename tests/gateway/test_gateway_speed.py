"""What keeps the gateway quick, where a slip would be seen in `make bench` alone."""

from collections.abc import Iterator
from inspect import iscoroutinefunction

from fastapi.dependencies.models import Dependant

from gateway.openapi import policy_routes
from gateway.routes import ROUTERS


def dependencies(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from dependencies(inner)


def test_nothing_of_a_request_is_handed_to_a_thread():
    handed = {
        f"{route.path}: {found.call.__qualname__}"
        for route in policy_routes(ROUTERS)
        for found in dependencies(route.dependant)
        if not iscoroutinefunction(found.call)
    }
    assert not handed, "FastAPI runs these in a thread, which costs more than they do: write them with `async def`"


def test_routes_are_found_by_a_literal_word():
    for route in policy_routes(ROUTERS):
        version, subject = route.path.split("/")[1:3]
        assert version in {"v1", "module"}
        assert "{" not in subject
