"""Signals of a dependency as tests ask for them: a spec in the words of a resource, Secrets in a dict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sluicegate.decide.downstream.breaker import Result
from sluicegate.errors import Gone
from sluicegate.model.dependency import DependencySpec
from sluicegate.model.known import Known, Unknown
from sluicegate.observe.dependencies.guard import Guard
from sluicegate.observe.dependencies.make import Signals, signals
from sluicegate.observe.dependencies.signal import Answer

HERE = Guard.of(allow=["127.0.0.0/8", "::1"])
"""Tests serve on loopback, which is denied by default."""


def made(spec: Mapping[str, Any], *, secrets: Mapping[str, Mapping[str, str]], guard: Guard = HERE) -> Signals:
    """``secrets`` by name and key; any other name does not exist."""

    async def read(name: str) -> Mapping[str, bytes]:
        if name not in secrets:
            raise Gone(f"Secret {name!r} does not exist")
        return {key: value.encode() for key, value in secrets[name].items()}

    whole = {"capacity": {"value": 100}, **spec}
    return signals(DependencySpec.model_validate_json(json.dumps(whole)), secret=read, guard=guard)


async def capacity(source: Mapping[str, Any], *, guard: Guard = HERE, **secrets: Mapping[str, str]) -> Answer:
    """One reading of a capacity; underscores in the names of Secrets stand for hyphens."""
    signal = made({"capacity": source}, secrets=_named(secrets), guard=guard).capacity
    assert signal is not None
    return await signal.read()


async def usage(source: Mapping[str, Any], *, guard: Guard = HERE, **secrets: Mapping[str, str]) -> Answer:
    signal = made({"usage": source}, secrets=_named(secrets), guard=guard).usage
    assert signal is not None
    return await signal.read()


async def look(check: Mapping[str, Any], *, guard: Guard = HERE, **secrets: Mapping[str, str]) -> Result:
    """One look of a health check."""
    (only,) = made({"health": [{"name": "alive", **check}]}, secrets=_named(secrets), guard=guard).checks
    return await only.look()


def value(answer: Answer) -> float:
    assert isinstance(answer.value, Known), answer
    return answer.value.value


def lost(answer: Answer) -> Unknown:
    assert isinstance(answer.value, Unknown), answer
    return answer.value


def _named(secrets: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    return {name.replace("_", "-"): values for name, values in secrets.items()}
