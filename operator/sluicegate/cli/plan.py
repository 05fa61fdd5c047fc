"""What a plan is: for each resource what would change, and sections that say what would come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sluicegate.cli.difference import Difference
from sluicegate.cli.topic_changes import PlannedTopic
from sluicegate.model.resource import Key


class Action(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One aspect: ``rows`` of (what, words) for people, ``value`` the same for programs, below the name ``name``.
    ``warnings`` are sentences about what would not go well."""

    name: str
    rows: tuple[tuple[str, str], ...]
    value: Any
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One resource."""

    kind: str
    key: Key
    action: Action
    differences: tuple[Difference, ...] = ()
    sections: tuple[Section, ...] = ()
    topics: tuple[PlannedTopic, ...] = ()
    """Of an app, also told by one of its sections."""

    def value(self) -> Mapping[str, Any]:
        """As JSON values."""
        warnings = [said for section in self.sections for said in section.warnings]
        return {
            "kind": self.kind,
            **({"namespace": self.key.namespace} if self.key.namespace else {}),
            "name": self.key.name,
            "action": self.action.value,
            "differences": [{"field": one.field, "before": one.before, "after": one.after} for one in self.differences],
            **{section.name: section.value for section in self.sections},
            "warnings": warnings,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``ignored`` documents of other kinds; ``notes`` about what could not be seen."""

    resources: tuple[Planned, ...]
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything would be written, to Kafka too."""
        return any(one.action is not Action.UNCHANGED for one in self.resources) or any(
            topic.changes for one in self.resources for topic in one.topics
        )

    def value(self) -> Mapping[str, Any]:
        """As JSON values."""
        return {
            "changes": self.changes,
            "resources": [one.value() for one in self.resources],
            "ignored": list(self.ignored),
            "notes": list(self.notes),
        }


def lines(plan: Plan) -> list[str]:
    """For people: a resource, its fields that change (``old → new``), and what comes of it below."""
    said: list[str] = []
    for one in plan.resources:
        where = f" in {one.key.namespace}" if one.key.namespace else ""
        said += ["", f"{one.kind} {one.key.name}{where}: {one.action.value}"]
        for change in one.differences:
            said.append(f"  {change.field}: {_shown(change.before)} → {_shown(change.after)}")
        for section in one.sections:
            width = max((len(what) for what, _ in section.rows), default=0)
            said += [f"  {what:{width}}  {words}" for what, words in section.rows]
            said += [f"  ! {words}" for words in section.warnings]
    said += ["", "nothing would change" if not plan.changes else _count(plan) + _count_topics(plan)]
    return said[1:]


def _count(plan: Plan) -> str:
    made = sum(one.action is Action.CREATE for one in plan.resources)
    changed = sum(one.action is Action.CHANGE for one in plan.resources)
    same = len(plan.resources) - made - changed
    return f"{made} to create, {changed} to change, {same} unchanged"


def _count_topics(plan: Plan) -> str:
    changed = sum(topic.changes for one in plan.resources for topic in one.topics)
    return f"; {changed} topic{'' if changed == 1 else 's'} to create or change" if changed else ""


def _shown(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_shown(one) for one in value)}]"
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
