"""Several laws on several days: each pair is a run of its own, in as many processes as there are processors.

Short comparisons stay in this process, where starting others would cost more than it saves.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from multiprocessing.queues import SimpleQueue

from sluicegate.model.app import AppSpec
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.laws import Context, law
from sluicegate.simulate.outcome import Outcome
from sluicegate.simulate.run import simulate
from sluicegate.simulate.seen import Law
from sluicegate.simulate.sharing import Sharing
from sluicegate.simulate.workload import WorkloadSpec

SHORT = 6 * 3600
"""Simulated seconds in all up to which no other process is started."""
LOOK = 0.1
"""Seconds between two looks at how far the other processes are."""
Told = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One law on one day. ``law`` as `laws.law` reads it; ``objective`` in seconds."""

    law: str
    app: AppSpec
    objective: float
    workload: WorkloadSpec
    arrivals: Arrivals

    def made(self, *, name: str = "app", sharing: Sharing | None = None) -> Law:
        """The law, ready to run; ``name`` of the app at ``sharing``, where it is not alone. Invalid when the text names
        none."""
        context = Context(
            app=self.app,
            objective=self.objective,
            capacity=self.workload.capacity_per_replica,
            partitions=sum(size for _, size in self.workload.sizes),
            workload=self.workload,
            arrivals=self.arrivals,
            name=name,
            sharing=sharing,
        )
        return law(self.law, context=context)

    def outcome(self, progress: Callable[[float], None] | None = None) -> Outcome:
        """Live the day; ``progress`` is told the part that is done."""
        return simulate(
            workload=self.workload,
            arrivals=self.arrivals,
            law=self.made(),
            objective=self.objective,
            most=self.app.scaling.max_replicas,
            progress=progress,
        )


def compare(runs: Sequence[Run], *, told: Told, processes: int | None = None) -> list[Outcome]:
    """The outcomes of ``runs`` in their order. ``told(index, part)`` hears how far each is; ``processes`` at most.

    Invalid when a law's text names none, before anything is run.
    """
    for run in runs:
        run.made()
    count = min(len(runs), processes or os.cpu_count() or 1)
    if count < 2 or sum(run.arrivals.seconds for run in runs) <= SHORT:
        return [run.outcome(partial(told, index)) for index, run in enumerate(runs)]
    return _apart(runs, told=told, count=count)


def _apart(runs: Sequence[Run], *, told: Told, count: int) -> list[Outcome]:
    # Spawned, not forked: whoever calls may have threads (a progress bar), and a fork copies their locks.
    context = multiprocessing.get_context("spawn")
    heard: SimpleQueue[tuple[int, float]] = context.SimpleQueue()
    with ProcessPoolExecutor(count, mp_context=context, initializer=_speak_to, initargs=(heard,)) as pool:
        pending: set[Future[Outcome]] = set()
        futures = [pool.submit(_lived, index, run) for index, run in enumerate(runs)]
        pending.update(futures)
        try:
            while pending:
                done, pending = wait(pending, timeout=LOOK, return_when=FIRST_COMPLETED)
                while not heard.empty():
                    told(*heard.get())
                for future in done:
                    future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


_speaker: SimpleQueue[tuple[int, float]] | None = None


def _speak_to(queue: SimpleQueue[tuple[int, float]]) -> None:
    global _speaker
    _speaker = queue
    # At Ctrl-C a terminal tells all processes: these end without a word, and the one that started them says it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _lived(index: int, run: Run) -> Outcome:
    def progress(part: float) -> None:
        if _speaker is not None:
            _speaker.put((index, part))

    return run.outcome(progress)
