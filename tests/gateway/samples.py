"""Valid bodies made from the description of the interface, and every place in them where something else could stand."""

from copy import deepcopy
from uuid import uuid4

PATTERNS = {
    "^[0-9]{8}$": "69599084",
    "^[0-9]{9}$": "123456782",
    "^[0-9]{12}$": "000012345678",
    "^[0-9]{20}$": "00000003244440010000",
    "^\\+[1-9][0-9]{6,14}$": "+31612345678",
    "^[a-z][a-z0-9_]{1,60}$": "company_data",
    "^[A-Za-z0-9._@+-]+$": "anna.bakker",
    "^[A-Z]{2}$": "NL",
}
FORMATS = {"date": "1980-02-29", "email": "anna@example.org", "date-time": "2026-01-01T00:00:00Z"}
# A relation is named by exactly one number: of the optional fields the valid body holds this one.
WANTED = {"RelationIn": {"kvkNumber"}, "AdditionIn": {"kvkNumber"}}


def resolve(document, schema):
    while "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        schema = {**document["components"]["schemas"][name], "x-name": name}
    return schema


def sample(document, schema):  # noqa: PLR0911 (one for each kind)
    """Return a valid value of a schema, with required fields only."""
    schema = resolve(document, schema)
    if "anyOf" in schema:
        return sample(document, next(part for part in schema["anyOf"] if part.get("type") != "null"))
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    match schema.get("type"):
        case "object" if "additionalProperties" in schema and "properties" not in schema:
            return {"kty": "OKP", "crv": "Ed25519"}
        case "object":
            names = set(schema.get("required", ())) | WANTED.get(schema.get("x-name"), set())
            return {name: sample(document, schema["properties"][name]) for name in sorted(names)}
        case "array":
            return [sample(document, schema["items"])]
        case "integer":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return text(schema)


def text(schema):
    if schema.get("format") == "uuid":
        return str(uuid4())
    if "pattern" in schema:
        return PATTERNS[schema["pattern"]]
    return FORMATS.get(schema.get("format"), "a" * max(schema.get("minLength", 0), 6))


def full(document, schema, found):
    """Yield the path of every field that a body may hold, optional ones included, with its schema."""
    schema = resolve(document, schema)
    if "anyOf" in schema:
        schema = resolve(document, next(part for part in schema["anyOf"] if part.get("type") != "null"))
    match schema.get("type"):
        case "object" if "properties" in schema:
            for name, part in schema["properties"].items():
                yield from full(document, part, (*found, name))
        case "array":
            yield found, schema
            yield from full(document, schema["items"], (*found, 0))
        case _:
            yield found, schema


def placed(body, path, value):
    """Return a copy of a body with a value at a path; None when the path leads through an absent optional part."""
    body = deepcopy(body)
    place = body
    for step in path[:-1]:
        try:
            place = place[step]
        except (KeyError, IndexError):
            return None
    place[path[-1]] = value
    return body


def objects(value, found=()):
    """Yield the path of every object in a body."""
    if isinstance(value, dict):
        yield found
        for name, part in value.items():
            yield from objects(part, (*found, name))
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from objects(part, (*found, index))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def json_bodies(document):
    """Yield method, path and schema of every operation with a JSON body."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                yield method.upper(), path, operation, content["application/json"]["schema"]
