"""The description of the interface (OpenAPI 3.1), after the NLGov REST API Design Rules."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contracts.actor import ActorKind
from contracts.values import Language
from gateway.middleware import API_VERSION
from gateway.policy import Policy, PolicyRoute
from gateway.refusals import TITLES
from gateway.schemas.base import Pending, Problem
from gateway.schemas.chain import TermsIn

PREFIX = "/v1"


def file_of(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Describe an answer that is a file of one of some types."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": "The file", "content": dict.fromkeys(media_types, binary)}}


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK_FILE, TABLE_FILE = file_of(_XLSX), file_of(_XLSX, "text/csv")
PDF_FILE = file_of("application/pdf")
REDIRECT: dict[int | str, dict[str, Any]] = {
    302: {
        "description": "The address to go on to",
        "headers": {"Location": {"schema": {"type": "string", "format": "uri-reference"}}},
    }
}
COPY_FILE = file_of("application/pdf", "image/png", "image/jpeg", "image/tiff", "image/bmp")
"""The copy of an identity document, or what a relation has signed."""
ASSERTION_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type", "client_assertion_type", "client_assertion"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "client_assertion_type": {
                            "type": "string",
                            "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        },
                        "client_assertion": {"type": "string", "maxLength": 8192},
                    },
                }
            }
        },
    }
}
REPORT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/jwt": {"schema": {"type": "string", "minLength": 1, "maxLength": 8192}}},
    }
}
_DESCRIPTION = (
    "Volmacht: eHerkenningsmiddelen, machtigingen en ketenmachtigingen. "
    "Verzoeken die iets wijzigen mogen een Idempotency-Key noemen; een verzoek waarvan de uitkomst nog niet bekend is, "
    "geeft 202 met in Location waar de uitkomst te lezen is. Foutmeldingen volgen RFC 9457, in de taal van "
    "Accept-Language (nl of en).\n\n"
    "Volmacht: credentials, authorizations and chain authorizations of eHerkenning. "
    "Requests that change something may name an Idempotency-Key; a request whose outcome is not known yet gives 202 "
    "with, in Location, where to read the outcome. "
    "Errors follow RFC 9457, in the language of Accept-Language (nl or en)."
)
_CONTACT = {"name": "Volmacht", "url": "https://volmacht.example/api", "email": "api@volmacht.example"}
_PAGE = re.compile(r"Page_(\w+?)Out_")
_SECURITY = "accessToken"
_LINK, _OF_LINKS = "{token}", (409, 410)
"""What a personal link leads to may not be made yet, or over, for readers too."""

_VERSION_HEADER = {"API-Version": {"$ref": "#/components/headers/ApiVersion"}}
_KEY_PARAMETER = {"$ref": "#/components/parameters/IdempotencyKey"}


_SCHEMAS = "#/components/schemas/"
_PARTS: dict[str, type[BaseModel]] = {}
"""The models of parts that hold JSON: no route names them as its body."""


def upload_body(**parts: type[BaseModel]) -> dict[str, Any]:
    """Describe a multipart body with the part `file`, and further ones of JSON; what asks nothing is optional."""
    _PARTS.update({model.__name__: model for model in parts.values()})
    more = {name: {"$ref": f"{_SCHEMAS}{model.__name__}"} for name, model in parts.items()}
    schema = {
        "type": "object",
        "required": ["file", *(name for name, model in parts.items() if _asks(model))],
        "properties": {"file": {"type": "string", "format": "binary"}, **more},
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def _asks(model: type[BaseModel]) -> bool:
    return any(field.is_required() for field in model.model_fields.values())


def describe(routers: Sequence[APIRouter]) -> dict[str, Any]:
    """Return the description of all routes; those beside the version's prefix name their own server."""
    document: dict[str, Any] = get_openapi(
        title="Volmacht", version=API_VERSION, description=_DESCRIPTION, contact=_CONTACT,
        routes=policy_routes(routers),
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"}, servers=[{"url": PREFIX}],
        tags=[{"name": name} for name in _tags(routers)],
    )  # fmt: skip
    _describe_parts(document["components"]["schemas"])
    _describe_components(document)
    policies = {
        (route.path_format, method): route.policy for route in policy_routes(routers) for method in route.methods or ()
    }
    paths = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _describe_operation(operation, method.upper(), policies[path, method.upper()], link=_LINK in path)
            if not path.startswith(PREFIX):
                operation["servers"] = [{"url": "/"}]
        paths[path.removeprefix(PREFIX)] = operations
    document["paths"] = paths
    named: dict[str, Any] = json.loads(_PAGE.sub(r"\1Page", json.dumps(document)))
    return named


def policy_routes(routers: Iterable[APIRouter]) -> list[PolicyRoute]:
    """Return all routes; raise TypeError for one that knows no policy."""
    found = [route for router in routers for route in router.routes]
    for route in found:
        if not isinstance(route, PolicyRoute):
            raise TypeError(f"{route} has no policy")
    return [route for route in found if isinstance(route, PolicyRoute)]


def _tags(routers: Iterable[APIRouter]) -> list[str]:
    return sorted({str(tag) for router in routers for tag in router.tags})


def _describe_components(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _, made = models_json_schema(
        [(TermsIn, "validation"), (Problem, "serialization"), (Pending, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    schemas.update(made["$defs"])
    components["responses"] = {f"Problem{status}": _problem(status) for status in TITLES}
    components["headers"] = {
        "ApiVersion": {"description": "The full version of the interface.", "schema": {"type": "string"}},
    }
    components["parameters"] = {
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": False,
            "description": "A repeated request with the same key has its effect once; another body with it gives 409.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        },
    }  # fmt: skip
    components["securitySchemes"] = {_SECURITY: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}


def _problem(status: int) -> dict[str, Any]:
    title = TITLES[status]
    return {
        "description": f"{title.in_(Language.NL)} / {title.in_(Language.EN)}",
        "headers": _VERSION_HEADER,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _describe_parts(schemas: dict[str, Any]) -> None:
    """Describe the models of parts, with the models inside them."""
    for name, model in _PARTS.items():
        described = model.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}")
        for inner, schema in {**described.pop("$defs", {}), name: described}.items():
            schemas.setdefault(inner, schema)


def _describe_operation(operation: dict[str, Any], method: str, declared: Policy, *, link: bool) -> None:
    operation["description"] = f"{operation.get('summary', '')}.\n\n{operation.get('description', '')}"
    operation["x-policy"] = declared.describe()
    if not declared.open:
        operation["security"] = [{_SECURITY: []}]
    elif declared.who != {ActorKind.ANYONE}:
        operation["security"] = [{}, {_SECURITY: []}]
    changing = method != "GET"
    if changing:
        operation.setdefault("parameters", []).append(_KEY_PARAMETER)
    responses = operation["responses"]
    responses.pop("422", None)
    for response in responses.values():
        response["headers"] = {**response.get("headers", {}), **_VERSION_HEADER}
    if changing:
        responses["202"] = _pending()
    found = {*_statuses(declared, changing=changing, body="requestBody" in operation), *(_OF_LINKS if link else ())}
    for status in sorted(found):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _pending() -> dict[str, Any]:
    return {
        "description": "The request was stored; read its outcome at Location.",
        "headers": {**_VERSION_HEADER, "Location": {"schema": {"type": "string", "format": "uri-reference"}}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pending"}}},
    }


def _statuses(declared: Policy, *, changing: bool, body: bool) -> list[int]:
    """Return the statuses of problems that a route may answer with."""
    closed = [] if declared.open else [403]
    changed = [409, 410, 412] if changing else []
    read = [413, 415] if body else []
    return [400, 401, *closed, 404, *changed, *read, 429, 500, 503]
