"""A recording: what decisions were made from, as JSON lines, so that the very same code can make them again.

Line 1 is the header ``{"v": 1, "app": SPEC, "memory": …, "params": …}``, then comes a line for each observation. A
value that could not be had is ``null`` and ``error`` says why (``Kind: words``); an offset that was never committed is
``null`` without an error; parts that are left out do not apply.

Beside what was observed a line carries ``now``, ``decision`` (what was decided), ``acted`` (null, or what became of
the write) and, where they changed since the line before, ``app``, ``generation``, ``poll`` and ``memory``. Lines
without these keys, made elsewhere, are read as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sluicegate.errors import Invalid
from sluicegate.model import quantity
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation
from sluicegate.model.plain import plain, revive
from sluicegate.model.problem import invalid, of_rules, of_shape
from sluicegate.model.sight import read_sight, sight

FORM = 1
DEFAULT_POLL = 10.0
EXACT = "exact"
"""Below ``memory``: a process's memory to the last field, other than what it leaves in a status."""

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """A number that was written: ``at`` unix seconds, ``version`` the workload's resource version since."""

    at: float
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One observation and all that the decision about it was made from.

    ``memory`` None: what the decision before left. ``poll`` seconds between two observations. ``decision`` what was
    decided then, in the words of `verdict_line`. ``told``: whether ``acted`` says what became of it; where it does not
    (the line was made elsewhere), None means nothing.
    """

    spec: AppSpec
    generation: int
    observation: Observation
    memory: Memory | None
    now: float
    poll: float
    decision: Line | None = None
    acted: Acted | None = None
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """``memory`` as in a status, or with all of it below `EXACT`; empty: nothing is remembered. ``params`` at least
    ``poll`` and ``generation``, where the operator made the recording also its ``version`` and the app's name."""

    spec: AppSpec
    memory: Line
    params: Line

    @property
    def exact(self) -> Memory | None:
        """The memory of the process, where it was recorded as it was."""
        found = self.memory.get(EXACT)
        return None if found is None else revive(Memory, found, path=f"memory.{EXACT}")


def header_line(*, spec: AppSpec, memory: Memory, params: Line) -> str:
    """The first line, without its line end."""
    return _text({"v": FORM, "app": spec_body(spec), "memory": exactly(memory), "params": dict(params)})


def exactly(memory: Memory) -> dict[str, Any]:
    return {EXACT: plain(memory)}


def look_line(look: Look, *, before: Look | None) -> str:
    """The line of one look, without its line end; ``before`` is the look of the line before (None: the header's
    spec, generation, poll and memory hold)."""
    found: dict[str, Any] = {**sight(look.observation), "now": look.now, "decision": look.decision}
    found["acted"] = plain(look.acted)
    if before is not None:
        if look.spec != before.spec:
            found["app"] = spec_body(look.spec)
        if look.generation != before.generation:
            found["generation"] = look.generation
        if look.poll != before.poll:
            found["poll"] = look.poll
        if look.memory is not None:
            found["memory"] = exactly(look.memory)
    return _text(found)


def read_header(line: str) -> Header:
    """Invalid says what is wrong with the first line."""
    found = _map(line, number=1)
    if found.get("v") != FORM:
        raise Invalid(f"line 1: v is {found.get('v')!r}: this version reads recordings of form {FORM}", field="v")
    memory, params = found.get("memory"), found.get("params")
    for name, part in (("memory", memory), ("params", params)):
        if part is not None and not isinstance(part, Mapping):
            raise Invalid(f"line 1: {name} is {part!r}: write a map, or null", field=name)
    return Header(spec=read_spec(found.get("app"), number=1), memory=memory or {}, params=params or {})


def read_look(line: str, *, number: int, header: Header, before: Look | None) -> Look:
    """The look of line ``number`` (the header is 1). Invalid says what is wrong with it."""
    found, params = _map(line, number=number), header.params
    try:
        observation = read_sight(found)
        memory = (found.get("memory") or {}).get(EXACT)
        decision = found.get("decision")
        return Look(
            spec=read_spec(found["app"], number=number) if "app" in found else (before or header).spec,
            generation=int(
                found.get("generation", before.generation if before else header.params.get("generation", 1))
            ),
            observation=observation,
            memory=None if memory is None else revive(Memory, memory, path=f"memory.{EXACT}"),
            now=float(found.get("now", observation.at)),
            poll=float(found.get("poll", before.poll if before else params.get("poll", DEFAULT_POLL))),
            decision=decision if isinstance(decision, Mapping) else None,
            acted=None if found.get("acted") is None else revive(Acted, found["acted"], path="acted"),
            told="acted" in found,
        )
    except Invalid as error:
        raise Invalid(f"line {number}: {error}", field=error.field) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise Invalid(f"line {number} is not that of an observation: {error}") from None


def verdict_line(decision: Decision) -> dict[str, Any]:
    """A decision as `replay` tells it."""
    return {
        "at": decision.at,
        "action": decision.action.value,
        "replicas": decision.replicas,
        "wanted": decision.wanted,
        "cap": decision.cap,
        "limitedBy": str(decision.limited_by),
        "reason": decision.reason,
        "message": decision.message,
    }


def spec_body(spec: AppSpec) -> dict[str, Any]:
    """``spec`` as in YAML; a capacity that its text would round is told as a number."""
    body: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    capacity = spec.scaling.capacity_per_replica
    if capacity is not None and not _is_told(capacity):
        body["scaling"]["capacityPerReplica"] = capacity
    return body


def read_spec(found: object, *, number: int) -> AppSpec:
    """The spec below ``app``, or that of a whole resource there. Invalid names field, value and remedy."""
    body = found.get("spec", found) if isinstance(found, Mapping) else found
    if not isinstance(body, Mapping):
        raise Invalid(f"line {number}: app is {found!r}: write the spec of a KafkaConsumerApp", field="app")
    try:
        spec = AppSpec.model_validate(dict(body))
    except ValidationError as error:
        raise invalid(of_shape(error)) from None
    problems = list(of_rules(spec, path="spec"))
    if problems:
        raise invalid(problems)
    return spec


def _map(line: str, *, number: int) -> Line:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise Invalid(f"line {number} is not JSON: {error}") from None
    if not isinstance(found, Mapping):
        raise Invalid(f"line {number} is {line.strip()[:40]!r}: write a JSON map on each line")
    return found


def _text(found: Line) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _is_told(capacity: float) -> bool:
    """Whether the text of a quantity says all of it."""
    try:
        return quantity.parse(quantity.show(capacity)) == capacity
    except ValueError:
        return False
