"""Several apps that share dependencies: their worlds live side by side, second by second.

Each has a group, partitions and arrivals of its own; what they have in common are the units of the dependencies that
several of them name, and the `Sharing` that gives these out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluicegate.errors import Invalid
from sluicegate.simulate.compare import Run
from sluicegate.simulate.dependency import Dependency
from sluicegate.simulate.outcome import Outcome
from sluicegate.simulate.run import Desk
from sluicegate.simulate.seats import Seats
from sluicegate.simulate.sharing import Sharing
from sluicegate.simulate.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """``outcomes`` in the order of the runs; ``most_used`` units of each shared dependency at the end of any second."""

    outcomes: tuple[Outcome, ...]
    most_used: dict[str, float]


def together(runs: Sequence[Run]) -> Together:
    """Live all ``runs`` at once; at a second that two of them look at, the earlier in the list looks first.

    Invalid when they do not last equally long, or say different things of a dependency that they share.
    """
    seconds = {run.arrivals.seconds for run in runs}
    if len(seconds) != 1:
        raise Invalid(f"the arrivals last {sorted(seconds)} seconds: give apps that live together equally long days")
    common = _common(runs)
    seats = {one.name: Seats(one) for one in common}
    sharing = Sharing(common)
    desks = []
    for index, run in enumerate(runs):
        app = f"app-{index}"
        world = World(workload=run.workload, arrivals=run.arrivals, objective=run.objective, app=app, seats=seats)
        law = run.made(name=app, sharing=sharing)
        desks.append(Desk(world=world, law=law, most=run.app.scaling.max_replicas))
    most = dict.fromkeys(seats, 0.0)
    for second in range(seconds.pop()):
        for desk in desks:
            desk.live_until(second + 1)
        for name, one in seats.items():
            most[name] = max(most[name], one.used(second))
    outcomes = tuple(desk.outcome(objective=run.objective) for desk, run in zip(desks, runs, strict=True))
    return Together(outcomes=outcomes, most_used=most)


def _common(runs: Sequence[Run]) -> list[Dependency]:
    """The dependencies of all, each once; a replica of each app may cost something else."""
    found: dict[str, Dependency] = {}
    for one in (one for run in runs for one in run.workload.dependencies):
        alike = one.model_copy(update={"cost_per_replica": 1.0})
        if found.setdefault(one.name, alike) != alike:
            raise Invalid(
                f"dependencies: {one.name} is not the same in all workloads: write everything but costPerReplica alike"
            )
        shared = sum(one.name in {other.name for other in run.workload.dependencies} for run in runs) > 1
        if shared and one.messages_per_second is not None:
            raise Invalid(
                f"dependencies: {one.name} has messagesPerSecond {one.messages_per_second:g} and serves several apps: "
                "give it a capacity in units instead",
                field="dependencies",
            )
    return list(found.values())
