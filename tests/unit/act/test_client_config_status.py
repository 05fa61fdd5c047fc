"""A condition that is there while the ConfigMap of an app is not as it should be."""

from __future__ import annotations

from typing import Any

from sluicegate.act.client_config_status import problem, with_client_config
from sluicegate.act.events import transitions
from sluicegate.model.decision import Decision
from sluicegate.model.known import Known, Unknown
from tests.unit.act.decisions import decision

WRONG = problem(reason="ConfigMapConflict", message="it is a person's")
NOT_LOOKED = Unknown("NotReadYet", "not yet")
TOLD = {
    "conditions": [
        {"type": "ClientConfigKept", "status": "False", "reason": "ConfigMapConflict", "message": "it is a person's"}
    ]
}


def told(found: Any, *, previous: dict[str, Any] | None = None, asked: bool = True) -> list[str]:
    decided = with_client_config(decision(), found, previous=previous or {}, asked=asked)
    return [one.reason for one in decided.conditions if one.type == "ClientConfigKept"]


def test_a_problem_is_a_condition_and_its_end_is_the_condition_s() -> None:
    assert told(Known(WRONG)) == ["ConfigMapConflict"]
    assert told(Known(None), previous=TOLD) == []


def test_what_the_status_says_stands_until_this_process_has_looked() -> None:
    assert told(NOT_LOOKED, previous=TOLD) == ["ConfigMapConflict"]
    assert told(NOT_LOOKED) == []


def test_an_app_that_asks_for_no_config_map_has_none_to_tell_of() -> None:
    assert told(Known(WRONG), asked=False) == []
    assert told(NOT_LOOKED, previous=TOLD, asked=False) == []


def test_people_are_told_once_also_beyond_a_restart() -> None:
    before: Decision = decision()
    now = with_client_config(decision(), Known(WRONG), previous={}, asked=True)
    assert [note.reason for note in transitions((), decision=now, before=before)] == ["ConfigMapConflict"]
    assert transitions((), decision=now, before=now) == ()
    assert transitions(TOLD["conditions"], decision=now, before=None) == ()
