"""The status says what product.md promises, and nothing that is not known."""

from typing import Any

import pytest

from sluicegate.act.conditions import LONGEST_MESSAGE
from sluicegate.act.status import merge_patch, render, render_connection
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Lag, Letters, Partitions
from sluicegate.model.kafka import Fault, FaultKind, Sweep
from sluicegate.model.known import Known, Unknown
from sluicegate.model.observation import Foreign
from sluicegate.model.status import AppStatus, ConnectionStatus
from sluicegate.telemetry.redact import remember
from tests.unit.act.decisions import AT, condition, decision

SPEC = AppSpec.model_validate(
    {
        "scaleTargetRef": {"name": "orders"},
        "kafka": {"bootstrapServers": "broker:9092"},
        "consumerGroup": "orders-v1",
        "scaling": {"maxReplicas": 40},
    }
)
STAMP = "2027-01-15T08:00:00Z"
UNKNOWN = Unknown("BrokerUnreachable", "no broker answers")


def rendered(
    *, previous: dict[str, Any] | None = None, now: float = AT, spec: AppSpec | None = SPEC, **changes: Any
) -> Any:
    return render(
        spec=spec,
        generation=3,
        decision=decision(**changes),
        identity="01J",
        memory={"v": 1},
        previous=previous or {},
        now=now,
    )


def test_the_status_is_the_one_that_was_promised() -> None:
    assert rendered() == {
        "observedGeneration": 3,
        "replicas": {"current": 11, "desired": 11, "wanted": 20, "cap": 11},
        "limitedBy": "Max",
        "decision": {
            "id": "01J",
            "action": "Hold",
            "reason": "LagObjective",
            "message": "20 wanted for a lag of 54 s; maxReplicas is 11",
            "at": STAMP,
        },
        "lag": {"records": 48_000, "time": "54s", "at": STAMP},
        "rate": {"in": 890, "out": 640},
        "partitions": {"usable": 24, "count": 24, "members": 11, "foreignMembers": 0},
        "capacityPerReplica": {"value": 58, "source": "Learned"},
        "effective": {"lagObjective": "60s"},
        "memory": {"v": 1},
        "conditions": [
            {
                "type": type_,
                "status": status,
                "reason": reason,
                "message": "",
                "observedGeneration": 3,
                "lastTransitionTime": STAMP,
            }
            for type_, status, reason in (
                ("Ready", "True", "Running"),
                ("LagKnown", "True", "Read"),
                ("ScalingLimited", "False", "NotLimited"),
            )
        ],
    }


def test_the_schema_takes_all_of_it() -> None:
    shown = rendered(foreign=Foreign(kind="ScaledObject", name="so", desired=4, paused=True))
    parsed = AppStatus.model_validate(shown)
    assert parsed.model_dump(mode="json", by_alias=True, exclude_none=True).keys() == shown.keys()


def test_an_unknown_lag_is_absent_and_never_zero() -> None:
    shown = rendered(lag=Lag(records=UNKNOWN, seconds=UNKNOWN), rate_in=None, rate_out=None, wanted=None, cap=None)
    assert "lag" not in shown
    assert "rate" not in shown
    assert shown["replicas"] == {"current": 11, "desired": 11}


def test_a_known_lag_of_unknown_age_shows_no_time() -> None:
    assert rendered(lag=Lag(records=Known(0), seconds=UNKNOWN))["lag"] == {"records": 0, "at": STAMP}


def test_members_are_not_told_as_none_while_nothing_is_known_of_partitions() -> None:
    assert "partitions" not in rendered(partitions=Partitions())


def test_another_autoscaler_is_shown_beside_ours_and_only_then() -> None:
    shown = rendered(foreign=Foreign(kind="HorizontalPodAutoscaler", name="orders", desired=4))
    assert shown["foreign"] == {"kind": "HorizontalPodAutoscaler", "name": "orders", "desired": 4, "paused": False}
    assert "foreign" not in rendered()


def test_without_a_usable_spec_no_objective_is_in_force() -> None:
    assert "effective" not in rendered(spec=None)


def test_a_condition_keeps_its_time_until_its_status_changes() -> None:
    first = rendered()
    still = rendered(previous=first, now=AT + 60, conditions=(condition(reason="Other"),))
    assert still["conditions"][0]["lastTransitionTime"] == STAMP
    changed = rendered(previous=still, now=AT + 60, conditions=(condition(status="False", reason="Other"),))
    assert changed["conditions"][0]["lastTransitionTime"] == "2027-01-15T08:01:00Z"


def test_a_password_in_a_broker_s_words_does_not_reach_the_status() -> None:
    remember("canary-in-status")
    words = "authentication with canary-in-status failed"
    shown = rendered(message=words, conditions=(condition(message=words),))
    assert "canary" not in str(shown)
    assert shown["decision"]["message"] == "authentication with [redacted] failed"


def test_words_without_end_are_cut_so_that_the_schema_takes_them() -> None:
    shown = rendered(message="x" * 5_000)
    assert len(shown["decision"]["message"]) == LONGEST_MESSAGE
    assert shown["decision"]["message"].endswith("…")


def sweep(**changes: Any) -> Sweep:
    return Sweep(**{"at": AT, "seconds": 0.1234, "brokers": 3, "answers": (), "cluster_id": "abc", **changes})


def connection(found: Sweep | None, fault: Fault | None = None, **previous: Any) -> Any:
    return render_connection(generation=2, sweep=found, fault=fault, apps=7, previous=previous, now=AT)


def test_a_reached_cluster_says_so_in_a_shape_the_schema_takes() -> None:
    shown = connection(sweep())
    assert shown["reachable"] is True
    assert (shown["clusterId"], shown["brokers"], shown["apps"]) == ("abc", 3, 7)
    assert shown["lastSweep"] == {"at": STAMP, "time": "120ms"}
    assert shown["conditions"][0]["status"] == "True"
    parsed = ConnectionStatus.model_validate(shown)
    assert parsed.model_dump(mode="json", by_alias=True, exclude_none=True).keys() == shown.keys()


def test_an_unreachable_cluster_says_it_in_the_broker_s_words_and_keeps_the_last_good_sweep() -> None:
    last = {"at": "2027-01-15T07:00:00Z", "time": "90ms"}
    fault = Fault(FaultKind.UNREACHABLE, "connect to broker:9092 failed: refused")
    shown = connection(sweep(fault=fault, brokers=0), None, lastSweep=last, brokers=3)
    assert shown["reachable"] is False
    assert (shown["lastSweep"], shown["brokers"]) == (last, 3)
    ready = shown["conditions"][0]
    assert (ready["status"], ready["reason"], ready["message"]) == ("False", "BrokerUnreachable", fault.message)


def test_a_connection_that_cannot_be_used_at_all_says_why() -> None:
    shown = connection(None, Fault(FaultKind.CONFIGURATION, "Secret 'x' has no key password"))
    assert shown["conditions"][0]["reason"] == "InvalidConfiguration"
    assert "lastSweep" not in shown


def test_a_patch_changes_what_differs_and_nulls_what_is_gone() -> None:
    before = {"a": 1, "b": {"c": 1, "d": 2}, "e": [1, 2], "f": {"g": 1}}
    after = {"a": 1, "b": {"c": 1, "d": 3}, "e": [1]}
    assert merge_patch(before, after) == {"b": {"d": 3}, "e": [1], "f": None}


def merged(target: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """RFC 7386, as the API server applies it."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            result[name] = merged(result[name] if isinstance(result.get(name), dict) else {}, value)
        else:
            result[name] = value
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, rendered()),
        (rendered(), rendered(lag=Lag(records=UNKNOWN, seconds=UNKNOWN), partitions=Partitions())),
        (rendered(foreign=Foreign(kind="A", name="b", desired=3)), rendered(foreign=Foreign(kind="A", name="b"))),
        ({"memory": {"old": {"deep": 1}}}, rendered()),
    ],
)
def test_the_api_server_ends_up_with_exactly_the_new_status(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert merged(before, merge_patch(before, after)) == after


@pytest.mark.parametrize(
    ("letters", "shown"),
    [
        (
            Letters(topic="orders.dlq", topics=1, records=12, oldest=AT, rate=0.123),
            {"topic": "orders.dlq", "records": 12, "oldest": STAMP, "rate": 0.12},
        ),
        (Letters(topic="orders.dlq", topics=1, records=0, rate=0.0), {"topic": "orders.dlq", "records": 0}),
        (Letters(topic="orders.dlq", topics=3, records=None), {"topic": "orders.dlq", "topics": 3}),
        (None, None),
    ],
)
def test_dead_letters_are_told_as_far_as_they_are_known(letters: Letters | None, shown: dict[str, Any] | None) -> None:
    found = rendered(dead_letters=letters)

    assert found.get("deadLetter") == shown
    assert AppStatus.model_validate(found)
