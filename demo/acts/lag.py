"""The lag act: the app states what one replica handles, and the operator has only to see the burst.

What must come true: the operator scales the consumer up to one replica per partition within a poll and a few seconds,
never past it, every message is handled, and the replicas are as before when it is over.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from demo.acts import burst
from demo.acts.burst import TRAFFIC, WORK_MS, Script
from demo.findings import tell
from demo.place import Place
from demo.story import broken_promises, summarise

SCRIPT = Script(
    act="lag",
    replicas=2,
    declared=1000 // WORK_MS,
    opening=f"Steady: {TRAFFIC.steady} messages a second; one replica handles {1000 // WORK_MS}",
    settled=lambda _: True,
    settle_limit_s=150.0,
)


def play(place: Place, *, folder: Path, console: Console) -> tuple[str, ...]:
    """Plays the act and writes ``folder``; the sentences that did not come true."""
    found = burst.play(SCRIPT, place, folder=folder, console=console)
    summary = summarise(found.facts)
    tell(found, summary=summary, folder=folder, console=console)
    return broken_promises(summary, steady_replicas=found.facts.steady_replicas, poll_s=TRAFFIC.poll_s)
