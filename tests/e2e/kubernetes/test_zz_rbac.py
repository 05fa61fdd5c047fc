"""The chart's rules against what was really asked of the API server in this session: none missing, none unused.

The last file of the suite, so that the audit log holds everything; a short tour makes it true when it runs alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.kubernetes.conftest import STARTED, StillApp, by_lag
from tests.support.app import App
from tests.support.install import Release, helm
from tests.support.reading import account, ask
from tests.support.specs import resource
from tests.support.wait import eventually

Right = tuple[str, str, str]
"""API group, resource (with its subresource), verb."""

pytestmark = pytest.mark.skipif(
    "SLUICEGATE_AUDIT_LOG" not in os.environ, reason="needs the API server's audit log, which the local bed keeps"
)


@pytest.fixture(scope="module")
def granted(release: Release) -> set[Right]:
    """What the chart grants the operator, one right at a time."""
    rendered = helm("get", "manifest", release.name, "--namespace", release.namespace)
    bodies = [body for body in yaml.safe_load_all(rendered) if body]
    subject = {"kind": "ServiceAccount", "name": release.name, "namespace": release.namespace}
    bound = {
        body["roleRef"]["name"]
        for body in bodies
        if body["kind"] == "ClusterRoleBinding" and body["subjects"] == [subject]
    }
    roles = [body for body in bodies if body["kind"] == "ClusterRole" and body["metadata"]["name"] in bound]
    return {
        (group, resource, verb)
        for role in roles
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@pytest.fixture
def calls(release: Release, still_app: StillApp) -> list[dict[str, Any]]:
    """Every call of the operator's service account since the session began, but for discovery, which is anyone's."""
    tour(still_app, release)
    account = f"system:serviceaccount:{release.namespace}:{release.name}"
    mine = [call for call in audited() if call["user"]["username"] == account]
    return [call for call in mine if "objectRef" in call]


def tour(still_app: StillApp, release: Release) -> None:
    """Each kind of thing the operator does, once."""
    for kind in ("Deployment", "StatefulSet"):
        app = still_app(kind=kind, name=kind.lower())
        login = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login"}, "stringData": {"username": "x"}}
        sasl = {"mechanism": "PLAIN", "credentialsSecretRef": {"name": "login"}}
        secured = app.connection_body()
        secured = {**secured, "metadata": {"name": "secured"}, "spec": {**secured["spec"], "sasl": sasl}}
        app.cluster.apply(login, secured, namespace=app.namespace)
        app.start(scaling=by_lag())
        app.owe(20)
        app.reaches(2)
        eventually(app.events, within=10, what="an Event tells of the scaling")
    dependencies(app)
    topics(still_app(name="letters"))
    reader = account(app.cluster, app.namespace, "reader", role=f"{release.name}-observe")
    assert ask(release, f"/v1/namespaces/{app.namespace}/apps/{app.name}", token=reader)[0] == 200


def dependencies(app: App) -> None:
    """One beside the app and one of the whole cluster, until the operator has told of both."""
    spec = {"capacity": {"value": 10}}
    both = {
        "DownstreamDependency": spec,
        "ClusterDownstreamDependency": {**spec, "allowedNamespaces": [app.namespace]},
    }
    for kind, body in both.items():
        named = {"apiVersion": "sluicegate.dev/v1alpha1", "kind": kind, "metadata": {"name": app.namespace}}
        app.cluster.apply({**named, "spec": body}, namespace=app.namespace)
    try:
        for kind in both:
            eventually(
                lambda kind=kind: (app.cluster.find(kind, app.namespace, namespace=app.namespace) or {}).get("status"),
                within=20,
                what=f"the {kind} has a status",
            )
    finally:
        app.cluster.delete("ClusterDownstreamDependency", app.namespace, namespace=app.namespace)


def topics(app: App) -> None:
    """Topics that go with their app, a ConfigMap that is changed once, and a redrive that is over at once."""
    connection = app.connection_body()
    connection["spec"]["topicPolicy"] = {"mayDelete": True}
    config = {"clientConfig": {"configMapName": app.name}}
    handling = {"deadLetter": {}, "topics": {"deletion": "Delete"}}
    app.start(scaling=by_lag(), spec={**config, "errorHandling": handling})
    app.cluster.apply(connection, namespace=app.namespace)
    dead_letters = f"{app.topic}.{app.group}.dlq"
    eventually(lambda: app.broker.partitions(dead_letters), within=30, what="the dead-letter topic is there")
    eventually(lambda: app.body()["metadata"].get("finalizers"), within=30, what="the app holds the finalizer")
    app.apply(scaling=by_lag(), spec={**config, "errorHandling": {**handling, "retry": {"delays": ["10s"]}}})
    eventually(
        lambda: (
            (app.cluster.find("configmap", app.name, namespace=app.namespace) or {}).get("data", {}).get("retry.topics")
        ),
        within=30,
        what="the ConfigMap names the retry topic",
    )
    redrive = {"appRef": {"name": app.name}, "dryRun": True, "ttlSecondsAfterFinished": 0}
    app.cluster.apply(resource("DeadLetterRedrive", redrive, name="look"), namespace=app.namespace)
    eventually(
        lambda: app.cluster.find("deadletterredrive", "look", namespace=app.namespace) is None,
        within=60,
        what="the redrive was looked after and deleted",
    )
    app.cluster.delete("kca", app.name, namespace=app.namespace)
    assert not app.broker.partitions(dead_letters), "it was made for the app, is empty, and goes with it"


def audited() -> Iterator[dict[str, Any]]:
    """Calls in the audit log since the session began, its rotated files first."""
    current = Path(os.environ["SLUICEGATE_AUDIT_LOG"])
    for path in sorted(current.parent.glob(f"{current.stem}*"), key=lambda path: path.stat().st_mtime):
        for line in path.read_text().splitlines():
            call = json.loads(line)
            if datetime.fromisoformat(call["requestReceivedTimestamp"]) >= STARTED:
                yield call


def right_of(call: dict[str, Any]) -> Right:
    ref = call["objectRef"]
    resource = f"{ref['resource']}/{ref['subresource']}" if "subresource" in ref else ref["resource"]
    return ref.get("apiGroup", ""), resource, call["verb"]


def is_forbidden(call: dict[str, Any]) -> bool:
    """By the rules, that is: an Event for a namespace that is on its way out answers 403, too."""
    return call["annotations"]["authorization.k8s.io/decision"] != "allow"


def test_every_call_is_allowed_by_the_charts_rules_and_no_rule_is_unused(
    calls: list[dict[str, Any]], granted: set[Right]
) -> None:
    assert sorted({right_of(call) for call in calls if is_forbidden(call)}) == [], "the API server refused these"
    used = {right_of(call) for call in calls}
    assert used - granted == set(), "asked for, and not in the chart"
    assert granted - used == set(), "granted, and never asked for"
