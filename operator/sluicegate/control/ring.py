"""The last decisions of one app, with every step, in a few kilobytes: those of a fleet must not be felt.

Decisions of one app are much alike. They are packed ten at a time, which takes a twentieth of the room and a few
microseconds each; whoever asks for them pays for the unpacking.
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
        self._loose: list[tuple[Decision, str, bool]] = []
        self._packs: deque[bytes] = deque(maxlen=HELD // PACKED)

    def add(self, decision: Decision, *, identity: str, written: bool) -> None:
        """``identity`` is the decision's name in status and log; ``written``: its number was written."""
        self._loose.append((decision, identity, written))
        if len(self._loose) == PACKED:
            self._packs.append(zlib.compress(json.dumps(_told(self._loose)).encode(), QUICK))
            self._loose = []

    def accounts(self) -> list[dict[str, Any]]:
        """Oldest first."""
        found = [one for pack in self._packs for one in json.loads(zlib.decompress(pack))]
        return [*found, *_told(self._loose)][-HELD:]


def _told(entries: list[tuple[Decision, str, bool]]) -> list[dict[str, Any]]:
    return [account(decision, identity=identity, written=written) for decision, identity, written in entries]
