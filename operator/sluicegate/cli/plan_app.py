"""What the operator would make of an app: decided anew about what it saw last, or what can be known without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sluicegate.cli.plan import Section
from sluicegate.cli.plan_sharing import Sharing
from sluicegate.control.downstream.offers import Refused
from sluicegate.control.records import AppRecord, Source
from sluicegate.control.rivals import Claims
from sluicegate.decide import decide, restore
from sluicegate.model.decision import Decision
from sluicegate.model.downstream import Share
from sluicegate.model.known import Known, Maybe, Unknown
from sluicegate.model.recording import Header, Look, verdict_line
from sluicegate.model.sight import UNBOUND

RIVALS = {"target": "runs the same workload", "group": "reads with the same group of the same Kafka cluster"}
SEEN_WITH = ("scale_target_ref", "kafka", "consumer_group", "topics")
"""Fields of a spec on which it depends what the operator saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The last look of the operator, and the recording's header before it."""

    header: Header
    look: Look


def of_app(record: AppRecord, after: Sharing, *, seen: Maybe[Seen], changed: bool) -> Section:
    """``record`` with the planned spec, as it stands in ``after``; ``changed``: the cluster has another one."""
    rows, value, warnings = _known(record, after)
    if isinstance(seen, Unknown):
        rows.append(("decision", f"not made: {seen.message}"))
        return Section(name="outlook", rows=tuple(rows), value=value | {"decision": None}, warnings=tuple(warnings))
    assert record.spec is not None
    decision = decided(record, after, seen=seen.value, changed=changed)
    runs = decision.current
    limited = str(decision.limited_by)
    words = f"{'unknown' if runs is None else runs} → {'as now' if decision.replicas is None else decision.replicas}"
    if decision.wanted is not None:
        words += f", {decision.wanted} wanted"
    words += "" if limited == "None" else f", limited by {limited}"
    rows.append(("decision", f"replicas {words}: {decision.message}"))
    value["decision"] = {"current": runs, **verdict_line(decision)}
    return Section(name="outlook", rows=tuple(rows), value=value, warnings=tuple(warnings))


def usable(seen: Seen, record: AppRecord) -> Maybe[Seen]:
    """``seen``, when it tells of what the planned spec is about."""
    other = [one for one in SEEN_WITH if getattr(seen.look.spec, one) != getattr(record.spec, one)]
    if not other:
        return Known(seen)
    fields = ", ".join(_camel(one) for one in other)
    return Unknown("OtherGroup", f"the operator has seen what the old {fields} led to, and nothing of the new one yet")


def decided(record: AppRecord, after: Sharing, *, seen: Seen, changed: bool) -> Decision:
    """The decision of the planned spec about what the operator saw last. Shares of dependencies are worked out anew,
    from what the app then asks for; what their breakers let run stays as it was."""
    look, spec = seen.look, record.spec
    assert spec is not None
    memory = look.memory or seen.header.exact or restore(seen.header.memory, now=look.now)

    def again(shares: tuple[Share, ...]) -> Decision:
        return decide(
            spec=spec,
            generation=look.generation + changed,
            observation=replace(look.observation, shares=shares),
            memory=memory,
            now=look.now,
            poll=look.poll,
        )[0]

    if not spec.dependencies:
        return again(())
    free = tuple(Share(name=ref.name, replicas=UNBOUND) for ref in spec.dependencies)
    claim = again(free).claim
    return again(_shares(record, after, asked=0 if claim is None else claim, told=look.observation.shares))


def _shares(record: AppRecord, after: Sharing, *, asked: int, told: tuple[Share, ...]) -> tuple[Share, ...]:
    assert record.spec is not None
    before = {one.name: one for one in told}
    given = after.replicas({record.meta.key: asked}).get(str(record.meta.key))
    found = []
    for ref in record.spec.dependencies:
        meant = after.meant(record, ref)
        if isinstance(meant, Refused):
            found.append(
                Share(name=ref.name, replicas=None, why=meant.message, problem=meant.reason, problem_why=meant.message)
            )
            continue
        known = after.budgets[meant.meta.key].allocatable is not None
        why = f"{ref.name} would give {given} replicas" if known else f"what {ref.name} can give is not known yet"
        share = before.get(ref.name, Share(name=ref.name, replicas=None))
        found.append(replace(share, replicas=given if known else None, why=why))
    return tuple(found)


def _known(record: AppRecord, after: Sharing) -> tuple[list[tuple[str, str]], dict[str, Any], list[str]]:
    """What needs no Kafka: what runs, the limits, and who else claims the workload or the group."""
    spec, status, store = record.spec, record.status, after.store
    assert spec is not None
    warnings: list[str] = []
    target = spec.scale_target_ref
    runs = store.workload_of(record)
    if runs is None:
        warnings.append(
            f"spec.scaleTargetRef: there is no {target.kind.value} {target.name!r} in namespace "
            f"{record.meta.key.namespace!r}; create it, or correct the name"
        )
    ref = spec.kafka.connection_ref
    if ref is not None and store.connections.get(replace(record.meta.key, name=ref.name)) is None:
        warnings.append(
            f"spec.kafka.connectionRef: there is no KafkaConnection {ref.name!r} in namespace "
            f"{record.meta.key.namespace!r}; create it, or correct the name"
        )
    foreign, rival = store.foreign_of(record), _rival(record, after)
    if foreign is not None:
        warnings.append(
            f"{foreign.kind} {foreign.name} scales {target.kind.value} {target.name}, too: nothing is written while it "
            "does; remove it, or set spec.mode to Recommend to look on"
        )
    if rival:
        warnings.append(rival)
    wanted = (status.get("replicas") or {}).get("wanted")
    partitions = (status.get("partitions") or {}).get("usable")
    limits = {"min": spec.scaling.min_replicas, "max": spec.scaling.max_replicas, "partitions": partitions}
    words = f"min {limits['min']}, max {limits['max']}"
    words += "" if partitions is None else f", {partitions} by partitions"
    now = "nothing runs" if runs is None else f"{runs.desired} now"
    rows = [
        ("replicas", now if wanted is None else f"{now}, {wanted} wanted when the operator last told"),
        ("limits", words),
    ]
    value = {"replicas": None if runs is None else runs.desired, "wanted": wanted, "limits": limits}
    return rows, value, warnings


def _rival(record: AppRecord, after: Sharing) -> str:
    rival = Claims(after.store.apps.all()).rival_of(record.meta.key, cluster_of=lambda one: cluster_of(one, after))
    if rival is None:
        return ""
    remedy = "give this one another workload" if rival.what == "target" else "give this one another consumerGroup"
    return (
        f"{rival.namespace}/{rival.name} is older and {RIVALS[rival.what]}: it keeps it, and nothing is written for "
        f"this one; {remedy}, or delete one of them"
    )


def cluster_of(source: Source, after: Sharing) -> str:
    """A name that equals for equal clusters: their own, where the operator told it."""
    if source.connection is None:
        return source.bootstrap
    found = after.store.connections.get(source.connection)
    told: Mapping[str, Any] = found.status if found else {}
    if told.get("clusterId"):
        return str(told["clusterId"])
    return found.spec.bootstrap_servers if found and found.spec else str(source.connection)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
