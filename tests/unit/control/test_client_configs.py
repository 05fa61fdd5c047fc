"""ConfigMaps for clients, kept on an API server in memory."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sluicegate.control.client_configs import NOT_LOOKED, ClientConfigs
from sluicegate.control.records import AppRecord
from sluicegate.control.store import Store
from sluicegate.decide.topics.names import Named, topics_of
from sluicegate.errors import Conflict, Denied, Gone, SluicegateError
from sluicegate.model.known import Known
from sluicegate.model.resource import Key
from tests.unit.control import bodies

Body = dict[str, Any]
MAP = Key("shop", "orders-kafka")


class Server:
    """Keeps ConfigMaps with one growing version; ``fails`` with this until it is None."""

    def __init__(self) -> None:
        self.maps: dict[Key, Body] = {}
        self.writes = 0
        self.fails: SluicegateError | None = None

    async def get_config_map(self, key: Key) -> Body:
        if self.fails:
            raise self.fails
        if key not in self.maps:
            raise Gone(f"no ConfigMap {key}")
        return copy.deepcopy(self.maps[key])

    async def create_config_map(self, key: Key, body: Mapping[str, Any]) -> None:
        if key in self.maps:
            raise Conflict(f"{key} exists")
        self._put(key, body)

    async def update_config_map(self, key: Key, body: Mapping[str, Any]) -> None:
        if self.maps[key]["metadata"]["resourceVersion"] != body["metadata"]["resourceVersion"]:
            raise Conflict(f"{key} has been modified")
        self._put(key, body)

    def _put(self, key: Key, body: Mapping[str, Any]) -> None:
        self.writes += 1
        new = copy.deepcopy(dict(body))
        new["metadata"]["resourceVersion"] = str(self.writes)
        self.maps[key] = new


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def configs(server: Server) -> ClientConfigs:
    return ClientConfigs(config_maps=server)


def record(*, config: str | None = MAP.name, uid: str = "1", group: str = "g") -> AppRecord:
    store, body = Store(), bodies.app(uid=uid, group=group)
    body["spec"]["errorHandling"] = {"retry": {"delays": ["10s"]}}
    if config:
        body["spec"]["clientConfig"] = {"configMapName": config}
    store.apps.put(body)
    found = store.apps.get(Key("shop", "orders"))
    assert found is not None
    return found


def problem(configs: ClientConfigs, app: AppRecord) -> tuple[str, str]:
    """Reason and words of what is wrong; empty when nothing is."""
    found = configs.found(app)
    assert isinstance(found, Known), "it was not looked at"
    return (found.value.reason, found.value.message) if found.value else ("", "")


def keep(configs: ClientConfigs, app: AppRecord, *, bootstrap: str = "kafka:9092") -> bool:
    assert app.spec is not None
    named = topics_of(app.spec, key=app.meta.key)
    return asyncio.run(configs.keep(app, bootstrap=bootstrap, named=named))


def test_it_is_made_once_and_not_written_while_nothing_differs(configs: ClientConfigs, server: Server) -> None:
    assert keep(configs, record())
    assert keep(configs, record())
    assert server.writes == 1
    assert server.maps[MAP]["data"]["retry.topics"] == "orders.g.retry-10s=10s"


def test_it_follows_the_spec_and_the_connection(configs: ClientConfigs, server: Server) -> None:
    keep(configs, record())
    keep(configs, record(group="g2"), bootstrap="new:9092")
    assert server.maps[MAP]["data"]["dead.letter.topic"] == "orders.g2.dlq"
    assert server.maps[MAP]["data"]["bootstrap.servers"] == "new:9092"
    assert server.writes == 2


def test_what_a_person_changed_in_it_is_set_back(configs: ClientConfigs, server: Server) -> None:
    keep(configs, record())
    server.maps[MAP]["data"]["group.id"] = "mine"
    assert keep(configs, record())
    assert server.maps[MAP]["data"]["group.id"] == "g"


def test_a_person_s_config_map_is_left_alone_and_told(configs: ClientConfigs, server: Server) -> None:
    woken: list[Key] = []
    configs.wakes(woken.append)
    theirs = {"metadata": {"name": MAP.name, "namespace": "shop", "resourceVersion": "1"}, "data": {"a": "b"}}
    server.maps[MAP] = copy.deepcopy(theirs)
    assert [keep(configs, record()), keep(configs, record())] == [True, True]
    assert (server.maps[MAP], server.writes) == (theirs, 0)
    reason, words = problem(configs, record())
    assert (reason, woken) == ("ConfigMapConflict", [Key("shop", "orders")])
    assert "'orders-kafka' exists and was not made for this app" in words
    del server.maps[MAP]
    assert keep(configs, record())
    assert problem(configs, record()) == ("", "")
    assert len(woken) == 2


def test_nothing_is_asked_without_the_field_or_while_names_cannot_be_made(
    configs: ClientConfigs, server: Server
) -> None:
    assert keep(configs, record(config=None))
    assert asyncio.run(configs.keep(record(), bootstrap="kafka:9092", named=Named(problem="a bad name")))
    assert server.maps == {}


def test_a_refusal_is_told_in_words_and_tried_again(configs: ClientConfigs, server: Server) -> None:
    server.fails = Denied("configmaps is forbidden")
    assert not keep(configs, record())
    reason, words = problem(configs, record())
    assert reason == "ConfigMapRefused"
    assert words.endswith("could not be kept: configmaps is forbidden")
    assert configs.found(record(uid="2")) is NOT_LOOKED
    server.fails = None
    assert keep(configs, record())
    assert problem(configs, record()) == ("", "")


def test_somebody_who_was_faster_is_no_problem(configs: ClientConfigs, server: Server) -> None:
    server.fails = Conflict("modified")
    assert not keep(configs, record())
    assert configs.found(record()) is NOT_LOOKED


def test_an_app_made_anew_takes_over_the_one_of_its_name(configs: ClientConfigs, server: Server) -> None:
    keep(configs, record())
    keep(configs, record(uid="2"))
    assert [one["uid"] for one in server.maps[MAP]["metadata"]["ownerReferences"]] == ["2"]


def test_problems_of_apps_that_are_gone_are_forgotten(configs: ClientConfigs, server: Server) -> None:
    server.fails = Denied("no")
    keep(configs, record())
    configs.forget_unless(lambda key: False)
    assert configs.found(record()) is NOT_LOOKED


def test_a_record_without_a_usable_spec_is_passed_over(configs: ClientConfigs, server: Server) -> None:
    assert asyncio.run(configs.keep(replace(record(), spec=None), bootstrap="", named=Named()))
    assert server.maps == {}
