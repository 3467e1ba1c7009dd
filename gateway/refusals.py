"""What a refusal looks like over HTTP: one row for each code of the contracts, the chassis and the gateway (SP-131)."""

from contracts.values import Localized
from gateway.refusal_rows import ISSUING, Row, row as _row
from gateway.refusals_of_chain import CHAIN
from gateway.refusals_of_changes import CHANGES
from gateway.refusals_of_organisations import ORGANISATIONS
from gateway.refusals_of_uploads import UPLOADS

TITLES: dict[int, Localized] = {
    400: Localized(nl="Ongeldige invoer", en="Invalid input"),
    401: Localized(nl="Niet ingelogd", en="Not signed in"),
    403: Localized(nl="Niet toegestaan", en="Not allowed"),
    404: Localized(nl="Niet gevonden", en="Not found"),
    405: Localized(nl="Methode niet toegestaan", en="Method not allowed"),
    409: Localized(nl="In strijd met de huidige toestand", en="In conflict with the present state"),
    410: Localized(nl="Niet meer geldig", en="No longer valid"),
    412: Localized(nl="Intussen gewijzigd", en="Changed in the meantime"),
    413: Localized(nl="Te groot", en="Too large"),
    415: Localized(nl="Bestandstype niet toegestaan", en="File type not allowed"),
    429: Localized(nl="Te veel verzoeken", en="Too many requests"),
    500: Localized(nl="Interne fout", en="Internal error"),
    503: Localized(nl="Tijdelijk niet beschikbaar", en="Temporarily unavailable"),
}

GATEWAY: dict[str, Row] = {
    "invalid_input": _row(400, "De invoer is ongeldig; zie de fouten.", "The input is invalid; see the errors."),
    "invalid_grant": _row(400, "Dit soort token wordt niet uitgegeven.", "This kind of token is not issued."),
    "too_deep": _row(400, "De invoer is te diep genest.", "The input is nested too deeply."),
    "unauthenticated": _row(401, "Log in om verder te gaan.", "Sign in to go on."),
    "invalid_token": _row(
        401, "De sessie is niet (meer) geldig; log opnieuw in.", "The session is not valid (any more); sign in again."
    ),
    "not_found": _row(404, "Dit bestaat niet.", "This does not exist."),
    "method_not_allowed": _row(405, "Deze methode bestaat hier niet.", "This method does not exist here."),
    "too_large": _row(413, "De inhoud is te groot.", "The content is too large."),
    "unsupported_media_type": _row(
        415, "Dit type bestand wordt niet aangenomen.", "This type of file is not accepted."
    ),
    "rate_limited": _row(429, "Te veel verzoeken; probeer het later opnieuw.", "Too many requests; try again later."),
    "file_missing": _row(404, "Het bestand is er niet (meer).", "The file is not there (any more)."),
}

CHASSIS: dict[str, Row] = {
    "idempotency_key_reused": _row(
        409,
        "Deze Idempotency-Key is al gebruikt voor een ander verzoek.",
        "This Idempotency-Key was used for another request.",
    ),
    "already_answered": _row(
        409,
        "Dit verzoek is al beantwoord; het antwoord wordt niet nog eens gegeven.",
        "This request was answered before; the answer is not given again.",
    ),
    "held": _row(
        503,
        "Het verzoek is apart gezet; de beheerder van het systeem bekijkt het.",
        "The request was set aside; the system's operator looks at it.",
    ),
    "unavailable": _row(
        503,
        "De dienst is tijdelijk niet beschikbaar; probeer het later opnieuw.",
        "The service is temporarily unavailable; try again later.",
    ),
    "internal_error": _row(500, "Er ging iets mis; het is vastgelegd.", "Something went wrong; it was recorded."),
}

SHARED: dict[str, Row] = {
    "language_not_offered": _row(400, "Deze taal wordt niet aangeboden.", "This language is not offered."),
    "not_allowed": _row(403, "U hebt hier geen rechten voor.", "You have no rights for this."),
    "unknown": _row(404, "Dit bestaat niet.", "This does not exist."),
    "wrong_status": _row(409, "Dit kan niet in de huidige status.", "This is not possible in the present status."),
    "stale_version": _row(
        412,
        "Iemand anders heeft dit intussen gewijzigd; haal de huidige gegevens op.",
        "Somebody else changed this in the meantime; fetch the present data.",
    ),
    "level_too_low": _row(
        403, "Uw betrouwbaarheidsniveau is hiervoor te laag.", "Your reliability level is too low for this."
    ),
    "end_date_too_early": _row(400, "De einddatum ligt te vroeg.", "The end date is too early."),
}

IDENTITY: dict[str, Row] = {
    "wrong_credentials": _row(
        401, "De gebruikersnaam of het wachtwoord is onjuist.", "The user name or password is wrong."
    ),
    "wrong_code": _row(400, "De code is onjuist.", "The code is wrong."),
    "login_expired": _row(410, "Het inloggen duurde te lang; begin opnieuw.", "Signing in took too long; start again."),
    "session_ended": _row(401, "De sessie is beëindigd; log opnieuw in.", "The session has ended; sign in again."),
    "too_many_attempts": _row(
        429, "Te veel pogingen; probeer het later opnieuw.", "Too many attempts; try again later."
    ),
    "authenticator_off": _row(
        403,
        "Inloggen vanaf dit apparaat is uitgezet na te veel pogingen; herstel uw inloggegevens.",
        "Signing in from this device was turned off after too many attempts; recover your login details.",
    ),
    "recovery_expired": _row(
        410, "Deze link is niet meer geldig; vraag een nieuwe aan.", "This link is no longer valid; ask for a new one."
    ),
    "reauthentication_needed": _row(403, "Log opnieuw in om dit te wijzigen.", "Sign in again to change this."),
    "invalid_device_file": _row(
        400,
        "Dit bestand met OTP devices kan niet worden overgenomen; zie de fouten.",
        "This file of OTP devices cannot be taken over; see the errors.",
    ),
    "device_taken": _row(
        409, "Dit OTP device is van een andere persoon.", "This OTP device belongs to another person."
    ),
    "company_unknown": _row(
        404, "Dit KvK-nummer staat niet in het Handelsregister.", "This KvK number is not in the trade register."
    ),
    "company_inactive": _row(
        409,
        "Deze organisatie is uitgeschreven uit het Handelsregister.",
        "This organisation was struck off the trade register.",
    ),
    "register_unavailable": _row(
        503, "Het Handelsregister is tijdelijk niet bereikbaar.", "The trade register cannot be reached for the moment."
    ),
    "not_legal_representative": _row(
        409,
        "Deze persoon is volgens het Handelsregister niet (alleen) bevoegd.",
        "According to the trade register this person may not sign (alone).",
    ),
    "no_administrator": _row(
        409,
        "Een organisatie heeft ten minste één beheerder nodig.",
        "An organisation needs at least one administrator.",
    ),
    "already_customer": _row(
        409,
        "Deze organisatie is al klant, of heeft al een aanvraag lopen.",
        "This organisation is a customer already, or has an application waiting.",
    ),
    "level_not_offered": _row(
        400, "Dit betrouwbaarheidsniveau wordt niet aangeboden.", "This reliability level is not offered."
    ),
    "four_eyes": _row(
        409, "Een andere medewerker moet dit ook beoordelen.", "Another employee must review this as well."
    ),
    "activation_expired": _row(410, "De termijn om te activeren is verlopen.", "The time to activate is over."),
    "letter_replaced": _row(
        410,
        "Deze brief is vervangen; gebruik de code uit de nieuwste activeringsbrief.",
        "This letter was replaced; use the code of the newest activation letter.",
    ),
    "activation_void": _row(
        410,
        "Deze codes gelden niet meer; begin opnieuw met de code uit uw activeringsbrief.",
        "These codes are void; begin again with the code of your activation letter.",
    ),
    "identification_missing": _row(
        409, "De persoonsidentificatie is nog niet vastgelegd.", "The personal identification was not recorded yet."
    ),
    "user_name_taken": _row(409, "Deze gebruikersnaam is al in gebruik.", "This user name is taken."),
    "weak_password": _row(
        400,
        "Dit wachtwoord is te zwak; kies een langer of minder bekend wachtwoord.",
        "This password is too weak; choose a longer or less common one.",
    ),
    "last_administrator": _row(
        409,
        "Er blijft zo geen actieve beheerder over; geef eerst een andere gebruiker de rol beheerder.",
        "No active administrator would be left; give another user the role of administrator first.",
    ),
    "invalid_assertion": _row(401, "De verklaring van de client is ongeldig.", "The client's assertion is invalid."),
    "already_requested": _row(
        409,
        "Er loopt al een aanvraag voor deze persoon of organisatie.",
        "There is an application for this person or organisation already.",
    ),
    "invalid_mobile": _row(
        400,
        "Dit mobiele nummer kan hier niet. Schrijf het nummer met landcode, zoals +31612345678.",
        "This mobile number cannot be used here. Write the number with its country code, such as +31612345678.",
    ),
    "invalid_key": _row(
        400, "De sleutel is geen openbare Ed25519- of P-256-sleutel.", "The key is no public Ed25519 or P-256 key."
    ),
}

AUTHORIZATIONS: dict[str, Row] = {
    "invalid_catalogue": _row(
        400, "Het bestand is geen geldige dienstencatalogus.", "The file is no valid service catalogue."
    ),
    "credential_not_active": _row(
        409, "Het middel van deze persoon is niet actief.", "This person's credential is not active."
    ),
    "end_date_too_late": _row(400, "De einddatum ligt te ver in de toekomst.", "The end date is too far ahead."),
    "foreign_service": _row(
        403, "Deze dienst hoort bij een andere dienstverlener.", "This service belongs to another service provider."
    ),
    "belastingdienst_only": _row(
        409,
        "Met een Belastingdienstmiddel kan alleen voor diensten van de Belastingdienst worden gemachtigd.",
        "A Belastingdienst credential can be authorised for services of the Belastingdienst alone.",
    ),
    "too_many": _row(400, "Dit zijn er te veel tegelijk.", "These are too many at once."),
    "not_applied_yet": _row(
        503, "De wijziging is nog niet overal verwerkt.", "The change is not processed everywhere yet."
    ),
}

BILLING: dict[str, Row] = {
    "no_offer": _row(409, "Er is nog geen aanvaarde offerte.", "There is no accepted offer yet."),
    "no_price": _row(409, "Hiervoor staat geen prijs in de prijslijst.", "The price list has no price for this."),
    "quotation_details": _row(
        400,
        "Een gegeven waarvan de kosten afhangen ontbreekt, of gaat verder dan in één keer kan.",
        "A detail on which the costs depend is missing, or goes beyond what is possible at once.",
    ),
}

NOTIFICATIONS: dict[str, Row] = {
    "not_sent_again": _row(
        409,
        "Dit wordt aangevraagd waar het vandaan komt: een OTP-device bij de bestelling, een uitnodiging door de "
        "intermediair, een code of link door de persoon zelf.",
        "This is asked for where it came from: an OTP device at its order, an invitation by the intermediary, a code "
        "or link by the person.",
    ),
    "content_gone": _row(
        410,
        "De inhoud van dit bericht is er niet meer; vraag het opnieuw aan of vertel het op een andere manier.",
        "What this message said is there no more; ask for it anew, or tell it in another way.",
    ),
    "superseded": _row(
        409,
        "Er is intussen een nieuwere brief gemaakt; die geldt in plaats van deze.",
        "A newer letter has been made since, which holds instead of this one.",
    ),
}

_PARTS = (
    GATEWAY, UPLOADS, CHASSIS, SHARED, IDENTITY, ISSUING, CHANGES, ORGANISATIONS, AUTHORIZATIONS, CHAIN, BILLING,
    NOTIFICATIONS,
)  # fmt: skip
TABLE: dict[str, Row] = {code: row for part in _PARTS for code, row in part.items()}
assert len(TABLE) == sum(map(len, _PARTS)), "a code has two rows"

WITH_FAULTS = frozenset({"invalid_device_file"})
"""Refusals whose details are faults of what was sent, by place: they are told as those of other input are."""
