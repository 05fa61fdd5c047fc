"""From what the store holds to what is shared out: who runs how much on which dependency. Milli-units are thousandths
of a dependency's unit, as in decide/downstream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sluicegate.control.downstream.offers import User
from sluicegate.control.records import AppRecord
from sluicegate.control.store import Store
from sluicegate.decide.downstream.budget import milli
from sluicegate.decide.downstream.grants import Running
from sluicegate.model.dependency_ref import DependencyRef
from sluicegate.model.downstream import NO_SURGE, Surge
from sluicegate.model.observation import Pods, Workload
from sluicegate.model.resource import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What an app runs at this moment."""

    workload: Workload | None
    pods: Pods

    @property
    def desired(self) -> int:
        return self.workload.desired if self.workload else 0

    @property
    def surge(self) -> Surge:
        return self.workload.surge if self.workload else NO_SURGE


def runs(store: Store, record: AppRecord) -> Runs:
    return Runs(workload=store.workload_of(record), pods=store.pods_of(record))


def running(found: Runs, *, in_flight: int) -> Running:
    """``in_flight`` replicas that may still be written though they are not granted any more."""
    return Running(
        desired=max(found.desired, in_flight),
        live=found.pods.live,
        terminating=found.pods.terminating,
        ready=found.workload.ready if found.workload else 0,
        stuck=bool(found.pods.stuck_reason or (found.workload and found.workload.stuck_reason)),
    )


def in_use(users: Iterable[User], *, held: Mapping[Key, Runs]) -> int:
    """Milli-units that the live pods of all apps on a dependency hold, as far as they hold what they may."""
    return sum(held[user.record.meta.key].pods.live * one(user.ref) for user in users)


def ready(users: Iterable[User], *, held: Mapping[Key, Runs]) -> int:
    """Milli-units that the ready pods hold: of the others nobody knows whether they hold theirs already, or still."""
    return sum(held[user.record.meta.key].pods.ready * one(user.ref) for user in users)


def ordered(users: Iterable[User], *, held: Mapping[Key, Runs]) -> int:
    """Milli-units that they hold once all replicas that are written run."""
    runs = ((held[user.record.meta.key], one(user.ref)) for user in users)
    return sum(max(found.desired, found.pods.live) * cost for found, cost in runs)


def cheapest(users: Iterable[User]) -> int:
    """Milli-units of the cheapest replica of all; 0 without users."""
    return min((one(user.ref) for user in users), default=0)


def one(ref: DependencyRef) -> int:
    """Milli-units of one replica."""
    return milli(ref.cost_per_replica)


def one_and_surge(ref: DependencyRef, surge: Surge) -> int:
    """Milli-units that the smallest rolling update holds at its height."""
    return (1 + surge.pods(1)) * one(ref)
