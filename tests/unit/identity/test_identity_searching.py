"""Pieces of text by which users are found."""

import pytest
from hypothesis import given, strategies as st

from services.identity.domain.searching import GRAM, fold, grams, pieces

TEXTS = st.text(min_size=1, max_size=40).map(fold).filter(bool)


@pytest.mark.rule("SP-118")
@given(TEXTS, st.data())
def test_every_part_of_a_text_has_pieces_of_it(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    kept = grams(text)
    for piece in pieces(part):
        assert any(each == piece if len(piece) == GRAM else each.startswith(piece) for each in kept), piece


@pytest.mark.rule("SP-118")
@pytest.mark.parametrize("missing", ["x", "ab", "nl ", "abc"])
def test_what_no_text_has_has_no_piece(missing):
    assert not any(each.startswith(piece) for each in grams("jan de vries jan@post.nl") for piece in pieces(missing))
