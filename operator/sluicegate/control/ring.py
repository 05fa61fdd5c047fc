"""The last decisions of one app, with every step, in a few kilobytes: those of a fleet must not be felt.

Decisions of one app are much alike: packed ten at a time they take a twentieth of the room, for a few microseconds
each. Whoever asks for them pays for the unpacking.
"""

from __future__ import annotations

import json
import zlib
from collections import deque
from typing import Any

from sluicegate.control.account import account
from sluicegate.model.decision import Decision

HELD = 50
"""Decisions that can be had at any time."""
PACKED = 10
QUICK = 1


class Ring:
    """At least the last `HELD` decisions, each as it came out."""

    __slots__ = ("_loose", "_packs")

    def __init__(self) -> None:
        self._loose: tuple[str, ...] = ()
        self._packs: deque[bytes] = deque(maxlen=HELD // PACKED)

    def add(self, decision: Decision, *, identity: str, written: bool) -> None:
        """``identity`` is the decision's name in status and log; ``written``: its number was written."""
        # As text at once: the values themselves, with all that hangs on them, are ten times as large.
        told = json.dumps(account(decision, identity=identity, written=written), separators=(",", ":"))
        self._loose = (*self._loose, told)
        if len(self._loose) == PACKED:
            self._packs.append(zlib.compress("\n".join(self._loose).encode(), QUICK))
            self._loose = ()

    def accounts(self) -> list[dict[str, Any]]:
        """Oldest first."""
        packed = [line for pack in self._packs for line in zlib.decompress(pack).decode().split("\n")]
        return [json.loads(line) for line in [*packed, *self._loose][-HELD:]]
