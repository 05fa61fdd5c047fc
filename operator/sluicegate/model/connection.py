"""`KafkaConnection`: how to reach a Kafka cluster."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sluicegate.model.address import BootstrapServers
from sluicegate.model.duration import Duration, between
from sluicegate.model.resource import Part
from sluicegate.model.rule import Rule
from sluicegate.model.secret import SecretRef
from sluicegate.model.topic_policy import RedriveTargets, TopicPolicy

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
    }
)
"""librdkafka settings that a tenant may choose: none that names a file, a plugin, a command or a credential."""

_ALLOWED_TEXT = ", ".join(f"'{name}'" for name in sorted(ALLOWED_PROPERTIES))
Property = Annotated[str, Field(max_length=256)]


class Mechanism(StrEnum):
    """SASL mechanisms that the operator's client speaks."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"


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

    bootstrap_servers: BootstrapServers
    """host:port pairs, separated by commas."""
    tls: Tls | None = None
    """TLS towards the brokers; absent: plaintext."""
    sasl: Sasl | None = None
    """SASL authentication; absent: none."""
    poll_interval: Annotated[Duration, between("2s", "5m")] = 10.0
    """How often the cluster is read: 2s to 5m."""
    properties: Annotated[
        dict[str, Property],
        Field(max_length=16),
        Rule(
            message="use only these settings: " + _ALLOWED_TEXT.replace("'", ""),
            cel=f"self.all(name, name in [{_ALLOWED_TEXT}])",
            holds=lambda properties: ALLOWED_PROPERTIES.issuperset(properties),
        ),
    ] = Field(default_factory=dict)
    """Further librdkafka settings, from an allow-list."""
    topic_policy: TopicPolicy | None = None
    """Bounds of the topics that apps may ask for; absent: none."""
    redrive_targets: RedriveTargets = ()
    """Topics that a redrive may write besides those of its app."""
