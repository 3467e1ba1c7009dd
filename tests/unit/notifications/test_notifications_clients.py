"""What answers of the outside world mean, and templates for each message and language."""

import aiosmtplib
import pytest

from contracts.values import Language
from profiles.model import load_profile
from services.notifications.clients.http import address
from services.notifications.clients.mail import outcome_of
from services.notifications.clients.templates import FOLDER, Templates, paragraphs
from services.notifications.domain.deliveries import Verdict
from services.notifications.domain.notices import NoticeKind

PROFILES = ["zlogin", "weid"]


def refused(*codes):
    return aiosmtplib.SMTPRecipientsRefused(
        [aiosmtplib.SMTPRecipientRefused(code, "", "a@b.example") for code in codes]
    )


@pytest.mark.rule("SP-75")
@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (refused(550), Verdict.PERMANENT),
        (refused(451), Verdict.TEMPORARY),
        (aiosmtplib.SMTPDataError(554, "spam"), Verdict.PERMANENT),
        (aiosmtplib.SMTPDataError(452, "full"), Verdict.TEMPORARY),
        (aiosmtplib.SMTPSenderRefused(553, "", ""), Verdict.PERMANENT),
        (aiosmtplib.SMTPAuthenticationError(535, "our password"), Verdict.TEMPORARY),
        (aiosmtplib.SMTPConnectResponseError(554, "not now"), Verdict.TEMPORARY),
        (aiosmtplib.SMTPConnectError("refused"), Verdict.TEMPORARY),
        (aiosmtplib.SMTPReadTimeoutError("slow"), Verdict.TEMPORARY),
        (aiosmtplib.SMTPServerDisconnected("gone"), Verdict.TEMPORARY),
        (aiosmtplib.SMTPNotSupported("SMTPUTF8"), Verdict.PERMANENT),
        (ConnectionRefusedError(), Verdict.TEMPORARY),
    ],
)
def test_a_refusal_stays_and_trouble_passes(error, verdict):
    outcome = outcome_of(error)

    assert outcome.verdict is verdict
    assert outcome.reason.startswith("smtp_")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://sms.example", "http://sms.example/messages"),
        ("http://sms.example/", "http://sms.example/messages"),
        ("http://sms.example/api/send", "http://sms.example/api/send"),
        ("", ""),
    ],
)
def test_an_address_without_a_path_gets_the_usual_one(url, expected):
    assert address(url, "messages") == expected


NOTICE = {"relation": "Bakkerij", "end": "2027-02-22", "contact": "A", "contact_email": "a@b.example", "name": "B"}
ADDED = {"organisation": "O", "kvk_number": "00000104", "administrator": "A", "reason": "R"}
ENDING = {"what": "scheduled", "person": "C", "ends_on": "2027-02-22", "organisation": "O"}
MAILS = {
    **{kind.value: NOTICE | ADDED | ENDING for kind in NoticeKind},
    "message_ready": {"name": "B"},
    "introduction": {"name": "B"},
    "validation_code": {"name": "B", "code": "1"},
    "application_rejected": {"name": "B", "applicant": "C", "reason": "D"},
    "mutation_refused": {"name": "B", "person": "C", "reason": "D", "organisations": ["O"], "extent": "part"},
    "identification_failed": {
        "name": "B", "organisation": "O", "after": "appointment", "appoint_by": "2027-02-22", "by": "partner",
    },
    "form_outcome": {"name": "B", "title": "T", "kvk_number": "00000104", "status": "refused", "reason": "D"},
    "mobile_changed": {"name": "B"},
    "activation_letter": {"name": "B", "organisation": "O", "activate_by": "2027-02-22", "code": "1"},
    "invitation": {
        "contact": "B", "relation": "R", "intermediary": "I", "services": [], "answer_by": "2027-02-22", "sender": "S",
        "sender_email": "s@b.example", "sender_phone": "", "link": "https://m.example/x",
    },
}  # fmt: skip


@pytest.mark.rule("SP-115", "NO-18")
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", MAILS)
def test_each_mail_is_there_in_each_language(profile, language, name):
    templates = Templates(load_profile(profile), "https://m.example")

    mail = templates.mail(name, language, MAILS[name])

    assert mail.subject
    assert "\n" not in mail.subject
    assert f'<html lang="{language}">' in mail.html
    assert mail.text.startswith("Geachte B," if language is Language.NL else "Dear B,")
    assert "<p>" in mail.html
    assert load_profile(profile).display_name.in_(language) in mail.text


@pytest.mark.rule("SP-115")
def test_no_template_lacks_a_language():
    names = {path.name.split(".")[0] for path in FOLDER.glob("*.*.*")}

    assert {path.name for path in FOLDER.glob("*.*.txt")} == {
        f"{name}.{language}.txt" for name in names - {"agreement", "contract", "device_letter"} for language in Language
    }


@pytest.mark.rule("SP-117")
@pytest.mark.security("S29")
def test_a_value_stays_in_its_line_and_is_no_markup():
    templates = Templates(load_profile("zlogin"), "https://m.example")
    reason = "a\n\n- <script>alert(1)</script> {{ 7 * 7 }}"

    mail = templates.mail("application_rejected", Language.NL, {"name": "B", "applicant": "C", "reason": reason})

    assert "a - <script>alert(1)</script> {{ 7 * 7 }}" in mail.text
    assert "<p>a - &lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}</p>" in mail.html


def test_lines_that_begin_with_a_dash_are_a_list():
    assert paragraphs("een\ntwee\n\n- a\n- b\n") == "<p>een<br>twee</p>\n<ul><li>a</li><li>b</li></ul>"
