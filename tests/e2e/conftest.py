"""A cluster (KUBECONFIG), a broker (SLUICEGATE_BOOTSTRAP) and two images are all that this suite needs.

`make e2e` provides them on the local bed; `BED=kind make e2e` on kind. The operator is installed once, by Helm; every
test has a namespace of its own, and its topics and groups carry that namespace's name.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.app import App
from tests.support.broker import Broker
from tests.support.cluster import Cluster
from tests.support.install import Release

MakeApp = Callable[..., App]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/e2e/" in str(item.path):
            item.add_marker("e2e")


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    assert os.environ.get("KUBECONFIG"), "set KUBECONFIG, or run `make e2e`"
    return Cluster()


@pytest.fixture(scope="session")
def broker() -> Broker:
    bootstrap = os.environ.get("SLUICEGATE_BOOTSTRAP")
    assert bootstrap, "set SLUICEGATE_BOOTSTRAP to host:port of a Kafka broker that pods can reach, or run `make e2e`"
    return Broker(bootstrap)


@pytest.fixture(scope="session")
def release(cluster: Cluster) -> Iterator[Release]:
    """The operator, installed by Helm; its CRDs go at the end, which Helm leaves on purpose."""
    release = Release(cluster=cluster)
    release.install()
    yield release
    release.uninstall()
    for crd in (
        "kafkaconsumerapps", "kafkaconnections", "downstreamdependencies", "clusterdownstreamdependencies",
        "deadletterredrives",
    ):  # fmt: skip
        cluster.run("delete", "crd", f"{crd}.sluicegate.dev", "--ignore-not-found", limit=120)
    cluster.run("delete", "namespace", release.namespace, "--ignore-not-found", "--wait=false")


@pytest.fixture
def namespace(cluster: Cluster, broker: Broker) -> Iterator[str]:
    """A namespace of its own; with it go its topics and groups."""
    name = f"e2e-{uuid.uuid4().hex[:8]}"
    cluster.run("create", "namespace", name)
    yield name
    cluster.run("delete", "namespace", name, "--wait=false")
    topics = [topic for topic in broker.admin.list_topics(timeout=10).topics if topic.startswith(name)]
    broker.drop(topics=topics)


@pytest.fixture
def make_app(cluster: Cluster, broker: Broker, release: Release, namespace: str) -> MakeApp:
    """``make_app(partitions=…, work_ms=…)``: an App with its topic, not started yet."""

    def make(**names: Any) -> App:
        return App(cluster=cluster, broker=broker, namespace=namespace, **names)

    return make
