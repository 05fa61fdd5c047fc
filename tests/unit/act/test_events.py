"""One Event for each thing a person would want to be told, and none for what they know."""

from typing import Any

from sluicegate.act.events import transitions
from sluicegate.act.ports import EventNote
from sluicegate.model.decision import Action
from sluicegate.telemetry.redact import remember
from tests.unit.act.decisions import FINE, condition, decision

FINE_STATUS = [{"type": one.type, "status": one.status.value, "reason": one.reason} for one in FINE]


def told(*, previous: Any = FINE_STATUS, before: Any = None, **changes: Any) -> list[tuple[str, str]]:
    notes = transitions(previous, decision=decision(**changes), before=before)
    return [(note.type, note.reason) for note in notes]


def test_nothing_new_is_not_told() -> None:
    assert told() == []


def test_a_new_app_that_is_well_is_not_worth_an_event() -> None:
    assert told(previous=[]) == []


def test_a_new_app_that_is_not_well_is() -> None:
    broken = (condition(status="False", reason="TargetNotFound", message="no Deployment orders"),)
    assert told(previous=[], conditions=broken) == [("Warning", "TargetNotFound")]


def test_a_scaling_is_told_with_both_numbers_and_the_reason() -> None:
    notes = transitions(
        FINE_STATUS,
        decision=decision(action=Action.SCALE_UP, current=3, replicas=11, message="lag of 54 s"),
        before=None,
    )
    assert notes == (EventNote(type="Normal", reason="ScaledUp", message="3 → 11: lag of 54 s"),)


def test_a_scaling_down_is_told_as_such() -> None:
    assert told(action=Action.SCALE_DOWN, current=11, replicas=8) == [("Normal", "ScaledDown")]


def test_a_scaling_that_was_not_written_is_not_told() -> None:
    assert told(action=Action.SCALE_UP, current=3, replicas=11, write=False) == []
    assert told(action=Action.HOLD, current=3, replicas=3) == []


def test_a_lost_lag_is_a_warning_once_and_its_return_is_told() -> None:
    lost = (*FINE[:1], condition("LagKnown", "False", "BrokerUnreachable", "no answer"), *FINE[2:])
    assert told(conditions=lost) == [("Warning", "BrokerUnreachable")]
    assert told(conditions=lost, before=decision(conditions=lost)) == []
    assert told(before=decision(conditions=lost)) == [("Normal", "Read")]


def test_another_reason_for_the_same_trouble_is_news() -> None:
    first = decision(conditions=(condition(status="False", reason="TargetNotFound"),))
    assert told(before=first, conditions=(condition(status="False", reason="InvalidSpec"),)) == [
        ("Warning", "InvalidSpec")
    ]


def test_one_cause_in_three_conditions_is_one_event() -> None:
    broken = tuple(
        condition(type_, status, "InvalidSpec", "spec.scaling.maxReplicas is 0")
        for type_, status in (("Ready", "False"), ("Stalled", "True"), ("ScalingActive", "False"))
    )
    assert told(conditions=broken) == [("Warning", "InvalidSpec")]


def test_reconciling_comes_and_goes_with_every_scaling_and_is_not_told_beside_it() -> None:
    assert told(conditions=(*FINE, condition("Reconciling", "True", "Scaling"))) == []


def test_what_this_process_said_last_counts_and_not_a_status_that_could_not_be_written() -> None:
    lost = (condition("LagKnown", "False", "BrokerUnreachable"),)
    assert told(previous=FINE_STATUS, before=decision(conditions=lost), conditions=lost) == []


def test_a_password_does_not_reach_an_event() -> None:
    remember("canary-in-event")
    broken = (condition(status="False", reason="X", message="canary-in-event was refused"),)
    notes = transitions([], decision=decision(conditions=broken), before=None)
    assert notes[0].message == "[redacted] was refused"
