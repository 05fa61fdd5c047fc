"""Simulator and real bed live the same burst, and tell the same of it: a simulator nobody checked is an opinion.

Given to the simulator: what the bed's world is like, not what the law made of it. Partitions and poll interval as set,
the example consumer's true capacity (it keeps a pace), the arrivals of every second as the topic holds them, and how
pods started in this very run (from the order to the group, and how long a partition stands still that moves), as the
pods logged it. And when the operator looks, by its own word: simulated seconds begin so that the looks fall on their
ends. The burst begins a second before a look, so that it is plain to see at it; and at a second of the minute at which
no step down falls due when a minute of the clock ends, for the law remembers high rates by minutes of the clock.

Five simulated runs, each with another seed, span what chance does. Then must agree:

| what | tolerance | why |
| --- | --- | --- |
| steps up, peak | none | what the promise is about; the burst is clear enough for no other answer |
| the way down | 1 replica, 20 s | rates are estimated from offsets that are committed at other moments, and a rate of
  minutes passes a threshold slowly |
| first step up | 1.5 s | the same look, and a moment to write and to be seen |
| longest delay | 3 s | whole seconds there; here the last pod may be slow, as the machine is shared |
| late messages | 12 points | a second until the pods work is up to eight points in a burst of 10 s |
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sluicegate.model.parse import read_app
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.laws.sluicegate import Sluicegate
from sluicegate.simulate.outcome import Outcome
from sluicegate.simulate.run import simulate
from sluicegate.simulate.workload import WorkloadSpec
from tests.e2e.conftest import MakeApp
from tests.support.app import POLL, App
from tests.support.cluster import Cluster
from tests.support.install import Release
from tests.support.load import Load
from tests.support.reading import account, ask
from tests.support.recorder import Recorder
from tests.support.twin import Joining, Later, handling, joining
from tests.support.wait import eventually

PARTITIONS, WORK_MS, OBJECTIVE, LEAST = 6, 20, 10, 2
STEADY, BURST, BURST_S = 20, 500, 10
SCALING = {
    "lagObjective": f"{OBJECTIVE}s",
    "capacityPerReplica": 1000 // WORK_MS,
    "minReplicas": LEAST,
    "maxReplicas": 10,
}
APP_AT, BURST_AT = 25.0, 15.0
"""Seconds of the minute: some 45 s are steady, and no step down falls due when a minute of the clock ends."""
PLAIN = 1.0
"""Seconds of the burst that its first look finds."""
ASKING = 3 * POLL
"""Seconds for asking when the operator looked."""
STEADY_LOOKS = 20
"""Looks before that one in the simulated runs, the first at the end of their (POLL + 1)-th second."""
SEEDS = 5
WHOLE_SECONDS = 1.5
"""A simulated pod that starts for n seconds works n - 1 after the end of the second of its order, and n is cut to a
whole one."""
FIRST_UP, DOWN, LATE, LONGEST = 1.5, 20, 12.0, 3.0
Step = tuple[float, int, int]
"""Seconds after the burst began, replicas before, replicas after."""


def test_the_same_burst_goes_the_same_way_in_the_simulator_and_on_the_bed(
    make_app: MakeApp, release: Release, cluster: Cluster
) -> None:
    app = make_app(partitions=PARTITIONS, work_ms=WORK_MS)
    results = f"{app.topic}.results"
    app.broker.create(results, partitions=1)
    app = make_app(partitions=PARTITIONS, work_ms=WORK_MS, consumer_env={"RESULTS_TOPIC": results})
    time.sleep((APP_AT - time.time()) % 60)
    app.start(scaling=SCALING, replicas=LEAST)
    with (
        Load(app.broker, app.topic, rate=STEADY) as load,
        Recorder("deploy", app.name, namespace=app.namespace) as seen,
    ):
        app.shows("LagKnown", "True")
        token = account(cluster, app.namespace, "reader", role=f"{release.name}-observe")
        time.sleep((BURST_AT - ASKING - time.time()) % 60)
        looked = last_look(release, app, token=token)
        began = looked - STEADY_LOOKS * POLL - 1
        burst_at = looked + ASKING - PLAIN
        time.sleep(burst_at - time.time())
        load.rate = BURST
        time.sleep(BURST_S)
        load.rate = STEADY
        app.reaches(PARTITIONS, within=10)
        eventually(lambda: app.broker.members(app.group) == PARTITIONS, within=30, what="every pod is a member")
        eventually(lambda: app.broker.stable(app.group), within=30, what="the group has dealt its partitions")
        bed = steps(seen, since=burst_at)
        joined = joining(app, ordered=burst_at + bed[0][0])
        app.reaches(LEAST, within=110)
        time.sleep(DOWN)
    ended = time.time()
    bed = steps(seen, since=burst_at)
    eventually(lambda: app.broker.lag(app.group, app.topic) == 0, within=30, what="the group has committed everything")
    handled = handling(app.broker, topic=app.topic, results=results)
    arrivals = handled.arrivals(began=began, ended=ended)
    worlds = [lived(app, arrivals=arrivals, began=began, joined=joined, seed=seed) for seed in range(SEEDS)]
    paths = [[(began + c.second + 1 - burst_at, c.before, c.after) for c in world.changes] for world in worlds]
    late, longest = handled.late_percent(objective=OBJECTIVE), float(handled.delays.max())
    said = f"bed {bed}, {late:.1f} % late, longest {longest:.1f} s; {joined}; simulated: " + "; ".join(
        f"{p}, {w.late_percent:.1f} %, {w.delay_max_s:.0f} s" for p, w in zip(paths, worlds, strict=True)
    )
    print(said)
    same_path(bed, paths=paths, seconds=int(ended - burst_at), said=said)
    assert within(late, [world.late_percent for world in worlds], by=LATE), said
    assert within(longest, [world.delay_max_s for world in worlds], by=LONGEST), said


def last_look(release: Release, app: App, *, token: str) -> float:
    """When the operator looked at it last, unix seconds."""
    status, said = ask(release, f"/v1/namespaces/{app.namespace}/apps/{app.name}", token=token)
    assert status == 200, said
    return float(json.loads(said)["at"])


def steps(seen: Recorder, *, since: float) -> list[Step]:
    """The replicas written from ``since`` (unix seconds) on, when the watch showed them."""
    offset = time.time() - time.monotonic()
    return [
        (round(at + offset - since, 1), before, after)
        for (_, before), (at, after) in pairwise(seen.timed)
        if at + offset >= since
    ]


def lived(app: App, *, arrivals: npt.NDArray[np.float64], began: float, joined: Joining, seed: int) -> Outcome:
    """The same world, simulated, at the same second of the minute."""
    workload = WorkloadSpec.model_validate(
        {
            "partitions": PARTITIONS,
            "capacityPerReplica": 1000 / WORK_MS,
            "capacityNoise": 0.0,
            "startSeconds": joined.start + WHOLE_SECONDS,
            "startNoise": joined.noise,
            "rebalance": {"pauseSeconds": joined.pause},
            "commitSeconds": 1,
            "pollSeconds": round(POLL),
            "initialReplicas": LEAST,
            "seed": seed,
        }
    )
    own = Sluicegate(app=read_app(app.app_body(scaling=SCALING))[1], period=POLL)
    law = Later(own, by=began % 60)
    return simulate(workload=workload, arrivals=Arrivals(rates=arrivals), law=law, objective=OBJECTIVE)


def same_path(bed: Sequence[Step], *, paths: Sequence[Sequence[Step]], seconds: int, said: str) -> None:
    """``bed`` goes up as all of ``paths`` do and down as one of them does, in ``seconds`` after the burst began."""
    assert bed, said
    assert all(up(path) == up(bed) for path in paths), said
    assert within(bed[0][0], [path[0][0] for path in paths], by=FIRST_UP), said
    assert any(goes_down_like(bed, path, seconds=seconds) for path in paths), said


def up(path: Sequence[Step]) -> list[tuple[int, int]]:
    return [(before, after) for _, before, after in path if after > before]


def goes_down_like(bed: Sequence[Step], path: Sequence[Step], *, seconds: int) -> bool:
    """Whether the one has, at every moment after its peak, a number that the other has within `DOWN`, give or take one:
    a step of two and two steps of one half a minute apart are the same to who pays for them."""
    here, there = numbers(bed, seconds=seconds), numbers(path, seconds=seconds)
    peak = max(int(bed[0][0]), int(path[0][0])) + 1
    return all(
        any(abs(number - other) <= 1 for other in there[max(peak, second - DOWN) : second + DOWN + 1])
        for second, number in enumerate(here)
        if second >= peak
    )


def numbers(path: Sequence[Step], *, seconds: int) -> list[int]:
    """Replicas written, at each second after the burst began."""
    return [next((after for at, _, after in reversed(path) if at <= second), LEAST) for second in range(seconds)]


def within(value: float, simulated: Sequence[float], *, by: float) -> bool:
    """Whether it lies among those of the simulator, or at most ``by`` outside."""
    return min(simulated) - by <= value <= max(simulated) + by
