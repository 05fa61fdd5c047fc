"""What the API server shows of workloads, pods and autoscalers, as small facts: the store keeps these, never bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluicegate.model.app import TargetKind, TargetRef
from sluicegate.model.downstream import NO_SURGE, Surge
from sluicegate.model.observation import Foreign, Pods, Workload
from sluicegate.observe.selector import matches, selector_text

Body = Mapping[str, Any]

STUCK_WAITING = frozenset(
    {
        "ImagePullBackOff",
        "ErrImagePull",
        "ErrImageNeverPull",
        "InvalidImageName",
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
    }
)
"""Reasons of a waiting container that do not pass by themselves."""
SAME = {"ErrImagePull": "ImagePullBackOff"}
"""A pod goes back and forth between these, at every attempt: no news."""
ENDED = frozenset({"Succeeded", "Failed"})
PAUSED = "autoscaling.keda.sh/paused"
NOT_PAUSED = frozenset({"false", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class PodFact:
    """One pod. ``stuck`` why it cannot start, empty when it can; ``owner`` uid of its controller."""

    namespace: str
    name: str
    uid: str
    labels: tuple[tuple[str, str], ...]
    ip: str
    phase: str
    ready: bool
    terminating: bool
    stuck: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoscalerFact:
    """An HPA or a KEDA ScaledObject and what it scales. ``desired`` its own number, where it shows one."""

    kind: str
    namespace: str
    name: str
    target_kind: str
    target_name: str
    desired: int | None
    paused: bool
    owner_kind: str
    owner_name: str


def workload(body: Body, *, kind: str) -> Workload:
    """A Deployment or StatefulSet. Absent ``spec.replicas`` means 1, as for the API server."""
    meta, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    replicas = spec.get("replicas")
    manager, managed_at = _manager_of_replicas(meta.get("managedFields") or ())
    return Workload(
        kind=kind,
        name=meta["name"],
        uid=meta.get("uid", ""),
        resource_version=meta.get("resourceVersion", ""),
        desired=1 if replicas is None else int(replicas),
        ready=int(status.get("readyReplicas") or 0),
        updated=int(status.get("updatedReplicas") or 0),
        paused=bool(spec.get("paused")),
        settled=int(status.get("observedGeneration") or 0) >= int(meta.get("generation") or 0),
        selector=selector_text(spec.get("selector") or {}),
        manager=manager,
        managed_at=managed_at,
        stuck_reason=_refusal(status),
        surge=_surge(spec.get("strategy") or {}) if kind == TargetKind.DEPLOYMENT else NO_SURGE,
    )


def pod(body: Body) -> PodFact:
    """One pod as a fact."""
    meta, status = body["metadata"], body.get("status") or {}
    conditions = {condition.get("type"): condition for condition in status.get("conditions") or ()}
    owner = _controller(meta)
    return PodFact(
        namespace=meta.get("namespace", ""),
        name=meta["name"],
        uid=meta.get("uid", ""),
        labels=tuple(sorted((meta.get("labels") or {}).items())),
        ip=status.get("podIP") or "",
        phase=status.get("phase") or "",
        ready=conditions.get("Ready", {}).get("status") == "True",
        terminating=bool(meta.get("deletionTimestamp")),
        stuck=_stuck(status, scheduled=conditions.get("PodScheduled", {})),
        owner=owner.get("uid", ""),
    )


def pods_of(workload: Workload, pods: Iterable[PodFact]) -> Pods:
    """The workload's pods, counted. Ended pods count nowhere; terminating ones live on until they are gone."""
    mine = [pod for pod in pods if pod.phase not in ENDED and matches(workload.selector, dict(pod.labels))]
    staying = [pod for pod in mine if not pod.terminating]
    stuck = sorted(pod.stuck for pod in staying if pod.stuck)
    return Pods(
        live=len(mine),
        terminating=len(mine) - len(staying),
        surge=max(0, len(staying) - workload.desired),
        ready=sum(pod.ready for pod in staying),
        ips=tuple(sorted(pod.ip for pod in mine if pod.ip)),
        stuck=len(stuck),
        stuck_reason=stuck[0] if stuck else workload.stuck_reason,
    )


def autoscaler(body: Body, *, kind: str) -> AutoscalerFact:
    """An HorizontalPodAutoscaler or a ScaledObject; a target without a kind is a Deployment, as KEDA has it."""
    meta, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    target = spec.get("scaleTargetRef") or {}
    annotations = meta.get("annotations") or {}
    paused_at = annotations.get(f"{PAUSED}-replicas")
    owner = _controller(meta)
    desired = paused_at if paused_at is not None else status.get("desiredReplicas")
    return AutoscalerFact(
        kind=kind,
        namespace=meta.get("namespace", ""),
        name=meta["name"],
        target_kind=target.get("kind") or "Deployment",
        target_name=target.get("name") or "",
        desired=int(str(desired)) if str(desired).isdecimal() else None,
        paused=paused_at is not None or str(annotations.get(PAUSED, "")).lower() not in NOT_PAUSED,
        owner_kind=owner.get("kind", ""),
        owner_name=owner.get("name", ""),
    )


def foreign(target: TargetRef, autoscalers: Iterable[AutoscalerFact]) -> Foreign | None:
    """The autoscaler on ``target``, if any. KEDA's own HPA is told as its ScaledObject, with the HPA's number."""
    on_target = [
        fact for fact in autoscalers if (fact.target_kind, fact.target_name) == (target.kind.value, target.name)
    ]
    for fact in sorted(on_target, key=lambda fact: (fact.kind != "ScaledObject", fact.name)):
        if fact.kind == "ScaledObject":
            own = (hpa.desired for hpa in on_target if (hpa.owner_kind, hpa.owner_name) == ("ScaledObject", fact.name))
            desired = fact.desired if fact.desired is not None else next(own, None)
            return Foreign(kind=fact.kind, name=fact.name, desired=desired, paused=fact.paused)
        if fact.owner_kind == "ScaledObject":
            return Foreign(kind="ScaledObject", name=fact.owner_name, desired=fact.desired, paused=fact.paused)
        return Foreign(kind=fact.kind, name=fact.name, desired=fact.desired, paused=fact.paused)
    return None


def _surge(strategy: Mapping[str, Any]) -> Surge:
    """Of a Deployment's strategy; a quarter, where a rolling update says nothing else."""
    if strategy.get("type", "RollingUpdate") != "RollingUpdate":
        return NO_SURGE
    said = (strategy.get("rollingUpdate") or {}).get("maxSurge", "25%")
    if isinstance(said, str) and said.endswith("%") and said[:-1].isdecimal():
        return Surge(percent=int(said[:-1]))
    return Surge(most=int(said)) if str(said).isdecimal() else NO_SURGE


def _controller(meta: Body) -> Body:
    for owner in meta.get("ownerReferences") or ():
        if owner.get("controller"):
            return dict(owner)
    return {}


def _manager_of_replicas(entries: Iterable[Mapping[str, Any]]) -> tuple[str, float | None]:
    """Who set spec.replicas last, and when (unix seconds). Several may own it: the latest counts."""
    found: list[tuple[float, str]] = []
    for entry in entries:
        fields = entry.get("fieldsV1") or {}
        if "f:replicas" in (fields.get("f:spec") or {}):
            found.append((_seconds(entry.get("time")) or 0.0, entry.get("manager", "")))
    at, manager = max(found, default=(0.0, ""))
    return manager, at or None


def _seconds(text: object) -> float | None:
    return datetime.fromisoformat(text).timestamp() if isinstance(text, str) and text else None


def _stuck(status: Mapping[str, Any], *, scheduled: Mapping[str, Any]) -> str:
    if scheduled.get("status") == "False" and scheduled.get("reason") == "Unschedulable":
        return "Unschedulable"
    for container in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        reason = ((container.get("state") or {}).get("waiting") or {}).get("reason", "")
        if reason in STUCK_WAITING:
            return str(SAME.get(reason, reason))
    return ""


def _refusal(status: Mapping[str, Any]) -> str:
    """Why the controller cannot even make pods (a quota, an admission webhook): pods do not show it."""
    for condition in status.get("conditions") or ():
        if condition.get("type") == "ReplicaFailure" and condition.get("status") == "True":
            return f"{condition.get('reason', 'ReplicaFailure')}: {condition.get('message', '')}".strip(": ")
    return ""
