"""What sharing costs: entitlements of a fleet, its grants, and one beat of all of it, in processor time.

    python -m tests.bench.bench_arbitrate [--apps 1000] [--dependencies 50]

Each app uses one or two dependencies and wants more than it gets. Prints, and writes to build/bench/arbitrate.json.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from sluicegate.decide.downstream.arbitrate import Claim, Need, arbitrate
from sluicegate.decide.downstream.grants import GrantMemory, Running, grant
from sluicegate.model.downstream import Surge

OUT = Path("build/bench/arbitrate.json")


def fleet(*, apps: int, dependencies: int) -> tuple[list[Claim], dict[str, int]]:
    """Claims, and room for about ten replicas each."""
    chance = random.Random(7)
    pools = [f"shop/db-{number}" for number in range(dependencies)]
    claims = [
        Claim(
            app=f"shop/app-{number}",
            wanted=chance.randint(5, 20),
            needs=tuple(
                Need(pool=pool, cost=chance.choice((1000, 5000, 10_000)), weight=chance.choice((1000, 2000)))
                for pool in chance.sample(pools, chance.choice((1, 1, 2)))
            ),
            surge=Surge(percent=25),
        )
        for number in range(apps)
    ]
    return claims, dict.fromkeys(pools, 60_000 * apps // dependencies)


def cost(run: Callable[[], object], *, times: int = 15) -> float:
    """Median milliseconds of processor time."""
    found = []
    for _ in range(times):
        began = time.process_time()
        run()
        found.append(1000 * (time.process_time() - began))
    return round(statistics.median(found), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=1000)
    parser.add_argument("--dependencies", type=int, default=50)
    given = parser.parse_args()
    claims, room = fleet(apps=given.apps, dependencies=given.dependencies)
    entitled = arbitrate(claims, room=room)
    running = {app: Running(desired=got, live=got, ready=got) for app, got in entitled.items()}
    granted, memory = grant(claims=claims, running=running, room=dict(room), memory=GrantMemory(), now=1000.0)
    found = {
        "apps": given.apps,
        "dependencies": given.dependencies,
        "replicas": sum(one.replicas for one in granted.values()),
        "arbitrate_ms": cost(lambda: arbitrate(claims, room=room)),
        "grant_ms": cost(lambda: grant(claims=claims, running=running, room=dict(room), memory=memory, now=1001.0)),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(found, indent=2))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
