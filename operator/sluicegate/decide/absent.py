"""Topics and partitions that a sweep did not show: why, and which of them are remembered from before."""

from __future__ import annotations

from collections.abc import Sequence

from sluicegate.model.kafka import Fault, FaultKind, Partition
from sluicegate.model.known import Unknown
from sluicegate.model.observation import Observation

NOT_SHOWN = Fault(FaultKind.OTHER, "the sweep did not show this partition")


def not_listed(*, observation: Observation, topics: Sequence[str] | None) -> tuple[tuple[str, Unknown], ...]:
    """(topic or ``all``, why) of everything that the sweep could not even list. ``topics`` those the spec names."""
    if observation.fault is not None:
        return (("all", Unknown(observation.fault.kind.value, observation.fault.message)),)
    missing = [(topic, Unknown(fault.kind.value, fault.message)) for topic, fault in observation.topic_faults]
    said = {topic for topic, _ in missing}.union(part.topic for part in observation.partitions)
    for topic in topics or ():
        if topic not in said:
            message = f"the cluster showed no partition of {topic}; create the topic or correct spec.topics"
            missing.append((topic, Unknown("TopicNotFound", message)))
    if not observation.partitions and not missing:
        message = "the group has no committed offsets on any topic; name its topics in spec.topics"
        missing.append(("all", Unknown("NeverCommitted", message)))
    return tuple(missing)


def remembered(names: Sequence[str], *, observation: Observation) -> tuple[Partition, ...]:
    """Partitions of earlier sweeps whose topics this one did not list: unknown now, not gone."""
    shown = {part.topic for part in observation.partitions}
    found = []
    for name in names:
        topic, _, number = name.rpartition("-")
        if topic not in shown:
            found.append(
                Partition(
                    topic=topic,
                    partition=int(number),
                    start=None,
                    end=None,
                    stable=None,
                    committed=None,
                    fault=NOT_SHOWN,
                    at=observation.at,
                )
            )
    return tuple(found)
