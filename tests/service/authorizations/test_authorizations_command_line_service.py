"""The command line takes a catalogue over, where no back office has an account yet."""

from services.authorizations.__main__ import import_catalogue
from services.authorizations.settings import Settings
from stack.data.sign_catalogue import CATALOGUE
from tests.harness import settings_for


async def test_a_catalogue_is_taken_over_and_a_second_time_changes_nothing(mongo):
    settings = settings_for(mongo.mongo_uri, kind=Settings)
    data = CATALOGUE.read_bytes()

    assert await import_catalogue(settings, data, "c.xml") == (
        0, "24 providers with 68 services; 24 differ from what was known",
    )  # fmt: skip
    code, text = await import_catalogue(settings, data, "c.xml")
    assert (code, text.split("; ")[1]) == (0, "0 differ from what was known")


async def test_a_file_that_is_no_catalogue_is_refused(mongo):
    settings = settings_for(mongo.mongo_uri, kind=Settings)
    code, text = await import_catalogue(settings, b"<no-catalogue/>", "bad.xml")
    assert (code, text.startswith("refused: ")) == (1, True)
