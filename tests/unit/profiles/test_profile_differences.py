"""Each row of the conflicts between the suppliers that is data, under both profiles."""

from operator import attrgetter

import pytest

from profiles.model import load_profile

ROWS = [
    # row, key, Z login, We-ID
    ("CF-01", "levels.offered", ("EH2", "EH2+", "EH3", "EH4"), ("EH2+", "EH3", "EH4")),
    ("CF-02", "second_factor.min_level", "EH2+", "EH2+"),
    ("CF-03", "roles.administrator_min_level", "EH2", "EH2+"),
    ("CF-04", "access.regular_user", "module_own_data", "profile_page_only"),
    ("CF-05", "mobile.editable_targets", {"user"}, {"user", "other_admin"}),
    ("CF-06", "roles.direct_change", False, True),
    ("CF-07", "id_document.min_remaining_months", 0, 2),
    ("CF-08", "id_document.masking_allowed", set(), {"bsn", "photo"}),
    ("CF-09", "identification.methods", {"physical"}, {"physical", "app"}),
    ("CF-10", "identification.choice_moment", "request", "activation"),
    ("CF-11", "activation_letter.channels", {"post"}, {"post", "email"}),
    ("CF-12", "activation_letter.reissue.self_service", False, True),
    ("CF-12", "activation_letter.reissue.fee", None, "PR-09"),
    ("CF-13", "second_factor.otp.fee", None, "PR-07"),
    ("CF-13", "second_factor.otp.delivery", "post", "post"),
    ("CF-13", "second_factor.sms.fee", None, "PR-08"),
    ("CF-15", "settings.sections", ("general", "invoicing"), ("general", "invoicing", "organisations")),
    ("CF-15", "settings.sender_defaults", True, False),
    ("CF-16", "organisations.self_add", False, True),
    ("CF-18", "branch_removal.requires_single_branch", True, False),
    ("CF-21", "texts.belastingdienst_offered_by.nl", "De Belastingdienst biedt", "We-ID biedt"),
    ("CF-22", "belastingdienst.conversions", {"to_regular"}, {"to_regular", "to_belastingdienst"}),
    ("CF-23", "belastingdienst.roles", {"user"}, {"user"}),
    ("CF-25", "authorizations.undo_seconds", 3, 3),
    ("CF-25", "authorizations.undo_offered", True, True),
    ("CF-26", "notifications.authorization_changed", {"message_box_admin"}, {"email_user"}),
    ("CF-27", "message_box.enabled", True, False),
    ("CF-28", "ui.languages", ("nl",), ("nl", "en")),
    ("CF-28", "invitation.languages", ("nl", "en"), ("nl", "en")),
    ("CF-29", "screen.company_name", "beside_login_name", "above_menu"),
    ("CF-31", "screen.required_actions", False, True),
    ("CF-32", "screen.subscription", False, True),
    ("CF-33", "chain.access.acceptance", "signed_offer", "email_reply"),
    ("CF-33", "chain.access.intro_mail", False, True),
    ("CF-34", "chain.issue.requires_offer", False, False),
    ("CF-35", "chain.issue.min_level", "EH3", "EH3"),
    ("CF-36", "chain.scopes", {"general", "service"}, {"general", "provider", "service"}),
    ("CF-38", "chain.party_identifiers.request", {"kvk_number", "fiscal_number"}, {"kvk_number"}),
    ("CF-38", "chain.party_identifiers.issue", {"kvk_number"}, {"kvk_number"}),
    ("CF-43", "organisation.editable_fields", set(), set()),
    ("CF-44", "billing.three_year.invoicing", "upfront", "upfront"),
    ("CF-45", "module.fee", "PR-16", "PR-16"),
    ("CF-46", "back_office.display_name.nl", "medewerker contractverwerking", "We-ID"),
    ("CF-47", "authorizations.warn_months", 2, 2),
    ("CF-47", "chain.warn_months", 3, 3),
    ("CF-48", "texts.chain_issued_heading.nl", "afgegeven", "afgeven"),
    ("CF-48", "texts.chain_issued_overview.nl", "afgegeven", "afgegeven"),
    ("CF-49", "login.base_url", "https://zlogin.example/inloggen", "https://we-id.example/inloggen"),
    ("CF-49", "login.entry.nl", "Beheermodule", "Inloggen"),
    ("SP-128", "four_eyes.issuing_levels", {"EH3", "EH4"}, {"EH3", "EH4"}),
    ("SP-41", "session.idle_minutes", 15, 15),
    ("SP-41", "session.max_hours", 8, 8),
    ("TI-02", "chain.invitation_months", 3, 3),
    ("TI-05", "authorizations.max_years", 5, 5),
    ("TI-07", "chain.max_years", 5, 5),
    ("GW-26", "support.url", "https://zlogin.example/support", "https://we-id.example/support"),
]
CASES = [
    pytest.param(key, {"zlogin": zlogin, "weid": weid}, marks=pytest.mark.rule(row), id=f"{row}-{key}")
    for row, key, zlogin, weid in ROWS
]


@pytest.fixture(params=["zlogin", "weid"])
def profile(request):
    return load_profile(request.param)


@pytest.mark.rule("GW-24")
@pytest.mark.parametrize(("key", "values"), CASES)
def test_a_profile_holds_what_its_supplier_says(profile, key, values):
    assert attrgetter(key)(profile) == values[profile.name]


@pytest.mark.rule("CF-14", "GW-09", "GW-10")
@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("zlogin", ["UniekID", "Naam", "E-mailadres", "Rol", "Status", "Niveau"]),
        ("weid", ["ID", "Naam", "E-mailadres", "Rol", "Status", "Activatie einddatum", "Niveau"]),
    ],
)
def test_the_columns_of_the_users_export(name, headers):
    columns = load_profile(name).export.users.columns
    assert [column.header for column in columns[:-1]] == headers
    assert columns[-1].key == "second_factor"


@pytest.mark.rule("CF-19", "CF-20", "CF-41", "ID-173", "ID-174", "ID-175")
def test_the_forms_of_each_supplier():
    zlogin, weid = (load_profile(name).forms for name in ("zlogin", "weid"))
    assert len(zlogin.listed()) == 11
    assert len(weid.listed()) == 9
    assert {form.code for form in zlogin.catalogue} - {form.code for form in weid.catalogue} == {
        "end_credential",
        "end_agreement",
        "end_issued_chain",
    }
    assert {form.code for form in weid.catalogue} - {form.code for form in zlogin.catalogue} == {
        "own_mobile",
        "withdraw_chain",
    }
    assert zlogin.find("own_mobile") is None
    assert weid.find("own_mobile").title.nl == "Wijziging eigen mobiele nummer"


@pytest.mark.rule("ID-10")
def test_a_branch_number_can_be_removed_without_an_administrator(profile):
    assert profile.forms.find("remove_branch_number").without_session


@pytest.mark.rule("CF-30")
def test_the_label_of_the_own_account():
    assert load_profile("zlogin").screen.own_account_label.nl == "dit ben jij"
    assert load_profile("weid").screen.own_account_label is None


@pytest.mark.rule("CF-40")
def test_the_urgent_procedure_is_that_of_one_supplier():
    assert load_profile("zlogin").chain.urgent is None
    assert load_profile("weid").chain.urgent.model_dump() == {"working_days": 1, "fee": "PR-15"}


@pytest.mark.rule("SP-77")
def test_suppliers_recognise_each_other_and_name_themselves_first():
    zlogin, weid = load_profile("zlogin"), load_profile("weid")
    assert zlogin.recognised_suppliers[0].oin == zlogin.oin
    assert weid.recognised_suppliers[0].oin == weid.oin
    assert set(zlogin.recognised_suppliers) == set(weid.recognised_suppliers)
