"""The rows of refusals of changes to credentials: status, Dutch and English text by code (SP-131)."""

from typing import Final

CHANGES: Final[dict[str, tuple[int, str, str]]] = {
    "above_own_level": (
        403, "Dit niveau is hoger dan dat van uw eigen middel.", "This level is above that of your own credential."
    ),
    "agreement_missing": (
        409, "Ga eerst akkoord met de aanvraag en de kosten.", "First agree with the request and its costs."
    ),
    "confirmation_missing": (409, "Bevestig eerst de opzegging.", "First confirm the ending."),
    "second_factor_missing": (
        400, "Kies een tweede factor: sms of OTP-device.", "Choose a second factor: SMS or OTP device."
    ),
    "identity_data_missing": (
        400,
        "Vul de identiteitsgegevens in en voeg een kopie van het identiteitsbewijs toe.",
        "Enter the identity data and add a copy of the identity document.",
    ),
    "document_expires": (
        409, "Het identiteitsbewijs is niet lang genoeg geldig.", "The identity document is not valid long enough."
    ),
    "address_missing": (400, "Vul een identificatieadres in.", "Enter an address for the identification."),
    "belastingdienst_taken": (
        409,
        "Er is al een Belastingdienstmiddel voor dit KvK-nummer.",
        "There is a Belastingdienst credential for this KvK number already.",
    ),
    "form_only": (403, "Vraag dit aan met het wijzigingsformulier.", "Ask for this with the change form."),
    "change_pending": (
        409,
        "Voor deze persoon is al een mutatie in behandeling.",
        "A change for this person is in treatment already.",
    ),
    "own_credential": (
        403,
        "Dit kan niet voor uzelf; een andere beheerder kan het doen.",
        "This is not possible for yourself; another administrator can do it.",
    ),
    "role_not_possible": (
        409, "Deze rol kan niet met dit middel.", "This role is not possible with this credential."
    ),
    "no_mobile_factor": (
        409, "Deze persoon logt niet in met sms-codes.", "This person does not log in with codes by SMS."
    ),
    "already_linked": (
        409, "Deze persoon is al aan deze organisatie gekoppeld.", "This person is linked to this organisation already."
    ),
    "wrong_level": (
        409,
        "Dit niveau past niet bij deze wijziging van het middel.",
        "This level does not fit this change of the credential.",
    ),
    "data_fixed": (
        409, "Gegevens die er al zijn, kunnen hier niet worden gewijzigd.", "Data already given cannot be changed here."
    ),
    "action_required": (
        409, "Er moet eerst nog iets gebeuren; zie de details.", "Something else is needed first; see the details."
    ),
    "conversion_not_offered": (
        409, "Deze omzetting wordt niet aangeboden.", "This conversion is not offered."
    ),
}  # fmt: skip
