"""Only successful scale writes of the operator to this target count, wherever they stand in the log."""

from __future__ import annotations

import json
from typing import Any

from demo.audit import chained, scale_writes

OPERATOR = "system:serviceaccount:sluicegate-system:sluicegate"


def line(**changes: Any) -> str:
    event: dict[str, Any] = {
        "kind": "Event",
        "stage": "ResponseComplete",
        "verb": "update",
        "user": {"username": OPERATOR},
        "objectRef": {"resource": "deployments", "namespace": "shop", "name": "orders", "subresource": "scale"},
        "responseStatus": {"code": 200},
        "requestObject": {"kind": "Scale", "spec": {"replicas": 12}},
        "requestReceivedTimestamp": "2025-01-01T00:00:10.250000Z",
    }
    return json.dumps(event | changes)


def replicas(*lines: str, since: float = 0.0) -> list[int]:
    found = scale_writes(lines, user=OPERATOR, namespace="shop", name="orders", since=since)
    return [write.replicas for write in found]


def test_a_successful_write_is_found_with_its_time() -> None:
    (write,) = scale_writes([line()], user=OPERATOR, namespace="shop", name="orders", since=0.0)
    assert (write.replicas, write.at) == (12, 1735689610.25)


def test_refused_writes_reads_other_users_and_other_targets_do_not_count() -> None:
    other = {"resource": "deployments", "namespace": "shop", "name": "bills", "subresource": "scale"}
    plain = {"resource": "deployments", "namespace": "shop", "name": "orders"}
    assert (
        replicas(
            line(responseStatus={"code": 409}),
            line(verb="get"),
            line(user={"username": "system:admin"}),
            line(objectRef=other),
            line(objectRef=plain),
            line(stage="RequestReceived"),
            line(requestReceivedTimestamp="1969-12-31T23:59:59Z"),
        )
        == []
    )


def test_a_write_of_zero_shows_no_number_in_json_and_is_zero() -> None:
    assert replicas(line(requestObject={"kind": "Scale", "spec": {}})) == [0]


def test_half_a_line_at_the_end_is_left_out_and_order_is_by_time() -> None:
    late = line(requestReceivedTimestamp="2025-01-01T00:01:00Z", requestObject={"spec": {"replicas": 2}})
    assert replicas(late, line(), line()[:80]) == [12, 2]


def test_chained_writes_know_what_was_before_and_drop_repeats() -> None:
    lines = [
        line(requestReceivedTimestamp=f"2025-01-01T00:00:{second:02d}Z", requestObject={"spec": {"replicas": number}})
        for second, number in ((1, 2), (2, 2), (3, 12))
    ]
    writes = chained(scale_writes(lines, user=OPERATOR, namespace="shop", name="orders", since=0.0), first=1)
    assert [(write.before, write.replicas) for write in writes] == [(1, 2), (2, 12)]
