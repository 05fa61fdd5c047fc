"""Turns: who is asked about what, and that no decision rests on an answer to another question."""

from __future__ import annotations

import asyncio

import pytest

from sluicegate.control.records import NOWHERE, Source
from sluicegate.errors import Transient
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.resource import Key
from tests.support.api_faults import Fault as ApiFault
from tests.unit.control import bodies
from tests.unit.control.world import World

MAIN = Source(connection=Key("shop", "main"))
OLD, YOUNG = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
BUSY = (75,) * 6
CONNECTION = "KafkaConnection"


async def test_an_app_whose_spec_never_was_good_is_told_what_is_wrong() -> None:
    world = World()
    world.app(minReplicas=50, max_replicas=10)
    await world.tick()
    ready = world.api.condition("Ready")
    assert (ready["status"], ready["reason"]) == ("False", "InvalidSpec")
    assert "minReplicas" in ready["message"]
    assert world.api.writes == []


async def test_a_good_spec_after_a_bad_one_acts_in_the_next_poll() -> None:
    world = World()
    world.connection()
    world.app(minReplicas=50, max_replicas=10)
    world.kafka.lags["g"] = BUSY
    await world.tick()
    world.app(max_replicas=10)
    await world.tick()
    assert world.api.replicas() == 5
    assert world.api.condition("Stalled")["status"] == "False"


async def test_a_bad_spec_after_a_good_one_writes_nothing_more() -> None:
    world = World()
    world.connection()
    world.app()
    await world.tick()
    world.app(minReplicas=50)
    world.kafka.lags["g"] = BUSY
    await world.tick()
    assert world.api.writes == []
    assert world.api.condition("Stalled")["reason"] == "InvalidSpec"


async def test_an_app_without_its_connection_is_told_which_one_is_missing() -> None:
    world = World()
    world.app()
    await world.tick()
    known = world.api.condition("LagKnown")
    assert known["status"] == "False"
    assert "no KafkaConnection 'main'" in known["message"]


@pytest.mark.parametrize("change", ["connection", "app"])
async def test_an_answer_from_another_cluster_moves_nothing(change: str) -> None:
    """The app turns to another cluster, or its connection does, while the first one is being read."""
    world = World()
    world.connection()
    world.connection("other", bootstrap="other:9092")
    world.app()
    await world.tick()
    world.kafka.lags["g"] = BUSY
    gate = world.kafka.gates["broker:9092"] = asyncio.Event()
    turn = asyncio.create_task(world.tick(MAIN))
    await asyncio.sleep(0.01)
    if change == "app":
        world.app(connection="other")
    else:
        world.connection(bootstrap="other:9092")
    gate.set()
    await turn
    assert world.api.writes == []
    world.kafka.lags["g"] = (25,) * 6
    await world.tick()
    assert [write.replicas for write in world.api.writes] == [2], "what the other cluster says counts"
    assert world.api.status("main", kind=CONNECTION)["observedGeneration"] == (1 if change == "app" else 2)


async def test_the_last_good_access_is_not_used_for_another_address() -> None:
    world = World()
    sasl = {"mechanism": "PLAIN", "credentialsSecretRef": {"name": "s"}}
    world.api.secrets[Key("shop", "s")] = {"username": b"u", "password": b"p"}
    world.connection(sasl=sasl)
    world.app()
    await world.tick()
    world.api.fail("get_secret", ApiFault(error=Transient("no answer")))
    await world.tick()
    assert len(world.kafka.swept) == 2, "while Secrets cannot be read the last good access stands"
    world.connection(bootstrap="other:9092", sasl=sasl)
    world.api.fail("get_secret", ApiFault(error=Transient("no answer")))
    await world.tick()
    assert [bootstrap for bootstrap, _ in world.kafka.swept] == ["broker:9092"] * 2
    assert "could not be read" in world.api.condition("Ready", "main", kind=CONNECTION)["message"]


async def test_connections_with_equal_access_are_swept_once_and_all_their_apps_decided() -> None:
    world = World()
    for namespace in ("east", "west"):
        world.connection(namespace=namespace)
        world.app(namespace=namespace, group=f"g-{namespace}")
    await world.tick()
    world.kafka.swept.clear()
    world.kafka.lags = {"g-east": BUSY, "g-west": BUSY}
    await world.tick()
    assert world.kafka.swept == [("broker:9092", ("g-east", "g-west"))]
    assert [world.api.replicas(namespace=namespace) for namespace in ("east", "west")] == [5, 5]


async def test_when_the_first_of_them_goes_the_next_sweeps() -> None:
    world = World()
    for namespace in ("east", "west"):
        world.connection(namespace=namespace)
        world.app(namespace=namespace, group=f"g-{namespace}")
    await world.tick()
    await world.tick()
    world.api.delete("KafkaConsumerApp", "orders", namespace="east")
    world.api.delete(CONNECTION, "main", namespace="east")
    world.turns.forget(Source(connection=Key("east", "main")))
    world.kafka.swept.clear()
    await world.tick()
    assert world.kafka.swept == [("broker:9092", ("g-west",))]


async def test_one_group_through_two_connections_to_one_cluster_is_a_conflict_from_the_first_poll() -> None:
    world = World()
    world.kafka.ids = {"broker:9092": "one", "alias:9092": "one"}
    world.connection()
    world.connection("alias", bootstrap="alias:9092")
    world.app("old", created=OLD)
    world.app("young", created=YOUNG, connection="alias")
    world.kafka.lags["g"] = BUSY
    await world.tick()
    for _ in range(3):
        await world.tick()
    assert {write.key.name for write in world.api.writes} == {"old"}
    assert world.api.condition("Stalled", "young")["reason"] == "GroupConflict"


async def test_a_conflict_is_still_known_after_a_restart_while_the_older_ones_cluster_is_away() -> None:
    world = World()
    world.kafka.ids = {"broker:9092": "one", "alias:9092": "one"}
    world.connection()
    world.connection("alias", bootstrap="alias:9092")
    world.app("old", created=OLD)
    world.app("young", created=YOUNG, connection="alias")
    await world.tick()
    await world.tick()
    world.restart()
    world.kafka.lags["g"] = BUSY
    world.kafka.faults["broker:9092"] = Fault(FaultKind.UNREACHABLE, "all brokers are down")
    await world.tick()
    await world.tick()
    assert world.api.writes == []
    assert world.api.condition("Stalled", "young")["reason"] == "GroupConflict"


async def test_a_group_of_the_same_name_on_a_cluster_that_is_away_holds_up_nobody() -> None:
    world = World()
    world.connection()
    world.connection("alias", bootstrap="alias:9092")
    world.app("old", created=OLD)
    world.app("young", created=YOUNG, connection="alias")
    world.kafka.faults["broker:9092"] = Fault(FaultKind.UNREACHABLE, "all brokers are down")
    world.kafka.lags["g"] = BUSY
    await world.tick()
    await world.tick()
    assert world.api.replicas("young") == 5


async def test_another_group_starts_without_the_offsets_of_the_last() -> None:
    world = World()
    world.connection()
    world.app()
    world.kafka.lags = {"g": (1000,) * 6, "h": (10,) * 6}
    for _ in range(3):
        await world.tick()
    world.app(group="h")
    await world.tick()
    status = world.api.status()
    assert status["lag"]["records"] == 60
    assert status.get("rate", {}).get("out", 0) == 0, "5940 messages were not handled, another group was looked at"


async def test_apps_without_a_usable_spec_have_a_source_of_their_own() -> None:
    world = World()
    world.app(minReplicas=50)
    world.roster.refresh()
    assert world.roster.sources() == {NOWHERE}
    world.api.put(bodies.app(max_replicas=10))
    world.roster.refresh()
    assert world.roster.sources() == {MAIN}
