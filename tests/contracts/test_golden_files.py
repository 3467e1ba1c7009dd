"""Golden files: what was once written can be read for ever."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field, ValidationError, model_validator

from contracts.message import Model
from stack.describe import generated
from tests.contracts.examples import example
from tests.contracts.goldens import FOLDER, lost, made, models, read_and_written, written

MODELS = models()
SCHEMAS = {path.removeprefix("schemas/").removesuffix(".json"): json.loads(text) for path, text in generated().items()}


def test_each_message_has_a_golden_file_and_each_golden_file_a_message():
    files = {path.name.removesuffix(".json") for path in FOLDER.glob("*.json")}
    assert MODELS.keys() - files == set(), "run python -m tests.contracts.regenerate"
    assert files - MODELS.keys() == set(), "a published message is kept; a file of one that never was can go"


@pytest.mark.parametrize("name", MODELS)
def test_a_golden_file_is_read_and_written_again_without_loss(name):
    assert read_and_written(name, *MODELS[name]) == []


@pytest.mark.parametrize("name", MODELS)
def test_a_golden_file_fits_its_json_schema(name):
    golden, (_, result) = written(name), MODELS[name]
    value = golden if result is None else golden["result"]
    assert [error.message for error in Draft202012Validator(SCHEMAS[name]).iter_errors(value)] == []


@pytest.mark.parametrize("name", MODELS)
def test_an_example_is_the_same_every_time(name):
    assert made(*MODELS[name]) == made(*MODELS[name])


class Two(Model):
    one: str | None = None
    other: str | None = None
    length: str = Field(min_length=12, max_length=12)
    numbers: tuple[int, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _either(self) -> "Two":
        if (self.one is None) == (self.other is None):
            raise ValueError("one of two")
        return self


@pytest.mark.security("S40")
def test_what_does_not_fit_is_not_repeated_in_the_error():
    with pytest.raises(ValidationError) as refused:
        Two.model_validate({"one": {"secret": "een-geheim"}, "length": "een-geheim", "numbers": ["een-geheim"]})
    assert "een-geheim" not in str(refused.value) + repr(refused.value)


def test_an_example_leaves_out_what_excludes_something_else():
    assert example(Two) == Two(one="voorbeeld", length="voorbeeldxxx", numbers=(1,))


def test_a_field_that_nobody_knows_how_to_fill_is_told():
    class Odd(Model):
        odd: timedelta

    with pytest.raises(TypeError, match="timedelta"):
        example(Odd)


@pytest.mark.parametrize(
    ("golden", "again", "told"),
    [
        ({"a": 1}, {"a": 1, "b": None}, []),
        ({"a": 1}, {}, [".a is gone", ".a was 1 and is written as None"]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [".a.b[1] was 2 and is written as 3"]),
        ({"a": [1]}, {"a": [1, 2]}, [".a was [1] and is written as [1, 2]"]),
        ({"a": "1"}, {"a": 1}, [".a was '1' and is written as 1"]),
        ({"a": True}, {"a": 1}, [".a was True and is written as 1"]),
    ],
)
def test_what_a_reader_loses_of_a_golden_file_is_told(golden, again, told):
    assert lost(golden, again) == told


def test_a_time_a_number_and_an_id_look_on_the_wire_as_they_always_did():
    tick, state = written("nl.clocks.tick.v1"), written("nl.messages.republish.v1")
    assert tick == {"at": "2027-01-05T09:30:00Z"}
    assert UUID(state["aggregate"])
    assert state["from_sequence"] == 1
