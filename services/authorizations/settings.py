"""What the service needs to run, beyond what every process needs."""

from chassis.settings import ChassisSettings
from contracts.values import Oin


class Settings(ChassisSettings):
    """Settings of authorizations; each is an environment variable of the same name in capitals."""

    profile: str = "zlogin"
    """The supplier profile."""

    belastingdienst_oins: frozenset[Oin] = frozenset({"00000099000000101000"})
    """OINs under which the Belastingdienst stands in the catalogue (AU-16, ID-06)."""

    uwv_oins: frozenset[Oin] = frozenset({"00000099000000103000"})
    """OINs under which UWV stands in the catalogue (ID-06)."""
