"""Decisions as decide/ would make them, for the hands to carry out."""

from dataclasses import replace
from typing import Any

from sluicegate.model.decision import (
    Action,
    Capacity,
    Condition,
    Decision,
    Lag,
    Limit,
    Partitions,
    Truth,
)
from sluicegate.model.known import Known

AT = 1_800_000_000.0


def condition(type_: str = "Ready", status: str = "True", reason: str = "Running", message: str = "") -> Condition:
    return Condition(type=type_, status=Truth(status), reason=reason, message=message)


FINE = (condition(), condition("LagKnown", "True", "Read"), condition("ScalingLimited", "False", "NotLimited"))

BASE = Decision(
    at=AT,
    generation=3,
    action=Action.HOLD,
    replicas=11,
    current=11,
    wanted=20,
    cap=11,
    limited_by=Limit.MAX,
    reason="LagObjective",
    message="20 wanted for a lag of 54 s; maxReplicas is 11",
    write=True,
    lag=Lag(records=Known(48_211), seconds=Known(54.3)),
    rate_in=893.3,
    rate_out=641.2,
    partitions=Partitions(usable=24, count=24, members=11),
    capacity=Capacity(value=58.3, source="Learned"),
    conditions=FINE,
)


def decision(**changes: Any) -> Decision:
    return replace(BASE, **changes)
