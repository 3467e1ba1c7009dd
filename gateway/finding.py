"""Finding the route of a request: by the word behind the version first, then among the few routes of that subject."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from starlette.routing import BaseRoute, Match

from gateway.policy import PolicyRoute

_FOUND = "volmacht.route"


class Subjects(BaseRoute):
    """All routes as one: trying each of a hundred paths in turn would cost more than the answer (docs/performance.md).

    The first words of a path (`/v1/credentials`) are literal in every route.
    """

    def __init__(self, routes: Iterable[PolicyRoute]) -> None:
        self._routes: dict[str, list[PolicyRoute]] = defaultdict(list)
        for route in routes:
            self._routes[_subject(route.path)].append(route)

    def matches(self, scope: Any) -> tuple[Match, Any]:
        """Tell whether a route is there: for the method too, or for the path alone."""
        best: tuple[Match, Any] = Match.NONE, {}
        if scope["type"] != "http":
            return best
        for route in self._routes.get(_subject(scope["path"]), ()):
            match, found = route.matches(scope)
            if match.value > best[0].value:
                best = match, {**found, _FOUND: route}
            if match is Match.FULL:
                break
        return best

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the route answer that was found."""
        await scope[_FOUND].handle(scope, receive, send)


def _subject(path: str) -> str:
    return "/".join(path.split("/", 3)[:3])
