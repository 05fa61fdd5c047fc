"""One record as read from a dead-letter topic, free of any client's classes."""

from __future__ import annotations

from typing import NamedTuple

Headers = list[tuple[str, bytes | None]]


class Letter(NamedTuple):
    """``timestamp`` milliseconds since 1970, as the broker has it (for topics made here: when it came)."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int

    @property
    def place(self) -> str:
        """Where it is, for sentences."""
        return f"partition {self.partition}, offset {self.offset}"
