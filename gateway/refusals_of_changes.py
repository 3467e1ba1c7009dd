"""The rows of refusals of changes to credentials: status, Dutch and English text by code (SP-131)."""

from gateway.refusal_rows import Row, row

CHANGES: dict[str, Row] = {
    "confirmation_missing": row(409, "Bevestig eerst de opzegging.", "First confirm the ending."),
    "change_pending": row(
        409,
        "Voor deze persoon is al een mutatie in behandeling.",
        "A change for this person is in treatment already.",
    ),
    "already_planned": row(
        409, "Dit niveau gaat al in na de lopende contractperiode.", "This level already follows the contract period."
    ),
    "already_ordered": row(
        409, "Voor dit middel is al een OTP device besteld.", "An OTP device was ordered for this credential already."
    ),
    "own_credential": row(
        403,
        "Dit kan niet voor uzelf; een andere beheerder kan het doen.",
        "This is not possible for yourself; another administrator can do it.",
    ),
    "own_roles": row(
        403,
        "Uw eigen rollen neemt een andere medewerker af.",
        "Your own roles are taken away by another employee.",
    ),
    "role_not_possible": row(
        409, "Deze rol kan niet met dit middel.", "This role is not possible with this credential."
    ),
    "no_mobile_factor": row(
        409, "Deze persoon logt niet in met sms-codes.", "This person does not log in with codes by SMS."
    ),
    "already_linked": row(
        409, "Deze persoon is al aan deze organisatie gekoppeld.", "This person is linked to this organisation already."
    ),
    "wrong_level": row(
        409,
        "Dit niveau past niet bij deze wijziging van het middel.",
        "This level does not fit this change of the credential.",
    ),
    "data_fixed": row(
        409, "Gegevens die er al zijn, kunnen hier niet worden gewijzigd.", "Data already given cannot be changed here."
    ),
    "action_required": row(
        409, "Er moet eerst nog iets gebeuren; zie de details.", "Something else is needed first; see the details."
    ),
    "conversion_not_offered": row(
        409, "Deze omzetting wordt niet aangeboden.", "This conversion is not offered."
    ),
}  # fmt: skip
