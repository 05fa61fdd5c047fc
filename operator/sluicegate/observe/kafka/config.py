"""From a KafkaConnection and its Secrets to librdkafka settings: the one place where credentials become settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sluicegate.errors import Invalid
from sluicegate.model.connection import ALLOWED_PROPERTIES, ConnectionSpec, Mechanism, Sasl, Tls
from sluicegate.model.kafka import ClientConfig

Secrets = Mapping[str, Mapping[str, bytes]]
Settings = dict[str, str]

OURS: Mapping[str, str] = {
    "client.id": "sluicegate",
    # That a connection was closed is told on level INFO, and nowhere else: ear.py listens there.
    "log_level": "6",
    "log.connection.close": "true",
    "enable.metrics.push": "false",
    "socket.keepalive.enable": "true",
    "socket.connection.setup.timeout.ms": "5000",
    "socket.timeout.ms": "10000",
    # librdkafka adds -25 to +50 % of jitter. Its default of 10 s would keep a cluster that is back unknown for a poll.
    "reconnect.backoff.ms": "100",
    "reconnect.backoff.max.ms": "1000",
}
_HOST = re.compile(r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?)$")


def secret_names(spec: ConnectionSpec) -> tuple[str, ...]:
    """Names of the Secrets that `resolve` needs, each once."""
    return tuple(dict.fromkeys(name for _, name in _references(spec)))


def resolve(spec: ConnectionSpec, *, secrets: Secrets) -> ClientConfig:
    """The settings for ``spec``; ``secrets`` are data of Secrets by name (decoded), those that exist.

    Invalid names the field, the value and the remedy; it never holds what a Secret contains.
    """
    settings = dict(OURS)
    settings["bootstrap.servers"] = _addresses(spec.bootstrap_servers, field="spec.bootstrapServers")
    settings["security.protocol"] = _protocol(tls=spec.tls, sasl=spec.sasl)
    if spec.tls is not None:
        settings |= _tls(spec.tls, secrets)
    if spec.sasl is not None:
        settings |= _sasl(spec.sasl, secrets)
    settings |= _properties(spec.properties)
    return ClientConfig(settings=tuple(sorted(settings.items())))


def plaintext(bootstrap: str) -> ClientConfig:
    """The settings for `spec.kafka.bootstrapServers`. Invalid when an address is malformed."""
    servers = _addresses(bootstrap, field="spec.kafka.bootstrapServers")
    settings = {**OURS, "bootstrap.servers": servers, "security.protocol": "PLAINTEXT"}
    return ClientConfig(settings=tuple(sorted(settings.items())))


def _references(spec: ConnectionSpec) -> Iterator[tuple[str, str]]:
    if spec.tls is not None and spec.tls.ca_secret_ref is not None:
        yield "spec.tls.caSecretRef", spec.tls.ca_secret_ref.name
    if spec.tls is not None and spec.tls.client_certificate_secret_ref is not None:
        yield "spec.tls.clientCertificateSecretRef", spec.tls.client_certificate_secret_ref.name
    if spec.sasl is not None:
        yield "spec.sasl.credentialsSecretRef", spec.sasl.credentials_secret_ref.name


def _protocol(*, tls: Tls | None, sasl: Sasl | None) -> str:
    if sasl is not None:
        return "SASL_SSL" if tls is not None else "SASL_PLAINTEXT"
    return "SSL" if tls is not None else "PLAINTEXT"


def _addresses(text: str, *, field: str) -> str:
    found = [part.strip() for part in text.split(",")]
    for address in found:
        host, colon, port = address.rpartition(":")
        if not colon or not _HOST.match(host) or not port.isdecimal() or not 1 <= int(port) <= 65535:
            remedy = "write host:port pairs separated by commas, as kafka-0.kafka:9092,kafka-1.kafka:9092"
            if "://" in address:
                remedy = "leave the scheme out and " + remedy
            raise Invalid(f"{field}: {address!r} is not a broker address: {remedy}", field=field)
    return ",".join(found)


def _tls(tls: Tls, secrets: Secrets) -> Settings:
    settings: Settings = {}
    if tls.ca_secret_ref is not None:
        field = "spec.tls.caSecretRef"
        settings["ssl.ca.pem"] = _pem(secrets, tls.ca_secret_ref.name, "ca.crt", field=field, holds="CERTIFICATE")
    if tls.client_certificate_secret_ref is not None:
        field, name = "spec.tls.clientCertificateSecretRef", tls.client_certificate_secret_ref.name
        settings["ssl.certificate.pem"] = _pem(secrets, name, "tls.crt", field=field, holds="CERTIFICATE")
        settings["ssl.key.pem"] = key = _pem(secrets, name, "tls.key", field=field, holds="PRIVATE KEY")
        if "ENCRYPTED" in key:
            raise Invalid(
                f"{field}.name: the key tls.key of Secret {name!r} has a passphrase: store it without one",
                field=f"{field}.name",
            )
    return settings


def _sasl(sasl: Sasl, secrets: Secrets) -> Settings:
    field, name = "spec.sasl.credentialsSecretRef", sasl.credentials_secret_ref.name
    settings = {"sasl.mechanism": sasl.mechanism.value}
    if sasl.mechanism is not Mechanism.OAUTHBEARER:
        settings["sasl.username"] = _line(secrets, name, "username", field=field)
        settings["sasl.password"] = _line(secrets, name, "password", field=field)
        return settings
    url = _line(secrets, name, "token.endpoint.url", field=field)
    if not url.startswith(("https://", "http://")):
        raise Invalid(
            f"{field}.name: the key token.endpoint.url of Secret {name!r} is no URL: write one as "
            "https://login.example.com/oauth2/token",
            field=f"{field}.name",
        )
    settings["sasl.oauthbearer.method"] = "oidc"
    settings["sasl.oauthbearer.client.id"] = _line(secrets, name, "client.id", field=field)
    settings["sasl.oauthbearer.client.secret"] = _line(secrets, name, "client.secret", field=field)
    settings["sasl.oauthbearer.token.endpoint.url"] = url
    if "scope" in secrets[name]:
        settings["sasl.oauthbearer.scope"] = _line(secrets, name, "scope", field=field)
    return settings


def _properties(properties: Mapping[str, str]) -> Settings:
    for name, value in properties.items():
        if name not in ALLOWED_PROPERTIES:
            raise Invalid(
                f"spec.properties: {name!r} (set to {value!r}) is not allowed: remove it, or use one of "
                f"{', '.join(sorted(ALLOWED_PROPERTIES))}",
                field="spec.properties",
            )
    return dict(properties)


def _line(secrets: Secrets, name: str, key: str, *, field: str) -> str:
    """A one-line value; the newline that `echo` leaves at the end of a Secret is not a part of it."""
    value = _text(secrets, name, key, field=field).rstrip("\r\n")
    if not value:
        raise Invalid(
            f"{field}.name: the key {key!r} of Secret {name!r} is empty: give it a value", field=f"{field}.name"
        )
    return value


def _pem(secrets: Secrets, name: str, key: str, *, field: str, holds: str) -> str:
    value = _text(secrets, name, key, field=field)
    if f"{holds}-----" not in value or "-----BEGIN " not in value:
        raise Invalid(
            f"{field}.name: the key {key!r} of Secret {name!r} holds no PEM {holds.lower()}: store the text that "
            f"begins with -----BEGIN",
            field=f"{field}.name",
        )
    return value


def _text(secrets: Secrets, name: str, key: str, *, field: str) -> str:
    path = f"{field}.name"
    if name not in secrets:
        raise Invalid(
            f"{path}: there is no Secret {name!r} in this namespace: create it with the key {key!r}, "
            "or correct the name",
            field=path,
        )
    if key not in secrets[name]:
        there = ", ".join(sorted(secrets[name])) or "none"
        raise Invalid(f"{path}: Secret {name!r} has no key {key!r} (it has: {there}): add the key", field=path)
    try:
        return secrets[name][key].decode()
    except UnicodeDecodeError:
        raise Invalid(
            f"{path}: the key {key!r} of Secret {name!r} is not text: store it as UTF-8", field=path
        ) from None
