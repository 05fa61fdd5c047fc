"""A small world in virtual time that lives through the lag act: queues, a burst, and scale writes on a script."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from demo.accounts import Accounts
from demo.audit import ScaleWrite, chained
from demo.story import Facts
from demo.timeline import Sample

PARTITIONS = 12
CAPACITY = 5
OPERATOR = "system:serviceaccount:sluicegate-system:sluicegate"
START = 1_700_000_000.0
BURST_AT = 40
GOOD: Mapping[int, int] = {4: 2, 47: 12, 230: 2}
"""Scale writes of a run in which everything comes true: second since the start -> replicas."""


@dataclass(frozen=True, kw_only=True)
class Told:
    facts: Facts
    accounts: Accounts


def live(
    *,
    writes: Mapping[int, int] = GOOD,
    seconds: int = 260,
    burst: tuple[int, int] = (BURST_AT, BURST_AT + 90),
    steady: int = 8,
    peak: int = 80,
    restarts: int = 0,
    lose: int = 0,
) -> Told:
    """``lose`` messages are sent and never handled."""
    accounts = Accounts()
    queues = [deque[tuple[int, float]]() for _ in range(PARTITIONS)]
    offsets = [0] * PARTITIONS
    replicas = ready = 1
    samples: list[Sample] = []
    sent = 0
    for second in range(seconds):
        for n in range(peak if burst[0] <= second < burst[1] else steady):
            partition = sent % PARTITIONS
            at = START + second + (n + 0.5) / (peak if burst[0] <= second < burst[1] else steady)
            accounts.sent((partition, offsets[partition]), at)
            if sent >= lose:
                queues[partition].append((offsets[partition], at))
            offsets[partition] += 1
            sent += 1
        replicas = writes.get(second, replicas)
        budget = ready * CAPACITY
        for turn in range(budget):
            partition = max(range(PARTITIONS), key=lambda p: len(queues[p]))
            if not queues[partition]:
                break
            offset, at = queues[partition].popleft()
            done = START + second + (turn + 1) / budget
            accounts.handled((partition, offset), max(done, at + 0.001))
        ready = ready + 4 if ready + 4 < replicas else replicas
        samples.append(
            Sample(
                at=START + second + 1,
                replicas=replicas,
                ready=ready,
                wanted=18 if burst[0] < second < burst[1] + 40 else 2,
                cap=PARTITIONS,
                limited_by="Partitions" if replicas == PARTITIONS else "None",
                lag=sum(map(len, queues)),
                members=ready,
            )
        )
    facts = Facts(
        partitions=PARTITIONS,
        objective_s=60.0,
        poll_s=5.0,
        steady_replicas=2,
        burst_at=START + burst[0],
        writes=chained(
            [
                ScaleWrite(at=START + second + 0.4, user=OPERATOR, namespace="shop", name="orders", replicas=number)
                for second, number in writes.items()
            ],
            first=1,
        ),
        samples=tuple(samples),
        totals=accounts.totals(objective=60.0),
        final_replicas=replicas,
        operator_restarts=restarts,
    )
    return Told(facts=facts, accounts=accounts)
