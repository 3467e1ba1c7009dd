"""A request that is not answered at once: who asks, and what came of it."""

from uuid import uuid4

from tests.gateway.peer import until

SUB = str(uuid4())


def same_person(gate, **more):
    return gate.person(sub=SUB, **more)


async def outcome_of(gate, answer, headers):
    """Wait until a stored request has an outcome."""

    async def read():
        found = await gate.client.get(answer.headers["location"], headers=headers)
        assert found.status_code == 200, found.text
        return found.json() if found.json()["status"] != "pending" else None

    return await until(read)
