"""A decision in words: its reason in one CamelCase word, and the one line a person on call reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sluicegate.model.decision import BREAKER, DEPENDENCY, Action, Lag, Limit, Step
from sluicegate.model.known import Known

LAG_LOWER, IDLE = "LagLower", "Idle"
DEMAND_DOWN = frozenset({LAG_LOWER, IDLE})
"""Reasons of steps down that the hourly budget counts; those that a limit asks for have reasons of their own."""

OTHER_UPS = frozenset({"MinRaised", "Override"})
"""Reasons of steps up that say nothing of demand."""

_HELD_BY: Mapping[str, str] = {Limit.MIN: "MinReplicas", Limit.MAX: "MaxReplicas", Limit.NONE: ""}
SHOWN = 5
"""Names in a sentence."""
DEPENDENCY_SHARE, BREAKER_OPEN = "DependencyShare", "BreakerOpen"


def reason(
    *, action: Action, replicas: int, limited_by: str, overridden: bool, demand: str, asked: int | None, asleep: bool
) -> str:
    """Why. ``demand`` names what asked; ``asked`` the number before the limits; ``asleep``: nothing runs now."""
    if overridden and replicas == asked:
        return "Override"
    if action is Action.SCALE_DOWN:
        if limited_by is Limit.MAX:
            return "MaxLowered"
        if limited_by is Limit.PARTITIONS:
            return "PartitionsFewer"
        alone = (Limit.INEFFECTIVE, Limit.DEAD_LETTER_STORM)
        if limited_by in alone or limited_by.startswith((DEPENDENCY, BREAKER)):
            return word(limited_by)
        return IDLE if replicas == 0 else LAG_LOWER
    if action is Action.SCALE_UP:
        if limited_by is Limit.MIN:
            return "MinRaised"
        return "MessagesWaiting" if asleep and demand != "NeverCommitted" else demand
    return word(limited_by) or demand


def word(limited_by: str) -> str:
    """A limit as a reason: one CamelCase word, empty for none."""
    if limited_by.startswith(DEPENDENCY):
        return DEPENDENCY_SHARE
    return BREAKER_OPEN if limited_by.startswith(BREAKER) else _HELD_BY.get(limited_by, str(limited_by))


def headline(*, wanted: int | None, lag: Lag, due: int, why: str) -> str:
    """What the lag asks for, in words; ``due`` messages of retry topics wait, too."""
    if wanted is None:
        return why
    retries = f" and {due} due retries" if due else ""
    return f"{wanted} wanted for {_lag_words(lag)}{retries} ({why})"


def message(headline: str, steps: Sequence[Step]) -> str:
    """The headline and what each step that changed the number did to it."""
    changes = [
        f"{step.sentence}: {step.after}" for step in steps if step.before != step.after and step.before is not None
    ]
    return "; ".join([headline, *changes])


def listed(names: Sequence[str]) -> str:
    """The first of ``names``, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def seconds(value: float) -> str:
    """A span as people say it."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 600:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 36_000 else f"{value / 3600:.0f} h"


def _lag_words(lag: Lag) -> str:
    if not isinstance(lag.records, Known) or not isinstance(lag.seconds, Known):
        return "a lag known in part"
    if lag.records.value == 0:
        return "no lag"
    return f"a lag of {seconds(lag.seconds.value)}"
