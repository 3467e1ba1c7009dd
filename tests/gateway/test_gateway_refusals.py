"""Every refusal has a status and a text in both languages (SP-131); the description has not drifted."""

import json
import shutil
import subprocess
from enum import StrEnum
from pathlib import Path

import pytest

import contracts.authorizations
import contracts.billing
import contracts.chain
import contracts.identity
import contracts.notifications
from chassis import commands, queries, ticks
from contracts.message import Reply
from contracts.values import Language
from gateway import refusals
from gateway.description import description
from gateway.errors import problem_body
from gateway.refusals import TABLE, TITLES

ROOT = Path(__file__).parents[2]
CONTRACTS = (
    contracts.authorizations, contracts.billing, contracts.chain, contracts.identity, contracts.notifications,
)  # fmt: skip


def refusal_enums(modules):
    return [
        found for module in modules for name, found in vars(module).items()
        if name.endswith("Refusal") and isinstance(found, type) and issubclass(found, StrEnum)
    ]  # fmt: skip


def codes_of_contracts(modules=CONTRACTS):
    return {str(code) for enum in refusal_enums(modules) for code in enum}


def codes_of_chassis():
    """Return the codes of the replies that the chassis keeps ready."""
    kept = [value for module in (commands, queries, ticks) for value in vars(module).values()]
    replies = [value for value in kept if isinstance(value, Reply)]
    replies += [Reply.model_validate_json(value) for value in kept if isinstance(value, bytes)]
    return {reply.refusal.code for reply in replies}


@pytest.mark.rule("SP-131")
def test_every_code_of_the_contracts_has_a_row():
    assert len(refusal_enums(CONTRACTS)) == 5
    assert codes_of_contracts() - set(TABLE) == set()


@pytest.mark.rule("SP-131")
def test_every_code_of_the_chassis_has_a_row():
    assert codes_of_chassis() == {"held", "idempotency_key_reused", "unavailable", "internal_error", "already_answered"}
    assert codes_of_chassis() <= set(TABLE)


def test_a_code_without_a_row_is_noticed():
    class PlantedRefusal(StrEnum):
        NEVER_HEARD_OF = "never_heard_of"

    planted = type("planted", (), {"PlantedRefusal": PlantedRefusal})
    assert codes_of_contracts((planted,)) - set(TABLE) == {"never_heard_of"}


def test_no_row_is_left_over():
    own = set(refusals.GATEWAY) | set(refusals.UPLOADS)
    assert set(TABLE) - own - codes_of_contracts() - codes_of_chassis() == set()


@pytest.mark.rule("SP-131")
@pytest.mark.parametrize("code", sorted(TABLE))
def test_a_row_has_a_text_in_both_languages_and_a_known_status(code):
    row = TABLE[code]
    assert row.status in TITLES
    assert row.status != 422
    assert row.text.nl != row.text.en
    assert {row.text.nl[-1], row.text.en[-1]} == {"."}
    for language in Language:
        body = problem_body(code, language)
        assert (body["status"], body["code"], body["detail"]) == (row.status, code, row.text.in_(language))


def test_the_chassis_rows_have_the_statuses_of_the_design():
    expected = {
        "idempotency_key_reused": 409, "already_answered": 409, "unavailable": 503, "internal_error": 500, "held": 503,
    }  # fmt: skip
    assert {code: TABLE[code].status for code in expected} == expected


def test_the_description_has_not_drifted():
    kept = (ROOT / "docs/openapi.json").read_text(encoding="utf-8")
    assert kept == description(), "run python -m gateway.description docs/openapi.json"


def test_the_description_says_that_what_a_personal_link_leads_to_can_be_over_or_not_made_yet():
    for path, operations in json.loads(description())["paths"].items():
        for operation in operations.values():
            assert "{token}" not in path or {"409", "410"} <= set(operation["responses"])


def test_the_names_of_the_description_are_names_of_the_field():
    """Two models of one name would be told apart by the modules they stand in."""
    names = json.loads(description())["components"]["schemas"]
    assert [name for name in names if "__" in name] == []


def test_the_description_follows_the_design_rules():
    document = json.loads(description())
    operations = [
        (path, method, found) for path, methods in document["paths"].items() for method, found in methods.items()
    ]
    assert len({found["operationId"] for *_, found in operations}) == len(operations) > 50
    for path, method, found in operations:
        place = (path, method)
        assert not path.endswith("/"), place
        assert path == path.lower() or "{" in path, place
        assert "422" not in found["responses"], place
        assert {"400", "401", "404", "429", "500", "503"} <= set(found["responses"]), place
        assert ("202" in found["responses"]) is (method != "get"), place
        assert all(
            "API-Version" in response["headers"] for response in found["responses"].values() if "$ref" not in response
        )
        dutch, english = found["description"].split("\n\n", 1)
        assert dutch.rstrip(".") == found["summary"], place
        assert english, place
    assert set(document["info"]["contact"]) == {"name", "url", "email"}


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.skipif(shutil.which("npx") is None, reason="Node is not here")
def test_the_description_passes_the_published_ruleset(tmp_path):
    lint = ["npx", "--yes", "@stoplight/spectral-cli@6.16.3", "lint", "-r", str(ROOT / "tests/adr/linter.yaml")]
    passed = subprocess.run([*lint, str(ROOT / "docs/openapi.json")], capture_output=True, text=True, check=False)
    assert passed.returncode == 0, passed.stdout
    broken = json.loads(description())
    del broken["paths"]["/logins"]["post"]["responses"]["400"]
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    failed = subprocess.run([*lint, str(tmp_path / "broken.json")], capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "nlgov:problem-invalid-input" in failed.stdout
