"""The rows of uploads that are not let in (S26, SP-131)."""

from gateway.refusal_rows import Row, row

UPLOADS: dict[str, Row] = {
    "file_empty": row(
        400,
        "Het bestand is leeg (0 bytes); open het om te zien of er iets in staat, en kies een bestand met inhoud.",
        "The file is empty (0 bytes); open it to see whether it holds anything, and choose a file with content.",
    ),
    "file_unreadable": row(
        400,
        "Het bestand is niet te lezen: beschadigd, of met een wachtwoord beveiligd.",
        "The file cannot be read: it is damaged, or protected by a password.",
    ),
    "file_too_complex": row(
        413,
        "Het bestand heeft te veel bladzijden of te veel beeldpunten.",
        "The file has too many pages or too many pixels.",
    ),
    "file_infected": row(
        400,
        "In het bestand is een virus gevonden; het is niet bewaard.",
        "A virus was found in the file; it was not kept.",
    ),
    "scan_unavailable": row(
        503,
        "Het bestand kan nu niet op virussen worden gecontroleerd en is niet bewaard; probeer het later opnieuw.",
        "The file cannot be checked for viruses now and was not kept; try again later.",
    ),
    "upload_quota": row(
        429,
        "U hebt vandaag te veel bestanden geüpload; probeer het morgen opnieuw.",
        "You have uploaded too many files today; try again tomorrow.",
    ),
}
