"""Writing replicas: GET then PUT of the scale subresource, so that no write lands on a state nobody looked at."""

from __future__ import annotations

from collections.abc import Callable

from sluicegate.act.ports import Scales
from sluicegate.errors import Bug, Conflict
from sluicegate.model.app import TargetRef
from sluicegate.model.decision import Decision
from sluicegate.model.observation import Workload
from sluicegate.model.resource import Key


async def scale(
    scales: Scales,
    *,
    target: TargetRef,
    key: Key,
    workload: Workload,
    decision: Decision,
    still: Callable[[], bool] = lambda: True,
) -> str:
    """Write ``decision.replicas`` to ``target`` in the namespace of ``key``, the app; the workload's new version.

    ``still`` is asked last: whether the app itself is what was decided about.
    Conflict: workload or app are not as they were observed, or changed while we wrote; look again.
    Bug: the number lies above the decision's own cap, or the decision forbids writing.
    """
    replicas = decision.replicas
    if replicas is None or not decision.write:
        raise Bug(f"{key}: the decision allows no write, yet one was asked for")
    if replicas < 0 or (decision.cap is not None and replicas > decision.cap):
        raise Bug(f"{key}: {replicas} replicas lie outside 0..{decision.cap}, the decision's own cap; nothing written")
    kind, where = target.kind.value, Key(key.namespace, target.name)
    found = await scales.get_scale(kind=kind, key=where)
    if found.uid != workload.uid:
        raise Conflict(f"{kind} {where} was deleted and made again since it was observed")
    if found.replicas != workload.desired:
        raise Conflict(f"{kind} {where} has {found.replicas} replicas now, not the {workload.desired} observed")
    if not still():
        raise Conflict(f"{key} changed or went since this was decided, or the decision had to wait too long")
    return await scales.put_scale(kind=kind, key=where, replicas=replicas, resource_version=found.resource_version)
