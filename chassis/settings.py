"""Settings that every process has; each is an environment variable of the same name in capitals."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ChassisSettings(BaseSettings):
    """What a process needs to run; the defaults fit the embedded stack."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    deployment: str = Field(default="zlogin", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    """Name of the supplier's installation: the first part of topics, groups and databases."""

    peers: tuple[str, ...] = ()
    """Deployments on the same Kafka whose public events are heard."""

    instance: str = "one"
    """Stable name of this process; no two live processes of a service share one."""

    mongo_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    mongo_driver: Literal["pymongo", "motor"] = "pymongo"
    mongo_timeout_ms: int = 5000
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_kind: Literal["kafka", "embedded"] = "embedded"
    """embedded: no idempotent producer, short fetch waits, short group sessions."""

    kafka_partitions: int = Field(default=12, ge=1)
    kafka_replication: int = Field(default=1, ge=1)
    kafka_security: Literal["PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_user: str | None = None
    kafka_password: str | None = Field(default=None, repr=False)
    time: Literal["system", "ticks"] = "system"
    http_host: str = "127.0.0.1"
    http_port: int = 0
    log_level: str = "INFO"
    otlp_endpoint: str | None = None
    """Where traces go (OTLP over HTTP); None: they are passed on, not recorded."""

    source_number: str = "00000000"
    """KvK number of the supplier, in the `source` of its messages."""

    group_size: int = Field(default=128, ge=1)
    """Messages that commit together at most (message-loop.md 2.3)."""

    sealing_keys: dict[str, str] = Field(default_factory=dict, repr=False)
    field_keys: dict[str, str] = Field(default_factory=dict, repr=False)
    blob_keys: dict[str, str] = Field(default_factory=dict, repr=False)
    audit_signing_key: dict[str, str] | None = Field(default=None, repr=False)

    @property
    def embedded(self) -> bool:
        """Whether the broker is the embedded one."""
        return self.kafka_kind == "embedded"
