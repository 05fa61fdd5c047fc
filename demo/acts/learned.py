"""The learned act: the same burst, and nobody says what one replica handles. The operator finds it out.

The consumer begins with one replica, which is not enough for the steady traffic: that shows what one can do, and the
burst comes once the operator has learned it. What must come true: every message is handled, never more than one
replica per partition, what was learned is within 15 % of what a busy replica really handled, and the replicas are as
before when it is over.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from demo.acts import burst
from demo.acts.burst import TRAFFIC, Script
from demo.capacity import broken_learned, busy_rate, with_capacity
from demo.findings import tell
from demo.place import Place
from demo.story import summarise

SCRIPT = Script(
    act="learned",
    replicas=1,
    declared=None,
    opening=f"Steady: {TRAFFIC.steady} messages a second on one replica; what it can do, nobody has said",
    settled=lambda watch: watch.capacity_source == "Learned",
    settle_limit_s=270.0,
)


def play(place: Place, *, folder: Path, console: Console) -> tuple[str, ...]:
    """Plays the act and writes ``folder``; the sentences that did not come true."""
    found = burst.play(SCRIPT, place, folder=folder, console=console)
    true = busy_rate(found.rows, burst_from=found.run.burst_from, burst_until=found.run.burst_until)
    summary = with_capacity(summarise(found.facts), true=true, learned=found.learned, source=found.source)
    tell(found, summary=summary, folder=folder, console=console)
    return broken_learned(summary, steady_replicas=found.facts.steady_replicas)
