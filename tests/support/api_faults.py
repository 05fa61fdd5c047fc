"""What a request to the API server in memory may meet, by name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from sluicegate.errors import Conflict, Denied, Transient
from sluicegate.model.resource import Key


class Died(asyncio.CancelledError):
    """The operator's process ends here: nothing of it handles this, just as nothing handles being cancelled."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to one request. ``after``: the server has done it by then. ``hang`` seconds before.

    ``name`` of the only object it happens to; ``namespace`` likewise.
    """

    error: BaseException | None = None
    after: bool = False
    hang: float = 0.0
    name: str = ""
    namespace: str = ""

    def hits(self, key: Key) -> bool:
        return self.name in ("", key.name) and self.namespace in ("", key.namespace)


FAULTS: Mapping[str, Fault] = {
    "crash before": Fault(error=Died()),
    "crash after": Fault(error=Died(), after=True),
    "reply lost": Fault(error=Transient("no answer"), after=True),
    "time-out": Fault(error=Transient("no answer")),
    "409": Fault(error=Conflict("changed meanwhile")),
    "429": Fault(error=Transient("answers 429")),
    "500": Fault(error=Transient("answers 500")),
    "503": Fault(error=Transient("answers 503")),
    "403": Fault(error=Denied("is not allowed")),
}
