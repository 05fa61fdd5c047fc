"""What is in a Secret goes to Kafka and nowhere else: canaries in Secrets are looked for wherever people can read."""

from __future__ import annotations

import base64
import json
import os
import uuid

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.cluster import Body, Cluster
from tests.support.install import Release, dev, wait_a_poll
from tests.support.wait import eventually

PASSWORD, KEY = f"canary-{uuid.uuid4().hex}", f"canarykey{uuid.uuid4().hex}"
PEM = "-----BEGIN {0}-----\n{1}\n-----END {0}-----\n"


def secret(name: str, **values: str) -> Body:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}


def test_a_canary_in_a_secret_appears_nowhere(still_app: StillApp, cluster: Cluster, release: Release) -> None:
    app = still_app()
    name_and_password = secret("login", username="reader", password=PASSWORD)
    not_a_key = secret("key", **{"tls.crt": PEM.format("CERTIFICATE", KEY), "tls.key": PEM.format("PRIVATE KEY", KEY)})
    sasl = {"sasl": {"mechanism": "PLAIN", "credentialsSecretRef": {"name": "login"}}}
    tls = {"tls": {"clientCertificateSecretRef": {"name": "key"}}}
    connections = [with_security(app.connection_body(), name, more) for name, more in (("main", sasl), ("tls", tls))]
    cluster.apply(name_and_password, not_a_key, *connections, namespace=app.namespace)
    app.broker.create(app.topic, partitions=1)
    cluster.apply(app.workload_body(replicas=0), namespace=app.namespace)
    app.apply(scaling=by_lag())
    for name in ("main", "tls"):
        fails(cluster, name, app.namespace)
    app.shows("LagKnown", "False", within=30)
    wait_a_poll(2)

    places = {
        "log": release.logs(),
        "events": cluster.run("get", "events", "-n", app.namespace, "-o", "json"),
        "resources": cluster.run("get", "kca,kconn,deployments", "-n", app.namespace, "-o", "json"),
        "metrics": release.get("/metrics"),
        "pod": json.dumps(release.pod()),
    }
    if os.environ.get("SLUICEGATE_BED") == "local":
        places["command lines"] = dev("process", "list", release.namespace, release.pod_name())
    assert app.namespace in places["log"], "the log does not tell of this app at all"
    for canary in (PASSWORD, KEY):
        for form in (canary, base64.b64encode(canary.encode()).decode()[:-4]):
            found = {place for place, text in places.items() if form in text}
            assert not found, f"a secret value is in {found}"


def with_security(body: Body, name: str, more: Body) -> Body:
    return {**body, "metadata": {"name": name}, "spec": {**body["spec"], **more}}


def fails(cluster: Cluster, name: str, namespace: str) -> None:
    said = eventually(lambda: not_ready(cluster, name, namespace), within=40, what=f"connection {name} is not Ready")
    assert "Secret" not in said, f"the Secret was not even read: {said}"


def not_ready(cluster: Cluster, name: str, namespace: str) -> str:
    """The words of a connection that is not Ready; empty while it is, or was not looked at."""
    status = cluster.get("kconn", name, namespace=namespace).get("status", {})
    return "".join(
        one["message"] for one in status.get("conditions", []) if (one["type"], one["status"]) == ("Ready", "False")
    )
