"""Everything a decision about one app is made from, at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.downstream import NO_SURGE, Share, Surge
from sluicegate.model.kafka import Fault, Group, Partition
from sluicegate.model.topic import DeadLetters, RetryPartition


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The scale target as the API server last showed it (counts are replicas).

    ``desired`` spec.replicas, ``ready`` and ``updated`` from status. ``selector`` in label-selector form.
    ``settled``: observedGeneration is current. ``manager``: the field manager that last set spec.replicas and
    ``managed_at`` when (unix seconds), where the managed fields tell. ``stuck_reason``: why the controller cannot make
    pods at all (a quota, say), empty when it can. ``surge``: what a rolling update adds.
    """

    kind: str
    name: str
    uid: str
    resource_version: str
    desired: int
    ready: int
    updated: int
    paused: bool = False
    settled: bool = True
    selector: str = ""
    manager: str = ""
    managed_at: float | None = None
    stuck_reason: str = ""
    surge: Surge = NO_SURGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """The target's pods: ``live`` not ended (terminating ones among them), ``terminating``, ``surge`` beyond desired,
    ``ready``; ``ready_since`` unix seconds by pod IP; ``stuck_reason`` why pods cannot start (``ImagePullBackOff``,
    ``Unschedulable``, ``CrashLoopBackOff``), empty when they can. Addresses are pod IPs.
    """

    live: int = 0
    terminating: int = 0
    surge: int = 0
    ready: int = 0
    ips: tuple[str, ...] = ()
    stuck: int = 0
    stuck_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """Another autoscaler on the same target. ``desired`` is its own number, where it shows one."""

    kind: str
    name: str
    desired: int | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """An older app that claims the same thing: ``what`` is ``target`` or ``group``."""

    what: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One moment of one app. ``at`` unix seconds, never running backwards within a process.

    ``workload`` None: the target does not exist. ``fault`` set: nothing could be read from Kafka this time, and
    ``partitions`` is empty. ``group`` None: it could not be described. ``shares`` what each dependency gives.
    ``retry`` partitions of retry topics; ``dead_letters`` by topic, empty where none is asked for.
    """

    at: float
    workload: Workload | None
    pods: Pods
    partitions: tuple[Partition, ...]
    group: Group | None
    fault: Fault | None = None
    topic_faults: tuple[tuple[str, Fault], ...] = ()
    foreign: Foreign | None = None
    rival: Rival | None = None
    shares: tuple[Share, ...] = ()
    retry: tuple[RetryPartition, ...] = ()
    dead_letters: tuple[DeadLetters, ...] = ()
