"""Connections become client settings; what is wrong with one is told with field, value and remedy."""

from __future__ import annotations

import pytest

from sluicegate.errors import Invalid
from sluicegate.model.connection import ALLOWED_PROPERTIES, ConnectionSpec, Mechanism, Sasl, Tls
from sluicegate.model.secret import SecretRef
from sluicegate.observe.kafka.config import plaintext, resolve, secret_names

PEM = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = b"-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n"
LOGIN = {"login": {"username": b"ann", "password": b"s3cret"}}


def spec(servers: str = "kafka:9092", *, tls: Tls | None = None, mechanism: Mechanism | None = None) -> ConnectionSpec:
    sasl = Sasl(mechanism=mechanism, credentials_secret_ref=SecretRef(name="login")) if mechanism else None
    return ConnectionSpec.model_construct(
        bootstrap_servers=servers, tls=tls, sasl=sasl, poll_interval=10.0, properties={}
    )


def refusal(spec: ConnectionSpec, secrets: dict[str, dict[str, bytes]]) -> Invalid:
    with pytest.raises(Invalid) as caught:
        resolve(spec, secrets=secrets)
    return caught.value


@pytest.mark.parametrize(
    ("tls", "mechanism", "protocol"),
    [
        (None, None, "PLAINTEXT"),
        (Tls(), None, "SSL"),
        (None, Mechanism.PLAIN, "SASL_PLAINTEXT"),
        (Tls(), Mechanism.SCRAM_SHA_512, "SASL_SSL"),
    ],
)
def test_tls_and_sasl_choose_the_protocol(tls: Tls | None, mechanism: Mechanism | None, protocol: str) -> None:
    settings = dict(resolve(spec(tls=tls, mechanism=mechanism), secrets=LOGIN).settings)

    assert settings["security.protocol"] == protocol
    assert settings.get("sasl.mechanism") == (mechanism.value if mechanism else None)


def test_credentials_lose_the_newline_that_echo_leaves() -> None:
    secrets = {"login": {"username": b"ann\n", "password": b" s3cret \r\n"}}

    settings = dict(resolve(spec(mechanism=Mechanism.PLAIN), secrets=secrets).settings)

    assert (settings["sasl.username"], settings["sasl.password"]) == ("ann", " s3cret ")


def test_certificates_go_in_as_text_and_not_as_files() -> None:
    tls = Tls(ca_secret_ref=SecretRef(name="ca"), client_certificate_secret_ref=SecretRef(name="own"))
    secrets = {"ca": {"ca.crt": PEM}, "own": {"tls.crt": PEM, "tls.key": KEY}}

    settings = dict(resolve(spec(tls=tls), secrets=secrets).settings)

    assert settings["ssl.ca.pem"] == settings["ssl.certificate.pem"] == PEM.decode()
    assert settings["ssl.key.pem"] == KEY.decode()


def test_tokens_are_fetched_from_the_endpoint_in_the_secret() -> None:
    secrets = {
        "login": {
            "client.id": b"sluicegate",
            "client.secret": b"s3cret",
            "token.endpoint.url": b"https://login.example.com/token\n",
            "scope": b"kafka",
        }
    }

    settings = dict(resolve(spec(mechanism=Mechanism.OAUTHBEARER), secrets=secrets).settings)

    assert settings["sasl.oauthbearer.method"] == "oidc"
    assert settings["sasl.oauthbearer.token.endpoint.url"] == "https://login.example.com/token"
    assert settings["sasl.oauthbearer.scope"] == "kafka"
    assert "sasl.password" not in settings


def test_each_secret_is_named_once() -> None:
    same = SecretRef(name="login")
    tls = Tls(ca_secret_ref=SecretRef(name="ca"), client_certificate_secret_ref=same)

    assert secret_names(spec(tls=tls, mechanism=Mechanism.PLAIN)) == ("ca", "login")
    assert secret_names(spec()) == ()


def test_a_missing_secret_is_named_with_the_key_it_needs() -> None:
    error = refusal(spec(mechanism=Mechanism.PLAIN), {})

    assert error.field == "spec.sasl.credentialsSecretRef.name"
    assert "there is no Secret 'login'" in str(error)
    assert "with the key 'username'" in str(error)


def test_a_missing_key_is_told_with_those_that_are_there() -> None:
    error = refusal(spec(mechanism=Mechanism.PLAIN), {"login": {"user": b"ann", "password": b"s3cret"}})

    assert "Secret 'login' has no key 'username' (it has: password, user): add the key" in str(error)
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ({"username": b"", "password": b"x"}, "'username' of Secret 'login' is empty"),
        ({"username": b"\xff\xfe", "password": b"x"}, "is not text"),
    ],
)
def test_a_value_that_cannot_be_used_is_told(secret: dict[str, bytes], words: str) -> None:
    assert words in str(refusal(spec(mechanism=Mechanism.PLAIN), {"login": secret}))


def test_a_certificate_that_is_none_is_told() -> None:
    error = refusal(spec(tls=Tls(ca_secret_ref=SecretRef(name="ca"))), {"ca": {"ca.crt": b"MIIB"}})

    assert error.field == "spec.tls.caSecretRef.name"
    assert "holds no PEM certificate" in str(error)


def test_a_key_with_a_passphrase_is_refused() -> None:
    own = Tls(client_certificate_secret_ref=SecretRef(name="own"))
    key = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIC\n-----END ENCRYPTED PRIVATE KEY-----\n"

    assert "store it without one" in str(refusal(spec(tls=own), {"own": {"tls.crt": PEM, "tls.key": key}}))


def test_a_token_endpoint_that_is_no_url_is_refused() -> None:
    secrets = {"login": {"client.id": b"a", "client.secret": b"b", "token.endpoint.url": b"login.example.com"}}

    assert "is no URL" in str(refusal(spec(mechanism=Mechanism.OAUTHBEARER), secrets))


def test_a_property_outside_the_list_is_refused_with_the_list() -> None:
    wrong = spec().model_copy(update={"properties": {"plugin.library.paths": "/tmp/evil.so"}})

    error = refusal(wrong, {})

    assert error.field == "spec.properties"
    assert "'plugin.library.paths' (set to '/tmp/evil.so') is not allowed" in str(error)
    assert all(name in str(error) for name in ALLOWED_PROPERTIES)


def test_allowed_properties_win_over_ours() -> None:
    slower = spec().model_copy(update={"properties": {"reconnect.backoff.max.ms": "9000"}})

    assert dict(resolve(slower, secrets={}).settings)["reconnect.backoff.max.ms"] == "9000"


@pytest.mark.parametrize(
    "servers",
    ["kafka", "kafka:", ":9092", "kafka:0", "kafka:65536", "kafka:9092,", "kafka:9092;b:9092", "ka fka:9092", "a:b:1"],
)
def test_a_malformed_address_is_named(servers: str) -> None:
    error = refusal(spec(servers), {})

    assert error.field == "spec.bootstrapServers"
    assert "is not a broker address: write host:port pairs" in str(error)


def test_a_scheme_before_an_address_is_told() -> None:
    assert "leave the scheme out" in str(refusal(spec("PLAINTEXT://kafka:9092"), {}))


@pytest.mark.parametrize("servers", ["kafka-0.kafka.prod.svc:9092, kafka-1:9092", "[::1]:9092", "10.0.0.1:9092"])
def test_names_and_addresses_of_both_families_are_taken(servers: str) -> None:
    assert dict(resolve(spec(servers), secrets={}).settings)["bootstrap.servers"] == servers.replace(" ", "")


def test_a_plaintext_address_blames_the_field_of_the_app() -> None:
    with pytest.raises(Invalid) as caught:
        plaintext("kafka")

    assert caught.value.field == "spec.kafka.bootstrapServers"


def test_equal_connections_are_one_access_and_another_password_is_another() -> None:
    one = resolve(spec(mechanism=Mechanism.PLAIN), secrets=LOGIN)

    assert one == resolve(spec(mechanism=Mechanism.PLAIN), secrets=LOGIN)
    assert one != resolve(spec(mechanism=Mechanism.PLAIN), secrets={"login": {**LOGIN["login"], "password": b"new"}})
    assert "s3cret" not in repr(one)
