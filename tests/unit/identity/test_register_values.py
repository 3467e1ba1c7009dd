"""Values of the KVK API as they are read: dates, legal forms, ja and nee."""

from datetime import date

import pytest

from services.identity.register import (
    LegalForm,
)
from services.identity.register.kvk import KvkFound, kvk_date, legal_form
from tests.unit.identity.kvk_server import DONALD


@pytest.mark.parametrize(
    ("text", "day"),
    [("20150630", date(2015, 6, 30)), ("20150600", None), ("20150000", None), ("00000000", None), ("", None)],
)
def test_a_date_with_zeros_for_unknown_parts_is_no_day(text, day):
    assert kvk_date(text) == day


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Besloten Vennootschap", LegalForm.PRIVATE_COMPANY), ("Coöperatie", LegalForm.COOPERATIVE),
        ("Vereniging van eigenaars", LegalForm.OWNERS_ASSOCIATION), ("Europese vennootschap", LegalForm.OTHER),
    ],
)  # fmt: skip
def test_a_legal_form_is_recognised_however_it_is_written(text, form):
    assert legal_form(text) is form


@pytest.mark.parametrize(("text", "active"), [("Ja", True), ("Nee", False), ("ja", True)])
def test_ja_and_nee_are_read(text, active):
    assert KvkFound.model_validate({"kvkNummer": DONALD, "actief": text}).active is active
