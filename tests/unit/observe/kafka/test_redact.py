"""Credentials in foreign words are blotted out; names of users and clusters are not."""

from __future__ import annotations

from confluent_kafka import KafkaError

from sluicegate.model.kafka import ClientConfig
from sluicegate.observe.kafka.redact import redact, redact_error, secrets_of

CONFIG = ClientConfig(
    settings=(
        ("bootstrap.servers", "kafka:9092"),
        ("sasl.oauthbearer.client.secret", "tok-secret"),
        ("sasl.password", "canary"),
        ("sasl.username", "ann"),
        ("ssl.key.pem", "-----BEGIN PRIVATE KEY-----"),
    )
)


def test_passwords_client_secrets_and_keys_are_secrets() -> None:
    assert secrets_of(CONFIG) == ("tok-secret", "canary", "-----BEGIN PRIVATE KEY-----")


def test_every_occurrence_is_blotted_out() -> None:
    assert redact("ann:canary, canary!", secrets_of(CONFIG)) == "ann:[redacted], [redacted]!"


def test_an_error_keeps_its_code_and_loses_the_secret() -> None:
    clean = redact_error(KafkaError(KafkaError._AUTHENTICATION, "wrong: canary"), secrets_of(CONFIG))

    assert (clean.code(), clean.str()) == (KafkaError._AUTHENTICATION, "wrong: [redacted]")
