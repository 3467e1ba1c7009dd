import re

import pytest
from pydantic import ValidationError

from profiles.model import FOLDER, ProfileError, load_profile, profile_names


@pytest.fixture
def weid(tmp_path):
    """A folder with a copy of one profile, and a function that changes its text."""
    path = tmp_path / "weid.toml"
    path.write_text((FOLDER / "weid.toml").read_text())

    def change(*pairs):
        text = path.read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text)
        return tmp_path

    return change


@pytest.mark.rule("GW-24")
def test_there_is_a_profile_for_each_supplier():
    assert profile_names() == ["weid", "zlogin"]
    assert load_profile("zlogin") != load_profile("weid")


def test_an_unchanged_copy_is_the_same_profile(weid):
    assert load_profile("weid", weid()) == load_profile("weid")


@pytest.mark.parametrize("name", ["kpn", "", "../zlogin", "zlogin.toml", "ZLOGIN"])
def test_an_unknown_name_is_refused_with_the_names_that_exist(name):
    with pytest.raises(ProfileError, match=re.escape(f"No profile {name!r}; there are: weid, zlogin")):
        load_profile(name)


def test_every_fault_of_a_file_is_listed_at_once(weid):
    folder = weid(
        ('offered = ["EH2+"', 'offered = ["EH9"'),
        ("undo_seconds = 3", "undo_seconds = -3"),
        ("self_add = true", 'self_add = "yes"'),
        ("[belastingdienst]", "[belastingdienst]\nsurprise = 1"),
        ('display_name = { nl = "We-ID", en = "We-ID" } # CF-46', ""),
    )
    with pytest.raises(ProfileError) as caught:
        load_profile("weid", folder)
    lines = str(caught.value).splitlines()
    assert lines[0] == "weid.toml has 5 fault(s):"
    assert sorted(line.split(":")[0].strip() for line in lines[1:]) == [
        "authorizations.undo_seconds",
        "back_office.display_name",
        "belastingdienst.surprise",
        "levels.offered.0",
        "organisations.self_add",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('fee = "PR-07"', 'fee = "PR-13"', "second_factor.otp.fee: PR-13 is not in the price list"),
        ('administrator_min_level = "EH2+"', 'administrator_min_level = "EH2"', "administrator_min_level: EH2 is not"),
        ('["EH2+", "EH3", "EH4"]', '["EH3", "EH2+", "EH4"]', "levels.offered must rise"),
        ('["email_user"]', '["message_box_admin"]', "notifications.authorization_changed: there is no message box"),
        ('oin = "00000099000000002000" #', 'oin = "00000099000000009000" #', "must start with the supplier itself"),
        ("00000099000000003000", "00000099000000001000", "names a supplier twice"),
        ("reminder_months = 1", "reminder_months = 3", "reminder_months must be less"),
        ('code = "otp_device"', 'code = "activation_letter"', "each form must have a code of its own"),
        ('{ name = "address"', '{ name = "person"', "each field must have a name of its own"),
        ('name = "weid"', 'name = "other"', "name says 'other'"),
        ("[levels]", "[levels", "no TOML"),
    ],
)
def test_a_profile_that_contradicts_itself_is_refused(weid, old, new, fault):
    with pytest.raises(ProfileError, match=re.escape(fault)):
        load_profile("weid", weid((old, new)))


def test_contradictions_are_listed_together(weid):
    folder = weid(('["email_user"]', '["message_box_admin"]'), ('fee = "PR-07"', 'fee = "PR-13"'))
    with pytest.raises(ProfileError, match=r"PR-13 is not in the price list; .*there is no message box"):
        load_profile("weid", folder)


@pytest.mark.rule("GW-24")
@pytest.mark.parametrize(
    ("section", "field", "value"),
    [((), "name", "x"), (("levels",), "offered", ()), (("chain", "access"), "intro_mail", False)],
)
def test_a_profile_cannot_be_changed(section, field, value):
    part = load_profile("weid")
    for name in section:
        part = getattr(part, name)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(part, field, value)


@pytest.mark.parametrize("name", ["zlogin", "weid"])
def test_a_profile_holds_nothing_that_can_be_changed_in_place(name):
    assert hash(load_profile(name)) == hash(load_profile(name))
