"""`explain` answers why this number, from the status alone."""

import pytest

from sluicegate.cli.reasons import notable, reasons
from tests.unit.cli.bodies import shown


def test_the_lines_follow_the_way_from_lag_to_number() -> None:
    assert reasons(shown()) == [
        ("lag", "48,000 messages, the oldest waits for 54s (at 2027-01-15T08:00:00Z)"),
        ("rates", "890/s arrive, 640/s are handled, one replica handles 58/s (learned)"),
        ("objective", "every message handled within 60s"),
        ("wanted", "20 by the lag alone"),
        (
            "allowed",
            "minReplicas 1, maxReplicas 40, partitions for 11 (2 members are not of this workload): at most 11",
        ),
        ("limited by", "Partitions"),
        ("decided", "Hold: 11 as now"),
        ("why", "20 wanted for a lag of 54 s; 11 partitions (LagObjective, 2027-01-15T08:00:00Z)"),
        ("ScalingLimited", "True: 11 partitions"),
    ]


def test_an_unknown_lag_is_explained_with_the_broker_s_words_and_never_as_zero() -> None:
    unknown = [{"type": "LagKnown", "status": "False", "reason": "BrokerUnreachable", "message": "connect refused"}]
    lines = dict(reasons(shown(lag=None, conditions=unknown)))
    assert lines["lag"] == "unknown: connect refused"


def test_an_app_that_nobody_looked_at_says_so() -> None:
    body = shown()
    del body["status"]
    assert reasons(body) == [("status", "no decision yet: the operator has not looked at this app, or does not run")]


def test_another_autoscaler_is_named_with_its_number() -> None:
    lines = dict(reasons(shown(foreign={"kind": "ScaledObject", "name": "so", "desired": 4, "paused": True})))
    assert lines["foreign"] == "ScaledObject so would have 4, paused"


def test_only_conditions_that_are_not_as_they_should_be_are_notable() -> None:
    assert [one["type"] for one in notable(shown()["status"])] == ["ScalingLimited"]


def test_lag_per_replica_is_said_in_its_own_words() -> None:
    body = shown(effective={})
    body["spec"]["scaling"]["lagPerReplica"] = 100
    assert dict(reasons(body))["objective"] == "100 messages of lag a replica"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            {"topic": "orders.dlq", "records": 1_200, "oldest": "2027-01-15T08:00:00Z", "rate": 0.5},
            "1,200 in orders.dlq, the oldest came at 2027-01-15T08:00:00Z, 0.5/s come",
        ),
        ({"topic": "orders.dlq", "topics": 3, "records": 4}, "4 in orders.dlq and 2 more"),
        ({"topic": "orders.dlq", "records": 0}, "none in orders.dlq"),
        ({"topic": "orders.dlq"}, "unknown in orders.dlq"),
    ],
)
def test_dead_letters_are_said_with_their_age(found: dict[str, object], words: str) -> None:
    assert dict(reasons(shown(deadLetter=found)))["dead letters"] == words
