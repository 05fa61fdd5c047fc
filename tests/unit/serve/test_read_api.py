"""The read API over real HTTP, before the whole control room."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sluicegate.cli.replaying import read, replay
from sluicegate.control.chronicle import FOLLOWERS, WAITING
from sluicegate.control.gate import Gate, Visitor
from sluicegate.model.resource import Key
from sluicegate.serve import stream
from sluicegate.serve.http import serving
from sluicegate.serve.read_api import ReadApi
from tests.unit.control.world import World

ORDERS = "v1/namespaces/shop/apps/orders"


class Reviews:
    """ann may look at orders, eve is known but may nothing."""

    def __init__(self) -> None:
        self.names = {"ann's": "ann", "eve's": "eve"}

    async def visitor(self, token: str) -> Visitor | None:
        name = self.names.get(token)
        return Visitor(name=name) if name else None

    async def may_observe(self, visitor: Visitor, key: Key) -> bool:
        return visitor.name == "ann"


class Reader:
    """A client of the API."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def get(self, path: str, *, token: str = "ann's") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.get(f"{self.url}/{path}", headers=headers) as answer:
            return answer.status, await answer.json()

    def follow(self, path: str = f"{ORDERS}/observations") -> Any:
        return self.session.get(f"{self.url}/{path}", headers={"Authorization": "bearer ann's"})


@pytest.fixture
def reviews() -> Reviews:
    return Reviews()


@pytest.fixture
async def world() -> World:
    world = World()
    world.connection()
    world.app(replicas=1, maxReplicas=6)
    return world


@pytest.fixture
async def reader(world: World, reviews: Reviews) -> AsyncIterator[Reader]:
    api = ReadApi(store=world.store, chronicle=world.chronicle, gate=Gate(reviews))
    async with (
        serving(host="127.0.0.1", port=0, exposition=tuple, alive=str, ready=str, more=api.routes()) as port,
        aiohttp.ClientSession() as session,
    ):
        yield Reader(f"http://127.0.0.1:{port}", session)


async def line(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await asyncio.wait_for(answer.content.readline(), 5))
    return found


@pytest.mark.parametrize("path", ["", "/decisions", "/observations"])
async def test_nobody_gets_in_without_a_token_and_without_the_right(reader: Reader, path: str) -> None:
    assert (await reader.get(ORDERS + path, token=""))[0] == 401
    assert (await reader.get(ORDERS + path, token="stolen"))[0] == 401
    status, said = await reader.get(ORDERS + path, token="eve's")
    assert status == 403
    assert "eve may not look at shop/orders: grant the verb 'get'" in said["message"]
    status, said = await reader.get("v1/namespaces/shop/apps/other" + path)
    assert status == 404
    assert "no KafkaConsumerApp 'other' in namespace 'shop'" in said["message"]


async def test_who_may_not_look_is_not_told_what_there_is(reader: Reader) -> None:
    assert (await reader.get("v1/namespaces/shop/apps/other", token="eve's"))[0] == 403


async def test_an_app_that_was_not_looked_at_yet_says_so(reader: Reader) -> None:
    assert (await reader.get(ORDERS))[1] == {"namespace": "shop", "name": "orders", "at": None, "decision": None}
    assert (await reader.get(f"{ORDERS}/decisions"))[1]["decisions"] == []


async def test_the_live_picture_has_lag_by_partition_and_the_decision(world: World, reader: Reader) -> None:
    world.kafka.lags["g"] = (100, 0, 0, 0, 0, 250)
    await world.tick()
    status, found = await reader.get(ORDERS)
    assert status == 200
    assert found["at"] == world.clock.now()
    assert [part["lag"] for part in found["partitions"]] == [100, 0, 0, 0, 0, 250]
    assert found["lag"]["records"] == 350
    assert found["workload"]["desired"] == 1
    assert found["decision"]["action"] == "ScaleUp"
    assert found["decision"]["replicas"] == 4
    assert found["decision"]["written"] is True
    assert len(found["decision"]["id"]) == 26
    assert found["decision"]["steps"][0]["sentence"]
    assert found["dependencies"] == []


async def test_decisions_are_told_oldest_first_and_a_bad_spec_is_one_of_them(world: World, reader: Reader) -> None:
    await world.tick()
    world.app(lagObjective="1s", lagPerReplica=None)
    await world.tick()
    found = (await reader.get(f"{ORDERS}/decisions"))[1]["decisions"]
    assert [one["reason"] for one in found][-1] == "InvalidSpec"
    assert found[0]["at"] < found[1]["at"]


async def test_a_recording_replays_to_the_decisions_that_were_made(world: World, reader: Reader) -> None:
    """Through bursts, steps up and down, a changed spec and a number set by hand."""
    lags = [0, 400, 400, 90, 0, 0, 1200, 300, *[0] * 8]
    for lag in lags[:3]:
        world.kafka.lags["g"] = (lag,) * 6
        await world.tick()
    async with reader.follow() as answer:
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        found = [await line(answer), await line(answer)]
        for number, lag in enumerate(lags[3:]):
            world.kafka.lags["g"] = (lag,) * 6
            if number == 5:
                world.app(maxReplicas=3, scaleDown={"stabilization": "20s"})
            await world.tick()
            found.append(await line(answer))
    recording = read(json.dumps(one) for one in found)
    assert recording.header.params["poll"] == recording.looks[0].poll
    assert len(recording.looks) == len(lags) - 2
    assert not [again for again in replay(recording) if again.differs]
    assert [again.decision.cap for again in replay(recording)][-1] == 3
    assert len([look for look in recording.looks if look.acted]) >= 2
    assert [number for number, one in enumerate(found[1:]) if "memory" in one] == []


async def test_a_reader_that_was_too_slow_still_replays_exactly(world: World, reader: Reader) -> None:
    await world.tick()
    record = world.store.apps.get(Key("shop", "orders"))
    assert record is not None
    with world.chronicle.following(record) as follower:
        entries = follower.entries()
        shown = [await anext(entries)]
        for lag in range(WAITING + 5):
            world.kafka.lags["g"] = (100 * lag,) * 6
            await world.tick()
        shown += [await anext(entries) for _ in range(WAITING)]
    lines = [stream._header(record, shown[0])]
    looks = [one.look(after=before) for before, one in zip([None, *shown], shown, strict=False)]
    lines += [stream.look_line(look, before=before) for before, look in zip([None, *looks], looks, strict=False)]
    assert [index for index, look in enumerate(looks) if look.memory is not None] == [1]
    recording = read(lines)
    assert not [again for again in replay(recording) if again.differs]


async def test_another_group_starts_memory_anew_and_the_recording_says_so(world: World, reader: Reader) -> None:
    world.kafka.lags["g"] = (50,) * 6
    await world.tick()
    async with reader.follow() as answer:
        found = [await line(answer), await line(answer)]
        world.app(group="other")
        for _ in range(2):
            await world.tick()
            found.append(await line(answer))
    assert ["memory" in one for one in found[1:]] == [False, True, False]
    assert not [again for again in replay(read(json.dumps(one) for one in found)) if again.differs]


async def test_a_stream_ends_with_its_app(world: World, reader: Reader) -> None:
    await world.tick()
    async with reader.follow() as answer:
        await line(answer)
        await line(answer)
        world.api.delete("KafkaConsumerApp", "orders")
        await world.tick()
        assert await asyncio.wait_for(answer.content.readline(), 5) == b""


async def test_a_stream_ends_when_the_right_is_gone(
    world: World, reader: Reader, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LOOK_UP", 0.01)
    monkeypatch.setattr("sluicegate.control.gate.LASTS", 0.0)
    await world.tick()
    async with reader.follow() as answer:
        await line(answer)
        reviews.names.clear()
        assert await asyncio.wait_for(answer.content.read(), 5) is not None


async def test_readers_who_leave_are_forgotten(world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOOK_UP", 0.01)
    await world.tick()
    async with reader.follow() as answer:
        await line(answer)
        story = world.chronicle.story(Key("shop", "orders"))
        assert story is not None
        assert len(story.followers) == 1
    for _ in range(100):
        await asyncio.sleep(0.01)
        if not story.followers:
            break
    assert story.followers == set()


async def test_too_many_streams_are_refused_for_a_while(world: World, reader: Reader) -> None:
    await world.tick()
    record = world.store.apps.get(Key("shop", "orders"))
    assert record is not None
    open_ones = [world.chronicle.following(record) for _ in range(FOLLOWERS)]
    for one in open_ones:
        one.__enter__()
    async with reader.follow() as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "2"
    for one in open_ones:
        one.__exit__(None, None, None)
    async with reader.follow() as answer:
        assert answer.status == 200


async def test_only_get_is_answered(reader: Reader) -> None:
    """A HEAD of a stream would never end."""
    for method in ("HEAD", "POST", "DELETE"):
        async with reader.session.request(method, f"{reader.url}/{ORDERS}/observations") as answer:
            assert answer.status == 405
