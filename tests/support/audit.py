"""Every number of replicas that was ever written to one workload, by whomever.

The API server's audit log is the witness: nothing escapes it. Where the cluster keeps none (SLUICEGATE_AUDIT_LOG is
not set), a watch of the workload's spec serves, which could miss a number that stood for a moment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.app import App
from tests.support.recorder import Recorder


class ScaleWrites:
    """The writes to the scale of ``app``'s workload while the ``with`` block runs."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._watch = Recorder(app.kind.lower(), app.name, namespace=app.namespace)
        self._before = 0

    def __enter__(self) -> Self:
        self._before = len(self._audited())
        self._watch.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._watch.__exit__(kind, error, at)

    @property
    def replicas(self) -> list[int]:
        """The numbers written, in their order."""
        if "SLUICEGATE_AUDIT_LOG" in os.environ:
            return self._audited()[self._before :]
        return self._watch.numbers[1:]

    def _audited(self) -> list[int]:
        return [
            int(call["requestObject"]["spec"].get("replicas", 0))  # the API server leaves a zero out
            for call in _calls(mentioning=f'"{self._app.namespace}"')
            if call["objectRef"].get("subresource") == "scale"
            and call["objectRef"].get("name") == self._app.name
            and call["objectRef"].get("resource") == f"{self._app.kind.lower()}s"
            and call["verb"] in ("update", "patch")
            and call["responseStatus"]["code"] == 200
        ]


def _calls(*, mentioning: str) -> Iterator[dict[str, Any]]:
    """Lines of the audit log with these letters in them, its rotated files first."""
    if "SLUICEGATE_AUDIT_LOG" not in os.environ:
        return
    current = Path(os.environ["SLUICEGATE_AUDIT_LOG"])
    for path in sorted(current.parent.glob(f"{current.stem}*"), key=lambda path: path.stat().st_mtime):
        with path.open() as lines:
            for line in lines:
                if mentioning in line:
                    yield json.loads(line)
