"""What a plan would do to one topic, as values, lines of a diff, and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sluicegate.cli.difference import Difference
from sluicegate.model import duration
from sluicegate.model.topic import Role


class TopicAction(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """It was made for an earlier spec, and nobody deletes it."""
    NOT_MADE = "not made"
    """It is wanted and will not be made: a warning says why."""


SIGNS = {
    TopicAction.CREATE: "+",
    TopicAction.CHANGE: "~",
    TopicAction.UNCHANGED: "=",
    TopicAction.KEPT: "=",
    TopicAction.NOT_MADE: "!",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTopic:
    """``partitions``, ``replication`` None: as the source has them, which is not known; ``config`` what it will have,
    as far as that is known; ``delay`` seconds of a retry topic."""

    name: str
    role: Role
    action: TopicAction
    sources: tuple[str, ...] = ()
    delay: float | None = None
    partitions: int | None = None
    replication: int | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()

    @property
    def changes(self) -> bool:
        return self.action in (TopicAction.CREATE, TopicAction.CHANGE)

    def value(self) -> Mapping[str, Any]:
        """As JSON values."""
        return {
            "name": self.name,
            "role": self.role.value,
            "action": self.action.value,
            "sources": list(self.sources),
            "delay": None if self.delay is None else duration.show(self.delay),
            "partitions": self.partitions,
            "replication": self.replication,
            "config": dict(self.config),
            "differences": [{"field": one.field, "before": one.before, "after": one.after} for one in self.differences],
        }


def row(one: PlannedTopic) -> tuple[str, str]:
    """One line of the diff: what is done, and to what."""
    return f"{SIGNS[one.action]} {one.action.value}", _words(one)


def _words(one: PlannedTopic) -> str:
    if one.action is TopicAction.CREATE:
        return f"{one.name}, {', '.join(_made(one))}"
    if one.action is TopicAction.CHANGE:
        return f"{one.name}: {', '.join(_difference(change) for change in one.differences)}"
    if one.action is TopicAction.KEPT:
        return f"{one.name}: named no more; it is not deleted, and neither is what is in it"
    if one.action is TopicAction.NOT_MADE:
        return one.name
    return f"{one.name}{'' if one.partitions is None else f', {_count(one.partitions)}'}"


def _made(one: PlannedTopic) -> list[str]:
    sources = " and ".join(one.sources)
    said = [_count(one.partitions) if one.partitions is not None else f"as many partitions as {sources}"]
    said.append(_replicas(one.replication) if one.replication is not None else f"replicated as {sources}")
    return said + [f"{name} {_shown(name, value)}" for name, value in one.config.items()]


def _difference(change: Difference) -> str:
    if change.field == "partitions":
        return f"{change.before} → {_count(change.after)}"
    before = "not set" if change.before is None else _shown(change.field, change.before)
    return f"{change.field} {before} → {_shown(change.field, change.after)}"


def _replicas(count: int) -> str:
    return f"{count} replica{'' if count == 1 else 's'} of each"


def _count(partitions: int) -> str:
    return f"{partitions} partition{'' if partitions == 1 else 's'}"


def _shown(name: str, value: str) -> str:
    """Milliseconds as people read them."""
    if name.endswith(".ms") and value.isdecimal() and int(value) >= 1000:
        return duration.show(int(value) / 1000)
    return value
