"""How fast a redrive goes, and how close to the rate it was told: 200,000 dead letters on a real broker.

    SLUICEGATE_BOOTSTRAP=host:port python -m tests.bench.bench_redrive [--records 200000] [--rates 50 500 5000]

Prints a table and writes build/bench/redrive.json; ends with 1 when a rate is missed by more than a tenth, or when a
run without a limit writes fewer than 20,000 records a second. Makes its own topics and groups and removes them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sluicegate.model.redrive import Phase
from sluicegate.redrive.progress import Progress
from sluicegate.redrive.run import RedriveProcess
from tests.support.broker import Broker
from tests.support.dead_letters import Letters, used

OUT = Path("build/bench/redrive.json")
PARTITIONS = 12
SECONDS = 10.0
"""For which each limited rate is measured."""
LEAST, WITHIN = 20_000.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run. ``asked`` and ``reached`` records a second (asked 0: no limit), from the first report on; ``cpu``
    seconds and ``memory`` MB (peak) of the process; ``load`` the machine's at the end, over a minute."""

    asked: float
    reached: float
    records: int
    seconds: float
    cpu: float
    memory: float
    load: float

    @property
    def good(self) -> bool:
        return self.reached >= LEAST if not self.asked else abs(self.reached / self.asked - 1) <= WITHIN


async def measure(letters: Letters, *, rate: float, records: int) -> Row:
    order = letters.order(rate={"recordsPerSecond": rate}, select={"maxRecords": records})
    process = await RedriveProcess.start(order)
    began: tuple[float, int] | None = None
    told = Progress(phase=Phase.PENDING)
    cpu = memory = 0.0
    async for told in process.progress():
        if began is None:
            began = (time.monotonic(), told.redriven)
        cpu, memory = used(process.pid) or (cpu, memory)
    ended = time.monotonic()
    await process.close()
    assert told.phase is Phase.SUCCEEDED, told.message
    assert told.redriven == records, told
    assert began is not None
    return Row(
        asked=rate,
        reached=(told.redriven - began[1]) / (ended - began[0]),
        records=records,
        seconds=ended - began[0],
        cpu=cpu,
        memory=memory,
        load=os.getloadavg()[0],
    )


async def run(bootstrap: str, *, records: int, rates: list[float]) -> list[Row]:
    letters = Letters(Broker(bootstrap))
    try:
        letters.topics(partitions=PARTITIONS)
        # Besides the key and the headers of the contract: 200 bytes.
        letters.die(records, keys=960, partitions=PARTITIONS, padding=200)
        rows = [await measure(letters, rate=rate, records=min(records, round(rate * SECONDS))) for rate in rates]
        # What was settled is behind the runs above: the last one takes what is left.
        left = letters.broker.lag(letters.settled, letters.dead)
        return [*rows, await measure(letters, rate=0.0, records=left)]
    finally:
        letters.clean()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rates", type=float, nargs="*", default=[50.0, 500.0, 5000.0])
    given = parser.parse_args()
    bootstrap = os.environ.get("SLUICEGATE_BOOTSTRAP")
    if not bootstrap:
        parser.error("set SLUICEGATE_BOOTSTRAP to host:port of a Kafka broker")
    rows = asyncio.run(run(bootstrap, records=given.records, rates=given.rates))
    print(f"{'asked':>8} {'reached':>10} {'records':>9} {'seconds':>8} {'cpu s':>7} {'MB':>6} {'load':>5}")
    for row in rows:
        asked = f"{row.asked:.0f}" if row.asked else "any"
        print(
            f"{asked:>8} {row.reached:>10.1f} {row.records:>9} {row.seconds:>8.1f} {row.cpu:>7.2f} {row.memory:>6.0f} "
            f"{row.load:>5.2f}{'' if row.good else '  MISSED'}"
        )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    OUT.write_text(json.dumps({"machine": machine, "rows": [asdict(row) for row in rows]}, indent=2) + "\n")
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
