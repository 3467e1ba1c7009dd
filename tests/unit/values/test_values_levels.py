import itertools
import operator

import pytest

from contracts.values import Language, Level, Localized, Role

ORDER = ["EH2", "EH2+", "EH3", "EH4"]


@pytest.mark.rule("ID-34")
@pytest.mark.parametrize(("low", "high"), list(itertools.combinations(ORDER, 2)))
def test_levels_are_strictly_ordered(low, high):
    lower, higher = Level(low), Level(high)
    assert lower < higher
    assert lower <= higher
    assert higher > lower
    assert higher >= lower
    assert not higher < lower
    assert not higher <= lower
    assert not lower > higher
    assert not lower >= higher


@pytest.mark.rule("ID-34")
@pytest.mark.parametrize("level", Level)
def test_a_level_equals_itself_only(level):
    same = Level(level.value)
    assert level <= same
    assert level >= same
    assert not level < same
    assert not level > same
    assert [other for other in Level if other == level] == [level]


@pytest.mark.rule("ID-34")
def test_sorting_and_extremes_go_by_rank():
    assert sorted([Level.EH4, Level.EH2_PLUS, Level.EH3, Level.EH2]) == ORDER
    assert max(Level) is Level.EH4
    assert [level.rank for level in Level] == [0, 1, 2, 3]


@pytest.mark.rule("ID-34")
def test_text_of_a_level_compares_on_either_side():
    assert operator.lt(Level.EH2_PLUS, "EH3")
    assert operator.gt("EH3", Level.EH2_PLUS)


@pytest.mark.parametrize("text", ["EH1", "", "eh3", "EH9"])
def test_text_that_is_no_level_does_not_compare(text):
    with pytest.raises(ValueError, match="is not a valid Level"):
        assert text > Level.EH3


@pytest.mark.rule("ID-17")
def test_there_are_exactly_two_roles():
    assert set(Role) == {"administrator", "user"}
    with pytest.raises(ValueError, match="is not a valid Role"):
        Role("owner")


@pytest.mark.parametrize(("language", "text"), [(Language.NL, "machtiging"), (Language.EN, "authorization")])
def test_localized_text_follows_the_language(language, text):
    assert Localized(nl="machtiging", en="authorization").in_(language) == text


def test_localized_text_is_complete_and_frozen():
    with pytest.raises(ValueError, match="at least 1 character"):
        Localized(nl="", en="x")
    text = Localized(nl="a", en="b")
    with pytest.raises(ValueError, match="frozen"):
        text.nl = "c"
