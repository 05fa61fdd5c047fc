"""`KafkaConnection`: how to reach a Kafka cluster."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from sluicegate.model.duration import Duration
from sluicegate.model.resource import Part

SecretName = Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")


class Mechanism(StrEnum):
    """SASL mechanisms that the operator's client speaks."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"


class SecretRef(Part):
    """A Secret beside this resource."""

    name: str = SecretName
    """Name of the Secret, in the namespace of this resource."""


class Tls(Part):
    """TLS towards the brokers. An empty object means: TLS with the system's certificate authorities."""

    ca_secret_ref: SecretRef | None = None
    """Secret with the key ca.crt: the authority that signed the brokers' certificates."""
    client_certificate_secret_ref: SecretRef | None = None
    """Secret with the keys tls.crt and tls.key: the operator's own certificate (mutual TLS)."""


class Sasl(Part):
    """How the operator says who it is."""

    mechanism: Mechanism
    """PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER."""
    credentials_secret_ref: SecretRef
    """Secret with the keys username and password (OAUTHBEARER: client.id, client.secret, token.endpoint.url)."""


class ConnectionSpec(Part):
    """How to reach a Kafka cluster."""

    bootstrap_servers: str = Field(min_length=1, max_length=2048)
    """host:port pairs, separated by commas."""
    tls: Tls | None = None
    """TLS towards the brokers; absent: plaintext."""
    sasl: Sasl | None = None
    """SASL authentication; absent: none."""
    poll_interval: Duration = 10.0
    """How often the cluster is read: 2s to 5m."""
    properties: dict[str, str] = Field(default_factory=dict, max_length=16)
    """Further librdkafka settings, from an allow-list."""


ALLOWED_PROPERTIES = frozenset(
    {
        "api.version.request.timeout.ms",
        "broker.address.family",
        "broker.address.ttl",
        "client.dns.lookup",
        "connections.max.idle.ms",
        "metadata.max.age.ms",
        "reconnect.backoff.max.ms",
        "reconnect.backoff.ms",
        "socket.connection.setup.timeout.ms",
        "socket.keepalive.enable",
        "socket.nagle.disable",
        "socket.timeout.ms",
        "ssl.cipher.suites",
        "ssl.endpoint.identification.algorithm",
        "sasl.kerberos.service.name",
    }
)
