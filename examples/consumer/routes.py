"""Where a message goes that could not be handled: retry topics, each with its delay, and at last the dead letters."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, kw_only=True)
class Retry:
    """A message waits in ``topic`` for ``delay`` seconds."""

    topic: str
    delay: float


@dataclass(frozen=True, kw_only=True)
class Routes:
    """``retries`` in the order of the attempts; ``dead_letters`` empty: there is no such topic, and a message that
    cannot be handled ends the process rather than be lost."""

    retries: tuple[Retry, ...] = ()
    dead_letters: str = ""

    @property
    def topics(self) -> tuple[str, ...]:
        """The retry topics, each once, to be read beside the sources."""
        return tuple(dict.fromkeys(one.topic for one in self.retries))

    def after(self, attempt: int) -> Retry | None:
        """Where to go after the ``attempt``-th failure; None: to the dead letters."""
        return self.retries[attempt - 1] if attempt <= len(self.retries) else None

    def delay_of(self, topic: str) -> float:
        """Seconds that messages wait in this topic; 0 for a source."""
        return max((one.delay for one in self.retries if one.topic == topic), default=0.0)


def parse(retries: str, dead_letters: str) -> Routes:
    """From texts as the ConfigMap of spec.clientConfig has them: ``name=10s,name=1m`` and a topic's name.

    ValueError says what to write instead.
    """
    found = []
    for entry in (part.strip() for part in retries.split(",") if part.strip()):
        topic, found_sign, delay = entry.rpartition("=")
        if not found_sign or not topic:
            raise ValueError(f"RETRY_TOPICS: {entry!r} is no topic with a delay: write name=10s,name=1m")
        found.append(Retry(topic=topic, delay=_seconds(delay, entry=entry)))
    if found and not dead_letters:
        raise ValueError("DEAD_LETTER_TOPIC: name the topic for messages that no retry helps")
    return Routes(retries=tuple(found), dead_letters=dead_letters)


def _seconds(text: str, *, entry: str) -> float:
    parts = re.findall(r"(\d+)(ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"RETRY_TOPICS: {entry!r} has no delay: write a number with its unit, as name=10s")
    return float(sum(int(number) * _UNITS[unit] for number, unit in parts))
