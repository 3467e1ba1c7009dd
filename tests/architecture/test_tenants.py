"""Every collection that holds something of an organisation is one whose reads are heard (S20)."""

import dataclasses
import importlib
import pkgutil

import pytest

import services
from chassis.mongo import Collection
from tests.tenants import OWNED

OF_AN_ORGANISATION = {"organisation_id", "intermediary_id"}


def collections():
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.rsplit(".", 1)[-1] != "__main__":
            yield from (
                one for one in vars(importlib.import_module(module.name)).values() if isinstance(one, Collection)
            )


@pytest.mark.security("S20")
def test_no_collection_of_organisations_is_left_out():
    missing = {
        one.name
        for one in collections()
        if dataclasses.is_dataclass(one.holds)
        and OF_AN_ORGANISATION & {field.name for field in dataclasses.fields(one.holds)}
        and one.name not in OWNED
    }
    assert not missing, f"name them in tests/tenants.py: {sorted(missing)}"
