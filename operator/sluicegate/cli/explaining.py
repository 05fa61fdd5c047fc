"""A decision in full, one line for each thing that counted: lag, rates, every step on the way to the number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sluicegate.cli.reasons import reasons

Body = Mapping[str, Any]
FROM_DECISION = frozenset({"status", "lag", "rates", "wanted", "allowed", "limited by", "decided", "why"})
"""Lines of `reasons` that the decision itself tells better."""


def explained(body: Body, decision: Body) -> list[tuple[str, str]]:
    """(what, words) in the order in which they counted. ``body`` of the resource, ``decision`` as the read API has it;
    what the resource alone knows (the objective, another autoscaler, conditions) is around it."""
    around = [(name, words) for name, words in reasons(body) if name not in FROM_DECISION]
    first = [line for line in around if line[0] == "objective"]
    rest = [line for line in around if line[0] != "objective"]
    own = [("lag", _lag(decision)), ("rates", _rates(decision))]
    return [line for line in (*own, *first, *_steps(decision), _decided(decision), *rest) if line[1]]


def clock(at: float) -> str:
    """Unix seconds as people and statuses have them."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lag(decision: Body) -> str:
    lag = decision["lag"]
    if lag["records"] is None:
        return f"unknown: {lag.get('error', 'not read yet')}"
    age = "" if lag["seconds"] is None else f", the oldest waits for {lag['seconds']:.3g} s"
    return f"{lag['records']:,} messages{age} (at {clock(decision['at'])})"


def _rates(decision: Body) -> str:
    rate, capacity = decision["rate"], decision["capacityPerReplica"]
    said = [
        f"{value:.3g}/s {word}"
        for value, word in ((rate["in"], "arrive"), (rate["out"], "are handled"))
        if value is not None
    ]
    if capacity["value"] is None:
        said.append("what one replica handles is not known yet")
    else:
        said.append(f"one replica handles {capacity['value']:.3g}/s ({str(capacity['source']).lower()})")
    return ", ".join(said)


def _steps(decision: Body) -> list[tuple[str, str]]:
    return [(step["name"], _step(step)) for step in decision["steps"]]


def _step(step: Body) -> str:
    before, after = step["before"], step["after"]
    number = "unknown" if after is None else str(after)
    way = number if before is None or before == after else f"{before} → {number}"
    return f"{way}: {step['sentence']}" if step["sentence"] else way


def _decided(decision: Body) -> tuple[str, str]:
    number = "unknown" if decision["replicas"] is None else decision["replicas"]
    if decision["written"]:
        done = f"written, {decision['current']} before"
    else:
        done = "as now" if decision["replicas"] == decision["current"] else f"not written, {decision['current']} now"
    limited = "" if decision["limitedBy"] == "None" else f", limited by {decision['limitedBy']}"
    words = f"{decision['action']}: {number} ({done}){limited}; {decision['reason']}, at {clock(decision['at'])}"
    return "decided", words
