"""The mode of a dependency's breaker, set by hand (`trip`, `reset`): what was before, and what happens next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
import yaml
from pydantic import ValidationError

from sluicegate.cli.failure import sentence
from sluicegate.cli.options import Output, place
from sluicegate.errors import Gone
from sluicegate.model.dependency import BreakerMode, BreakerRule, WhenOpen
from sluicegate.model.duration import show
from sluicegate.model.resource import Key

MANAGER = "kubectl-kca"
"""Field manager of what people do with these commands."""
KINDS = {"dsd": "DownstreamDependency", "cdsd": "ClusterDownstreamDependency"}
MOST_NAMED = 10
Body = Mapping[str, Any]
STAND_BACK = {
    WhenOpen.HOLD: "consumers keep what runs and none scales up",
    WhenOpen.FLOOR: "consumers go to their minimum",
    WhenOpen.ZERO: "consumers stop (the offsets of an empty group expire in time)",
}

OR_ELSE = "to limit nothing in spite of its checks, set spec.breaker.mode to Disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """``body`` is the dependency as it was before ``after`` was made its mode."""

    body: Body
    after: BreakerMode

    @property
    def before(self) -> BreakerMode:
        return _rule(self.body).mode

    def value(self) -> dict[str, Any]:
        """As JSON values: ``breaker`` as the operator last told of it, null before it has looked."""
        breaker = (self.body.get("status") or {}).get("breaker") or {}
        meta = self.body["metadata"]
        return {
            "kind": self.body["kind"],
            **({"namespace": meta["namespace"]} if meta.get("namespace") else {}),
            "name": meta["name"],
            "mode": {"before": self.before.value, "after": self.after.value},
            "breaker": {name: breaker.get(name) for name in ("state", "since", "reason")} if breaker else None,
            "next": self.next,
        }

    def sentences(self) -> tuple[str, str]:
        """What was done, and what happens next."""
        found = self.value()
        breaker = found["breaker"]
        was = "the operator has not looked at it yet"
        if breaker:
            was = f"it was {breaker['state']} since {breaker['since']} ({breaker['reason']})"
        changed = f"breaker mode {self.before.value} → {self.after.value}"
        if self.before is self.after:
            changed = f"breaker mode is {self.after.value} already"
        return f"{found['kind']} {found['name']}: {changed}; {was}", f"next: {self.next}"

    @property
    def next(self) -> str:
        """What the operator makes of it."""
        rule, meta = _rule(self.body), self.body["metadata"]
        if self.after is BreakerMode.FORCED_OPEN:
            place = f" -n {meta['namespace']}" if meta.get("namespace") else " --kind cdsd"
            return f"{STAND_BACK[rule.when_open]}, until `kubectl kca reset {meta['name']}{place}`"
        checks = bool((self.body.get("spec") or {}).get("health"))
        state = ((self.body.get("status") or {}).get("breaker") or {}).get("state", "")
        if self.before is BreakerMode.FORCED_OPEN or state == "Open":
            way = _way_back(rule, checks=checks, begins=self.before is BreakerMode.FORCED_OPEN)
            return way if self.before is not self.after else f"{way}; {OR_ELSE}"
        if state == "HalfOpen":
            return f"the canary goes on; {_steps(rule)}"
        return "its health checks open it" if checks else "it has no health checks: only `kubectl kca trip` opens it"


def turn_by_hand(dependency: str, *, kind: str, namespace: str, output: str, mode: BreakerMode) -> None:
    """Set ``mode`` and print what was before and what happens next; ``kind``, ``namespace`` and ``output`` as the
    options have them."""
    with sentence():
        where = "" if kind == "cdsd" else place(namespace)
        turned = set_mode(KINDS[kind], Key(where, dependency), mode)
    if output == Output.TABLE.value:
        click.echo("\n".join(turned.sentences()))
    elif output == Output.JSON.value:
        click.echo(json.dumps(turned.value(), indent=2, ensure_ascii=False))
    else:
        click.echo(yaml.safe_dump(turned.value(), sort_keys=False, allow_unicode=True).rstrip())


def set_mode(kind: str, key: Key, mode: BreakerMode) -> Turned:
    """Make ``mode`` the mode of one dependency's breaker, with the user's own credentials.

    ``kind`` of `KINDS`; ``key`` without a namespace for one of the cluster. Errors are those of errors.py: Gone, with
    the names of those there are, when there is no such dependency; Denied without the right to patch it.
    """
    return asyncio.run(_set(kind, key, mode))


async def _set(kind: str, key: Key, mode: BreakerMode) -> Turned:
    from sluicegate.kube.client import Cluster

    async with await Cluster.connect() as cluster:
        try:
            turned = Turned(body=await cluster.get_body(kind, key), after=mode)
        except Gone as error:
            there = await cluster.list_in(kind, namespace=key.namespace)
            raise Gone(_missing(kind, key, [body["metadata"]["name"] for body in there])) from error
        if turned.before is not mode:
            await cluster.patch(kind, key, {"spec": {"breaker": {"mode": mode.value}}}, manager=MANAGER)
        return turned


def _missing(kind: str, key: Key, names: list[str]) -> str:
    where = f" in namespace {key.namespace!r}" if key.namespace else ""
    said = f"there is no {kind} {key.name!r}{where}"
    if not names:
        return f"{said}, nor any other; name a namespace with -n, or the kind with --kind"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{said}; there is {', '.join(sorted(names)[:MOST_NAMED])}{more}"


def _way_back(rule: BreakerRule, *, checks: bool, begins: bool) -> str:
    wait = f"it stays open for {show(rule.open_for)} from now" if begins else "it stays open for its openFor"
    if rule.when_open is not WhenOpen.HOLD:
        good = "its health checks are good" if checks else f"{show(rule.open_for)} more are over"
        return f"{wait}, then one canary tries until {good}; {_steps(rule)}"
    good = ", then until its health checks are good" if checks else ""
    return f"{wait}{good}; {_steps(rule)}"


def _steps(rule: BreakerRule) -> str:
    every = show(rule.recovery.every)
    return f"after that {rule.recovery.step_percent} % more is allowed every {every}"


def _rule(body: Body) -> BreakerRule:
    """With defaults where it cannot be read: a person who has to trip a breaker is not held up by words."""
    found = (body.get("spec") or {}).get("breaker") or {}
    try:
        return BreakerRule.model_validate(found)
    except ValidationError:
        modes = {mode.value: mode for mode in BreakerMode}
        return BreakerRule(mode=modes.get(str(found.get("mode")), BreakerMode.AUTO))
