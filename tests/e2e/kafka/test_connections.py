"""Ways to Kafka that do not work, with the sentence a user reads; and what happens once they are put right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.e2e.kafka.conftest import StillApp, by_lag
from tests.support.app import POLL, App
from tests.support.cluster import Body, Cluster
from tests.support.recorder import Recorder
from tests.support.wait import eventually

SASL_PORT, SASL_TLS_PORT = 9095, 9097
USER = {"username": "sluice", "password": "sluice-secret"}
SOON = POLL + 4.0


def secret(name: str, **values: str) -> Body:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}


def login(name: str, mechanism: str = "PLAIN") -> dict[str, Any]:
    return {"sasl": {"mechanism": mechanism, "credentialsSecretRef": {"name": name}}}


def at_port(app: App, port: int) -> str:
    """The broker's listener on another port than the usual one."""
    return f"{app.broker.bootstrap.rpartition(':')[0]}:{port}"


def connect(app: App, bootstrap: str, **security: Any) -> None:
    """Topic, workload and app, over a connection with the app's name."""
    body = app.connection_body(bootstrap=bootstrap)
    body = {**body, "metadata": {"name": app.name}, "spec": {**body["spec"], **security}}
    app.broker.create(app.topic, partitions=app.partitions)
    app.cluster.apply(body, app.workload_body(replicas=2), namespace=app.namespace)
    over = {"kafka": {"connectionRef": {"name": app.name}, "offsetReset": "Earliest"}}
    app.apply(scaling=by_lag(), spec=over)


def ready(cluster: Cluster, app: App) -> Body:
    """The connection's Ready condition."""
    status = cluster.get("kconn", app.name, namespace=app.namespace).get("status", {})
    found = [one for one in status.get("conditions", []) if one["type"] == "Ready"]
    return found[0] if found else {}


def says(cluster: Cluster, app: App, reason: str, *words: str) -> None:
    """App and connection tell the same reason, in the same words, and nothing is scaled on it."""
    said = app.shows("LagKnown", "False", reason, within=20)["message"]
    for part in words:
        assert part in said, f"{part!r} is not in: {said}"
    eventually(lambda: ready(cluster, app).get("reason") == reason, within=5, what=f"{reason} on the connection")
    assert ready(cluster, app)["message"] in said
    app.shows("Ready", "False", reason, within=20)
    assert app.replicas() == 2


def test_what_is_wrong_with_a_connection_is_said_in_a_sentence(still_app: StillApp, cluster: Cluster) -> None:
    missing, wrong, nowhere, plain = (
        still_app(name=name, partitions=1) for name in ("missing", "wrong", "nowhere", "plain")
    )
    cluster.apply(secret("wrong", username=USER["username"], password="no-secret"), namespace=wrong.namespace)
    connect(missing, at_port(missing, SASL_PORT), **login("missing"))
    connect(wrong, at_port(wrong, SASL_PORT), **login("wrong"))
    connect(nowhere, "kafka.nowhere.invalid:9092")
    connect(plain, plain.broker.bootstrap, tls={})

    says(
        cluster, missing, "InvalidConfiguration",
        "KafkaConnection 'missing'", "spec.sasl.credentialsSecretRef", "there is no Secret 'missing'", "create it",
    )  # fmt: skip
    says(
        cluster, wrong, "AuthenticationFailed",
        f"{at_port(wrong, SASL_PORT)} did not accept the credentials", "Authentication failed",
    )  # fmt: skip
    says(
        cluster, nowhere, "BrokerUnreachable",
        "no broker of kafka.nowhere.invalid:9092 can be reached", "Failed to resolve 'kafka.nowhere.invalid:9092'",
    )  # fmt: skip
    says(cluster, plain, "TlsFailed", f"TLS with {plain.broker.bootstrap} failed")


def test_a_secret_that_is_put_right_counts_within_a_poll(still_app: StillApp, cluster: Cluster) -> None:
    app = still_app(name="rotated")
    connect(app, at_port(app, SASL_PORT), **login("later"))
    app.owe(60)
    app.shows("LagKnown", "False", "InvalidConfiguration")
    with Recorder("kca", app.name, namespace=app.namespace, path=REASON) as seen:
        cluster.apply(secret("later", **{**USER, "password": "mistyped"}), namespace=app.namespace)
        eventually(lambda: seen.values[-1] == "AuthenticationFailed", within=SOON + 6, what=f"it tries: {seen.values}")
        cluster.apply(secret("later", **USER), namespace=app.namespace)
        eventually(lambda: seen.values[-1] == "Read", within=SOON, what=f"the right one is used: {seen.values}")
    app.reaches(6, within=POLL)
    assert ready(cluster, app)["status"] == "True"


REASON = ".status.conditions[?(@.type=='LagKnown')].reason"


def test_scram_over_tls_reads_the_lag(still_app: StillApp, cluster: Cluster) -> None:
    app = still_app(name="secured")
    authority = Path(os.environ["SLUICEGATE_KAFKA_CA"]).read_text()
    bodies = secret("authority", **{"ca.crt": authority}), secret("login", **USER)
    cluster.apply(*bodies, namespace=app.namespace)
    connect(
        app, at_port(app, SASL_TLS_PORT),
        tls={"caSecretRef": {"name": "authority"}}, **login("login", "SCRAM-SHA-512"),
    )  # fmt: skip
    app.owe(40)
    app.reaches(4)
    app.shows("LagKnown", "True")
    assert ready(cluster, app)["status"] == "True"
