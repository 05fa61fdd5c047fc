"""Keeps credentials out of what brokers, token endpoints and librdkafka say about them."""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import KafkaError

from sluicegate.model.kafka import ClientConfig

SECRET_SETTINGS = frozenset(
    {
        "sasl.password",
        "sasl.oauthbearer.client.secret",
        "ssl.key.pem",
    }
)
SHORTEST = 4
"""Shorter secrets are part of ordinary words: blotting them out would make every sentence unreadable."""
BLOT = "[redacted]"


def secrets_of(config: ClientConfig) -> tuple[str, ...]:
    return tuple(value for name, value in config.settings if name in SECRET_SETTINGS and len(value) >= SHORTEST)


def redact(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, BLOT)
    return text


def redact_error(error: KafkaError, secrets: Iterable[str]) -> KafkaError:
    """``error`` itself unless a secret is in its words."""
    text = str(error.str())
    clean = redact(text, secrets)
    return error if clean == text else KafkaError(error.code(), clean)
