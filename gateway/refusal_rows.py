"""A row of the table of refusals, and the rows of requests, identifications and activation letters (SP-131)."""

from dataclasses import dataclass

from contracts.values import Localized


@dataclass(frozen=True, slots=True)
class Row:
    """The HTTP status of a code, and its text in both languages."""

    status: int
    text: Localized


def row(status: int, nl: str, en: str) -> Row:
    """Return a row with its text in Dutch and English."""
    return Row(status, Localized(nl=nl, en=en))


ISSUING: dict[str, Row] = {
    "above_own_level": row(
        403, "Dit niveau is hoger dan dat van uw eigen middel.", "This level is above that of your own credential."
    ),
    "agreement_missing": row(
        409, "Ga eerst akkoord met de aanvraag en de kosten.", "First agree with the request and its costs."
    ),
    "second_factor_missing": row(
        400, "Kies een tweede factor: sms of OTP-device.", "Choose a second factor: SMS or OTP device."
    ),
    "identity_data_missing": row(
        400,
        "Vul de identiteitsgegevens in en voeg een kopie van het identiteitsbewijs toe.",
        "Enter the identity data and add a copy of the identity document.",
    ),
    "birth_date_in_future": row(400, "De geboortedatum ligt in de toekomst.", "The date of birth lies in the future."),
    "document_expires": row(
        409, "Het identiteitsbewijs is niet lang genoeg geldig.", "The identity document is not valid long enough."
    ),
    "document_side_missing": row(400, "De voor- en achterzijde zijn nodig.", "The front and the back are both needed."),
    "address_missing": row(400, "Vul een identificatieadres in.", "Enter an address for the identification."),
    "belastingdienst_personal": row(
        403,
        "Dit middel vraagt een volledig bevoegde persoon alleen voor zichzelf aan.",
        "Only a fully authorised person can ask for this credential, for oneself.",
    ),
    "belastingdienst_rules": row(
        409,
        "Een Belastingdienstmiddel is van niveau EH3 en voor een gebruiker.",
        "A Belastingdienst credential is of level EH3 and for a regular user.",
    ),
    "belastingdienst_taken": row(
        409,
        "Er is al een Belastingdienstmiddel voor dit KvK-nummer.",
        "There is a Belastingdienst credential for this KvK number already.",
    ),
    "no_ground": row(
        409, "Afdekken hiervan is toegestaan en geen reden tot afkeuring.", "Covering this is allowed; no ground."
    ),
    "form_only": row(403, "Vraag dit aan met het wijzigingsformulier.", "Ask for this with the change form."),
    "change_at_partner": row(
        409,
        "Wijzig het identificatieadres bij AMP Groep, via mijnafspraak.nl.",
        "Change the address for the identification at AMP Groep, at mijnafspraak.nl.",
    ),
    "method_not_offered": row(
        409, "Deze manier van identificeren is er niet.", "This way of identification is not offered."
    ),
    "invalid_report": row(
        400,
        "Deze melding is niet ondertekend, te oud of van een andere opdracht.",
        "This report is not signed, too old or of another order.",
    ),
}
