"""The rows of refusals of chain authorizations: status, Dutch and English text by code (SP-131)."""

from gateway.refusal_rows import Row, row

CHAIN: dict[str, Row] = {
    "no_access": row(
        403,
        "U hebt nog geen toegang tot ketenmachtigingen van relaties; vraag een offerte aan.",
        "You have no access to chain authorizations of relations yet; ask for an offer.",
    ),
    "offer_pending": row(409, "Er loopt al een offerteaanvraag.", "An offer was asked for already."),
    "no_services": row(
        400, "Kies algemene bevoegdheid of ten minste één dienst.", "Choose general authority or at least one service."
    ),
    "unknown_service": row(400, "Een gekozen dienst bestaat niet.", "A chosen service does not exist."),
    "service_without_chains": row(
        400,
        "Een gekozen dienst is niet via een ketenmachtiging te gebruiken; kies diensten die dat wel toestaan.",
        "A chosen service does not accept chain authorizations; choose services that do.",
    ),
    "scope_not_offered": row(400, "Deze omvang wordt niet aangeboden.", "This scope is not offered."),
    "unknown_user": row(400, "Een gekozen gebruiker bestaat niet.", "A chosen user does not exist."),
    "user_level_too_low": row(
        409,
        "Een gekozen gebruiker heeft een te laag betrouwbaarheidsniveau.",
        "A chosen user's reliability level is too low.",
    ),
    "user_not_regular": row(
        409,
        "Een gekozen gebruiker heeft een Belastingdienstmiddel; dat werkt niet met ketenmachtigingen.",
        "A chosen user has a Belastingdienst credential, which does not work with chain authorizations.",
    ),
    "identifier_not_offered": row(
        400,
        "Een relatie kan hier niet met dit nummer worden genoemd.",
        "A relation cannot be named by this number here.",
    ),
    "no_export": row(404, "Er is niets om te exporteren.", "There is nothing to export."),
    "duration_too_long": row(
        400,
        "Een ketenmachtiging geldt ten hoogste vijf jaar.",
        "A chain authorization is valid for at most five years.",
    ),
    "already_pending": row(
        409, "Er loopt al een aanvraag bij deze relatie.", "A request to this relation is pending already."
    ),
    "own_organisation": row(
        400, "De relatie kan niet de eigen organisatie zijn.", "The relation cannot be the own organisation."
    ),
    "quotation_invalid": row(
        400,
        "Deze kostenopgave hoort niet bij wat u vraagt; vraag een nieuwe op en wijzig daarna niets meer.",
        "This quotation is not for what you ask; ask for a new one and change nothing after it.",
    ),
    "quotation_expired": row(
        409, "De kostenopgave is verlopen; vraag een nieuwe op.", "The quotation has expired; ask for a new one."
    ),
    "quotation_used": row(
        409,
        "De kostenopgave is al gebruikt; vraag een nieuwe op.",
        "The quotation was used already; ask for a new one.",
    ),
    "invitation_unknown": row(404, "Deze uitnodiging bestaat niet.", "This invitation does not exist."),
    "invitation_expired": row(410, "Deze uitnodiging is verlopen.", "This invitation has expired."),
    "agreement_not_ready": row(
        409,
        "De overeenkomst wordt nog gemaakt; probeer het zo opnieuw.",
        "The agreement is still being made; try again in a moment.",
    ),
    "too_late": row(409, "Dit kan niet meer.", "It is too late for this."),
    "too_early": row(409, "Dit kan nog niet.", "It is too early for this."),
    "renewal_pending": row(409, "Er loopt al een verlenging.", "A renewal is pending already."),
    "organisation_suspended": row(
        409,
        "Volgens het Handelsregister bestaat een van de bedrijven niet meer.",
        "According to the trade register one of the companies exists no more.",
    ),
    "invalid_import": row(
        400, "Het bestand bevat fouten; bekijk het voorbeeld.", "The file has faults; see the preview."
    ),
}
