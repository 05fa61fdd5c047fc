"""Scale writes as the API server's audit log holds them: who set how many replicas, when, and whether it was let.

The one witness of what was ever written: a watch can miss a number that stood for a moment, the log cannot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleWrite:
    """``at`` unix seconds of the request; ``before`` replicas until then, None where it is not known."""

    at: float
    user: str
    namespace: str
    name: str
    replicas: int
    before: int | None = None


def scale_writes(lines: Iterable[str], *, user: str, namespace: str, name: str, since: float) -> tuple[ScaleWrite, ...]:
    """Successful writes of ``user`` to the scale of ``namespace/name`` from ``since`` (unix seconds) on, oldest first.

    Lines that are no JSON (the last one may be half written) are left out.
    """
    found: list[ScaleWrite] = []
    for line in lines:
        if '"scale"' not in line:
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue
        write = _write(event, user=user)
        if write is not None and (write.namespace, write.name) == (namespace, name) and write.at >= since:
            found.append(write)
    return tuple(sorted(found, key=lambda write: write.at))


def chained(writes: Iterable[ScaleWrite], *, first: int | None) -> tuple[ScaleWrite, ...]:
    """The same with ``before`` filled in: each write's is the one before it, the first's is ``first``.

    Writes that left the number as it was are left out.
    """
    out: list[ScaleWrite] = []
    before = first
    for write in writes:
        if write.replicas != before:
            out.append(
                ScaleWrite(
                    at=write.at,
                    user=write.user,
                    namespace=write.namespace,
                    name=write.name,
                    replicas=write.replicas,
                    before=before,
                )
            )
        before = write.replicas
    return tuple(out)


def _write(event: dict[str, Any], *, user: str) -> ScaleWrite | None:
    about = event.get("objectRef") or {}
    if event.get("stage") != "ResponseComplete" or event.get("verb") not in ("update", "patch"):
        return None
    if about.get("subresource") != "scale" or (event.get("user") or {}).get("username") != user:
        return None
    if (event.get("responseStatus") or {}).get("code") not in (200, 201):
        return None
    wanted = (event.get("requestObject") or {}).get("spec", {}).get("replicas")
    answered = (event.get("responseObject") or {}).get("spec", {}).get("replicas")
    replicas = answered if answered is not None else wanted
    if replicas is None and "requestObject" in event:
        replicas = 0  # zero is omitted from the JSON of a Scale
    if replicas is None:
        return None
    return ScaleWrite(
        at=datetime.fromisoformat(event["requestReceivedTimestamp"].replace("Z", "+00:00")).timestamp(),
        user=user,
        namespace=about.get("namespace", ""),
        name=about.get("name", ""),
        replicas=int(replicas),
    )
