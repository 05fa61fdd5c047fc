"""What the operator writes must be in the schema: the API server drops the rest without a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sluicegate.act import dependency_status, redrive_status, status
from sluicegate.model.account import Account, Grant
from sluicegate.model.decision import Action, Capacity, Condition, Decision, Lag, Letters, Partitions, Truth
from sluicegate.model.dependency_status import DependencyStatus
from sluicegate.model.downstream import BreakerState
from sluicegate.model.kafka import Sweep
from sluicegate.model.known import Known
from sluicegate.model.observation import Foreign
from sluicegate.model.parse import parse_app
from sluicegate.model.redrive import Counted, Phase, RedriveStatus, Report
from sluicegate.model.schema.structural import structural
from sluicegate.model.status import AppStatus, ConnectionStatus
from sluicegate.model.topic import Role, TopicName, TopicStanding, TopicState, TopicsView
from tests.support.specs import APP_SPEC, resource

NOW = 1_900_000_000.0


def misfits(value: Any, schema: dict[str, Any], path: str = "status") -> Iterator[str]:
    """Fields of ``value`` that ``schema`` lacks, forbids or bounds too narrowly."""
    kind = schema.get("type")
    allowed = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "number": (int, float)}
    if kind in allowed and not isinstance(value, allowed[kind]):
        yield f"{path} is {value!r}, not {kind}"
        return
    if isinstance(value, str):
        if len(value) > schema.get("maxLength", len(value)):
            yield f"{path} is too long"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{path} is {value!r}"
    elif isinstance(value, list):
        if len(value) > schema["maxItems"]:
            yield f"{path} is too long"
        for number, inner in enumerate(value):
            yield from misfits(inner, schema["items"], f"{path}[{number}]")
    elif isinstance(value, dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        yield from (f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, inner in value.items():
            if name in schema["properties"]:
                yield from misfits(inner, schema["properties"][name], f"{path}.{name}")
            else:
                yield f"{path}.{name} is not in the schema"


def decision() -> Decision:
    return Decision(
        at=NOW,
        generation=3,
        action=Action.SCALE_UP,
        replicas=11,
        current=9,
        wanted=20,
        cap=11,
        limited_by="Partitions",
        reason="PartitionCap",
        message="x" * 10_000,
        write=True,
        lag=Lag(records=Known(48_000), seconds=Known(54.3)),
        rate_in=890.4,
        rate_out=640.0,
        partitions=Partitions(usable=24, count=24, members=11, foreign_members=2),
        capacity=Capacity(value=58.2, source="Learned"),
        conditions=(Condition(type="Ready", status=Truth.TRUE, reason="Deciding", message="y" * 10_000),),
        foreign=Foreign(kind="ScaledObject", name="orders", desired=4, paused=True),
        topics=TopicsView(topics=(standing(Role.RETRY, delays=(10.0, 10.0)), standing(Role.DEAD_LETTER)), at=NOW),
        dead_letters=Letters(topic="t" * 249, topics=64, records=2**53, oldest=NOW - 60, rate=0.5, percent=60.0),
    )


def standing(role: Role, *, delays: tuple[float, ...] = ()) -> TopicStanding:
    name = ("r" if delays else "z") * 249
    return TopicStanding(
        topic=TopicName(role=role, name=name, sources=("orders",), delays=delays),
        state=TopicState.DRIFTED,
        partitions=12,
        id="AAAAAAAAAAAAAAAAAAAAAA",
        created=True,
        message="z" * 10_000,
    )


def test_a_full_status_of_an_app_is_kept_whole_by_the_api_server() -> None:
    written = status.render(
        spec=parse_app(resource("KafkaConsumerApp", APP_SPEC)),
        generation=3,
        decision=decision(),
        identity="01J00000000000000000000000",
        memory={"v": 1, "anything": {"goes": [1, None]}},
        previous={},
        now=NOW,
    )
    schema = structural(AppStatus)
    assert {*written, "dependencies"} == schema["properties"].keys(), "this app names no dependency"
    assert written["deadLetter"].keys() == schema["properties"]["deadLetter"]["properties"].keys()
    assert {*written["topics"][0]} == schema["properties"]["topics"]["items"]["properties"].keys()
    assert len(written["topics"]) == 2
    assert list(misfits(written, schema)) == []


@pytest.mark.parametrize("brokers", [0, 3])
def test_a_full_status_of_a_connection_is_kept_whole_by_the_api_server(brokers: int) -> None:
    sweep = Sweep(at=NOW, seconds=0.12, brokers=brokers, answers=(), cluster_id="c-1")
    written = status.render_connection(generation=1, sweep=sweep, fault=None, apps=2, previous={}, now=NOW)
    schema = structural(ConnectionStatus)
    assert written.keys() == schema["properties"].keys()
    assert list(misfits(written, schema)) == []


def test_a_full_status_of_a_dependency_is_kept_whole_by_the_api_server() -> None:
    grants = [
        Grant(
            namespace="n" * 63,
            name="a" * 253,
            replicas=3,
            cost=2.5,
            wanted=9,
            weight=0.5,
            limited_by="shop/" + "d" * 253,
        )
        for _ in range(600)
    ]
    said = Condition(type="Overcommitted", status=Truth.TRUE, reason="NothingToGive", message="y" * 10_000)
    account = Account(
        capacity=200.0,
        reserved=40.0,
        external=2.5,
        allocatable=157.5,
        granted=1500.0,
        free=0.0,
        grants=grants,
        state=BreakerState.HALF_OPEN,
        since=NOW,
        reason="FailureThreshold",
        trips=3,
        next_at=NOW + 60,
        conditions=(said,),
        memory={"v": 1, "grants": {"shop/orders": 3}, "last": [None, 1.5]},
    )
    written = dependency_status.render(account, generation=3, previous={}, now=NOW)
    schema = structural(DependencyStatus)
    assert written.keys() == schema["properties"].keys()
    assert written["breaker"].keys() == schema["properties"]["breaker"]["properties"].keys()
    assert list(misfits(written, schema)) == []


def test_a_full_status_of_a_redrive_is_kept_whole_by_the_api_server() -> None:
    line = tuple(Counted(name="n" * 512, records=2**53) for _ in range(20))
    told = redrive_status.Told(
        phase=Phase.FAILED,
        message="z" * 10_000,
        topic="t" * 249,
        destination="d" * 10_000,
        started=NOW,
        finished=NOW + 1.5,
        total=5,
        scanned=4,
        matched=3,
        redriven=1,
        parked=1,
        skipped=1,
        repeated=1,
        rate=12.345,
        report=Report(errors=line, sources=line, ages=line, dialects=line),
        progress={"ends": {str(n): 10**15 for n in range(200)}, "redriven": 1},
        suspended=True,
    )
    written = redrive_status.render(told, generation=3, previous={}, now=NOW)
    schema = structural(RedriveStatus)
    assert written.keys() == schema["properties"].keys()
    assert written["report"].keys() == schema["properties"]["report"]["properties"].keys()
    assert list(misfits(written, schema)) == []


def test_a_field_that_the_schema_lacks_would_be_noticed() -> None:
    assert list(misfits({"replicas": {"ideal": 3}}, structural(AppStatus))) == [
        "status.replicas.ideal is not in the schema"
    ]
