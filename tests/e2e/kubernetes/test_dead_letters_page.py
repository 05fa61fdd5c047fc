"""docs/dead-letters.md shows each `kubectl kca dlq` command with its output: the page is run here as it stands.

SLUICEGATE_WRITE_DOCS=1 writes the page anew instead.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.e2e.kubernetes.conftest import by_lag
from tests.support import page
from tests.support.app import SLEEP, App
from tests.support.broker import Broker
from tests.support.cluster import Cluster
from tests.support.install import Release
from tests.support.wait import eventually

PROGRAM = Path(sys.executable).parent / "kubectl-kca"
PAGE = Path(__file__).parents[3] / "docs" / "dead-letters.md"
LETTERS = 60
TOPIC, GROUP = "orders", "orders-v1"
"""As the page has them: what is printed then needs no other spacing."""


@dataclass(frozen=True, kw_only=True)
class PageApp(App):
    """The page's own app."""

    @property
    def topic(self) -> str:
        return TOPIC

    @property
    def group(self) -> str:
        return GROUP


@pytest.fixture
def app(cluster: Cluster, broker: Broker, release: Release, namespace: str) -> Iterator[PageApp]:
    """Its topics have no namespace in their names, so they are removed before and after."""
    drop(broker)
    yield PageApp(cluster=cluster, broker=broker, namespace=namespace, partitions=3, command=SLEEP)
    cluster.delete("kca", "orders", namespace=namespace)
    drop(broker)


def drop(broker: Broker) -> None:
    topics = broker.admin.list_topics(timeout=10).topics
    mine = [topic for topic in topics if topic == TOPIC or topic.startswith(f"{TOPIC}.{GROUP}.")]
    groups = [f"{TOPIC}.{GROUP}.dlq.settled", GROUP]
    broker.drop(topics=mine, groups=groups)


def die(app: App, topic: str) -> None:
    """Dead letters as the example consumer writes them: two in three timed out, the others cannot be read."""
    producer = Producer({"bootstrap.servers": app.broker.bootstrap, "acks": "all"})
    for number in range(LETTERS):
        error = "Poison" if number % 3 == 0 else "Timeout"
        headers = {
            "sluicegate.original.topic": app.topic,
            "sluicegate.original.partition": str(number % app.partitions),
            "sluicegate.original.offset": str(number),
            "sluicegate.error.class": error,
            "sluicegate.error.message": "as the test has it",
        }
        producer.produce(
            topic,
            key=f"customer-{number % 5}",
            value=f"order {number}",
            partition=number % app.partitions,
            headers={name: value.encode() for name, value in headers.items()},
        )
    assert producer.flush(15) == 0


def test_every_command_of_the_page_prints_what_the_page_shows(app: PageApp) -> None:
    app.start(scaling=by_lag(), spec={"errorHandling": {"retry": {"delays": ["10s"]}, "deadLetter": {}}})
    app.shows("TopicsInSync", "True", within=30)
    dead = f"{app.topic}.{app.group}.dlq"
    die(app, dead)
    eventually(
        lambda: app.status().get("deadLetter", {}).get("records") == LETTERS,
        within=45,
        what=f"{LETTERS} dead letters in the status",
    )

    def run(command: str) -> str:
        if "ls" in command and "park" in ran:
            eventually(
                lambda: app.status().get("deadLetter", {}).get("records") == 0, within=45, what="no dead letters left"
            )
        ran.update(shlex.split(command))
        return even(call(command, namespace=app.namespace), app)

    ran: set[str] = set()
    if os.environ.get("SLUICEGATE_WRITE_DOCS"):
        page.rewrite(PAGE, run=run)
    found = page.commands(PAGE)
    assert len(found) == 9
    if not os.environ.get("SLUICEGATE_WRITE_DOCS"):
        for command, shown in found:
            assert run(command) == shown, f"{command}: write the page anew with SLUICEGATE_WRITE_DOCS=1"


def call(command: str, *, namespace: str) -> str:
    """What the command prints, on both streams, and its exit code where it is not 0."""
    words = [namespace if word == "shop" else word for word in shlex.split(command)]
    assert words[:2] == ["kubectl", "kca"]
    done = subprocess.run([str(PROGRAM), *words[2:]], capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr + (f"(exit code {done.returncode})\n" if done.returncode else "")


def even(said: str, app: App) -> str:
    """What differs from run to run as the page has it: namespace, made-up names, and how old the oldest is."""
    said = said.replace(app.namespace, "shop")
    said = re.sub(r"\b(orders-(?:show|redrive|park))-[0-9a-f]{6}\b", r"\1-3f9c01", said)
    said = re.sub(r"(?m)^(orders +\d+ )( *\d+s)", lambda at: at[1] + "12s".rjust(len(at[2])), said)
    return "".join(f"{line.rstrip()}\n" for line in said.splitlines())
