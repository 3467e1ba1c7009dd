"""The chassis is tested on both drivers (architecture: the driver seam)."""

import pytest

from chassis.settings import ChassisSettings
from stack.testing import Infrastructure
from tests.harness import settings_for


@pytest.fixture(params=["pymongo", pytest.param("motor", marks=pytest.mark.long)])
def settings(request: pytest.FixtureRequest, mongo: Infrastructure) -> ChassisSettings:
    """Settings of a deployment that no other test uses, without a broker."""
    return settings_for(mongo.mongo_uri, mongo_driver=request.param)
