"""The texts of refusals about organisations, change forms and additions: status, Dutch, English (SP-131)."""

from gateway.refusal_rows import Row, row

ORGANISATIONS: dict[str, Row] = {
    "organisation_inactive": row(
        409,
        "Deze organisatie is geen klant meer of is geschorst.",
        "This organisation is no customer any more, or is suspended.",
    ),
    "no_branch_number": row(409, "Er is geen vestigingsnummer te verwijderen.", "There is no branch number to remove."),
    "several_branches": row(
        409,
        "Bij dit KvK-nummer staan meer vestigingen; gebruik het wijzigingsformulier.",
        "Several branches are registered under this KvK number; use the change form.",
    ),
    "not_offered": row(409, "Dit wordt door deze leverancier niet aangeboden.", "This supplier does not offer this."),
    "consent_missing": row(400, "Geef beide toestemmingen.", "Give both consents."),
    "own_data_unchecked": row(400, "Controleer eerst uw eigen gegevens.", "Check your own data first."),
    "only_by_post": row(
        409,
        "Alleen een contract dat per post is ingestuurd telt.",
        "Only a contract that was sent in by post counts.",
    ),
    "received_earlier": row(
        400,
        "De dag van ontvangst ligt voor de dag waarop het contract werd gemaakt; vul in wanneer het binnenkwam.",
        "The day of receipt lies before the day on which the contract was made; enter when it came in.",
    ),
    "received_later": row(
        400,
        "De dag van ontvangst ligt in de toekomst; vul in wanneer het contract binnenkwam.",
        "The day of receipt lies in the future; enter when the contract came in.",
    ),
    "not_signed": row(
        409,
        "Het contract is niet ondertekend door de gekozen wettelijk vertegenwoordiger.",
        "The contract is not signed by the legal representative chosen.",
    ),
    "contract_not_ready": row(
        409,
        "Het contract wordt nog gemaakt; probeer het zo opnieuw.",
        "The contract is still being made; try again in a moment.",
    ),
    "already_added": row(409, "Deze organisatie is al toegevoegd.", "This organisation was added already."),
    "form_not_offered": row(
        404, "Deze leverancier kent dit formulier niet.", "This supplier does not have this form."
    ),
    "invalid_form": row(
        400,
        "Een veld van het formulier ontbreekt of is onjuist.",
        "A field of the form is missing or wrong.",
    ),
    "no_sole_proprietor": row(
        409, "Dit bedrijf is geen eenmanszaak.", "This company is no sole proprietorship."
    ),
}  # fmt: skip
