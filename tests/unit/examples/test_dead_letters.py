"""The example of retry and dead-letter topics: each manifest parses, and together they describe one app."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sluicegate.decide.topics.names import topics_of
from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.parse import read_app, read_connection, read_redrive
from sluicegate.model.redrive import Destination, RedriveSpec

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "manifests" / "dead-letters"
REDRIVES = ("count-first.yaml", "redrive.yaml", "park.yaml")


def body(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def app() -> AppSpec:
    return read_app(body("app.yaml"))[1]


def connection() -> ConnectionSpec:
    return read_connection(body("connection.yaml"))[1]


def redrives() -> list[RedriveSpec]:
    return [read_redrive(body(name))[1] for name in REDRIVES]


def test_the_app_gets_the_topics_that_its_comment_tells_of() -> None:
    meta, spec = read_app(body("app.yaml"))
    named = topics_of(spec, key=meta.key)
    assert named.problem == ""
    words = (FOLDER / "app.yaml").read_text(encoding="utf-8").partition("apiVersion")[0]
    assert len(named.topics) == 4
    for topic in named.topics:
        assert topic.name.removeprefix("orders.orders-v1") in words


def test_the_connection_lets_the_app_have_them() -> None:
    meta, spec = read_app(body("app.yaml"))
    policy = connection().topic_policy
    assert policy is not None
    assert policy.allowed_prefixes is not None
    for topic in topics_of(spec, key=meta.key).topics:
        assert topic.name.startswith(policy.allowed_prefixes)
    assert spec.error_handling is not None
    kept = spec.error_handling.dead_letter.retention
    assert kept is not None
    assert (policy.min_retention or 0) <= kept <= (policy.max_retention or kept)


def test_every_redrive_is_of_the_app_and_to_where_it_can_go() -> None:
    found = redrives()
    assert {one.app_ref.name for one in found} == {body("app.yaml")["metadata"]["name"]}
    assert [one.dry_run for one in found] == [True, False, False]
    assert [one.to for one in found] == [Destination.RETRY, Destination.RETRY, Destination.PARK]


def test_nothing_lies_beside_them_untested() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {"app.yaml", "connection.yaml", *REDRIVES}
