"""The simulated world as its author writes it: `Workload` YAML, camelCase, everything optional.

Parsed once, here; whatever cannot be used becomes a sentence that names field, value and remedy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, ClassVar

import yaml
from pydantic import Field, ValidationError

from sluicegate.errors import Invalid
from sluicegate.model.problem import Problem, invalid, of_rules, of_shape, of_unknown_fields
from sluicegate.model.resource import Part
from sluicegate.model.rule import Rule
from sluicegate.simulate.dependency import Dependency
from sluicegate.simulate.group import MOST_PARTITIONS, Assignor, Downstream, Protocol, Rebalance, Topic
from sluicegate.simulate.happenings import CapacityPoint, Fault, Growth, Rollout, Stuck
from sluicegate.simulate.pattern import Pattern

DEFAULT_TOPIC = "messages"


def _ascending(points: tuple[CapacityPoint, ...]) -> bool:
    return all(later.at > earlier.at for earlier, later in pairwise(points))


class WorkloadSpec(Part):
    """The simulated world. Seconds count from its start; capacities are messages a second."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="give the partitions of all topics or of none; remove partitions, or let it be their sum",
            holds=lambda spec: spec.fits_topics(),
            field="topics",
        ),
        Rule(
            message="name each topic once",
            holds=lambda spec: len({topic.name for topic in spec.topics}) == len(spec.topics),
            field="topics",
        ),
        Rule(
            message="name each dependency once",
            holds=lambda spec: len({one.name for one in spec.dependencies}) == len(spec.dependencies),
            field="dependencies",
        ),
        Rule(
            message="remove protocol: uniform is always cooperative",
            holds=lambda spec: spec.assignor is not Assignor.UNIFORM or spec.rebalance.protocol is not Protocol.EAGER,
            field="rebalance",
        ),
        Rule(
            message="write the points in the order of their seconds, each second once",
            holds=lambda spec: _ascending(spec.capacity),
            field="capacity",
        ),
        Rule(
            message="name a topic of this workload and more partitions than it has by then",
            holds=lambda spec: spec.grows(),
            field="growth",
        ),
        Rule(
            message="count partitions from 0 over all topics, and stay below their number",
            holds=lambda spec: all(one.partition < spec.most_partitions for one in spec.stuck),
            field="stuck",
        ),
        Rule(
            message="count partitions from 0 over all topics, and stay below their number",
            holds=lambda spec: all(one.partition < spec.most_partitions for one in spec.faults),
            field="faults",
        ),
    )

    partitions: int = Field(default=30, ge=1, le=MOST_PARTITIONS)
    """Of all topics together."""
    topics: tuple[Topic, ...] = Field(default=(), max_length=64)
    """The topics: a number, a list of names, or a list of {name, partitions}; absent: one."""
    assignor: Assignor = Assignor.COOPERATIVE_STICKY
    """cooperative-sticky, range or uniform."""
    skew: float = Field(default=0.0, ge=0, le=10)
    """Zipf exponent of the partitions' shares of arrivals, shuffled by the seed."""
    capacity_per_replica: float = Field(default=100.0, gt=0)
    """What one replica really handles, messages a second."""
    capacity_noise: float = Field(default=0.05, ge=0, le=0.5)
    """Standard deviation of a started replica's own factor, cut at three of them."""
    capacity: tuple[CapacityPoint, ...] = ()
    """How the capacity changes over time: points between which it goes evenly."""
    scale_peak_to: float | None = Field(default=None, gt=0, le=1000)
    """Fraction of partitions x capacity that the busiest five minutes are scaled to; absent: as they are."""
    start_seconds: float = Field(default=30.0, ge=0, le=86_400)
    """From the order for a replica to its member in the group."""
    start_noise: float = Field(default=5.0, ge=0, le=3600)
    """Standard deviation of that, seconds; none starts in less than 8 s, unless startSeconds is less."""
    rebalance: Rebalance = Rebalance()
    """What a rebalance stops, and for how long."""
    commit_seconds: int = Field(default=5, ge=1, le=3600)
    """Between two commits of a member; each has its own phase."""
    poll_seconds: int = Field(default=10, ge=1, le=3600)
    """Between two looks of the operator."""
    consumers_per_replica: int = Field(default=1, ge=1, le=256)
    """Consumers (threads) in one pod."""
    downstream: Downstream | None = None
    """A knee in what more replicas give."""
    dependencies: tuple[Dependency, ...] = ()
    """What all replicas use: limits of their throughput, and units that run out."""
    growth: tuple[Growth, ...] = ()
    """Partitions added."""
    rollout: tuple[Rollout, ...] = ()
    """Rolling updates."""
    stuck: tuple[Stuck, ...] = ()
    """Poison: partitions that stand still for a while."""
    faults: tuple[Fault, ...] = ()
    """What fails, from when to when."""
    initial_replicas: int | None = Field(default=None, ge=0, le=MOST_PARTITIONS)
    """How many run at the start; absent: a fifth of the partitions, at least 3."""
    seed: int = Field(default=0, ge=0)
    """Same seed, same world."""
    arrivals: Pattern | None = None
    """Arrivals made by a rule, for worlds without a CSV file."""

    @property
    def sizes(self) -> tuple[tuple[str, int], ...]:
        """(topic, its partitions at the start)."""
        if not self.topics:
            return ((DEFAULT_TOPIC, self.partitions),)
        each, extra = divmod(self.partitions, len(self.topics))
        return tuple(
            (topic.name, topic.partitions if topic.partitions is not None else each + (index < extra))
            for index, topic in enumerate(self.topics)
        )

    @property
    def most_partitions(self) -> int:
        """Of all topics together, after all growth."""
        grown = dict(self.sizes)
        for one in sorted(self.growth, key=lambda one: one.at):
            grown[one.topic or self.sizes[0][0]] = one.partitions
        return sum(grown.values())

    @property
    def protocol(self) -> Protocol:
        if self.rebalance.protocol is not None:
            return self.rebalance.protocol
        return Protocol.EAGER if self.assignor is Assignor.RANGE else Protocol.COOPERATIVE

    @property
    def pause(self) -> float:
        """Seconds for which a partition that a rebalance stops is not worked on."""
        if self.rebalance.pause_seconds is not None:
            return self.rebalance.pause_seconds
        return 8.0 if self.protocol is Protocol.EAGER else 4.0

    @property
    def replicas_at_start(self) -> int:
        if self.initial_replicas is not None:
            return self.initial_replicas
        return max(3, sum(size for _, size in self.sizes) // 5)

    def fits_topics(self) -> bool:
        """Whether the partitions of the topics and of the workload say the same."""
        given = [topic.partitions for topic in self.topics if topic.partitions is not None]
        if not given:
            return len(self.topics) <= self.partitions
        stated = "partitions" in self.model_fields_set
        return len(given) == len(self.topics) and (not stated or sum(given) == self.partitions)

    def grows(self) -> bool:
        """Whether every growth is one, of a topic that exists."""
        grown = dict(self.sizes)
        for one in sorted(self.growth, key=lambda one: one.at):
            topic = one.topic or self.sizes[0][0]
            if topic not in grown or one.partitions <= grown[topic]:
                return False
            grown[topic] = one.partitions
        return True


def read_workload(text: str) -> WorkloadSpec:
    """The workload in a YAML ``text``; an empty one is all defaults. Invalid names field, value and remedy."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Invalid(f"the workload is no YAML: {' '.join(str(error).split())}") from None
    if found is None:
        found = {}
    if not isinstance(found, Mapping):
        raise Invalid("the workload is not a map: write fields such as 'partitions: 24', one a line")
    data = {str(name): value for name, value in found.items()}
    if isinstance(data.get("spec"), Mapping) and "kind" in data:
        data = dict(data["spec"])
    if "topics" in data:
        data["topics"] = _topics(data["topics"])
    if "dependencies" in data:
        data["dependencies"] = _dependencies(data["dependencies"])
    problems = _unknown(data)
    if problems:
        raise invalid(problems)
    try:
        spec = WorkloadSpec.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        raise invalid([replace(one, path=one.path.removeprefix("spec.")) for one in of_shape(error)]) from None
    problems = [*_of_lists(spec), *(replace(one, path=one.path.removeprefix(".")) for one in of_rules(spec, path=""))]
    if problems:
        raise invalid(problems)
    return spec


def _topics(value: object) -> object:
    """A number of topics, or their names, written out."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [{"name": f"{DEFAULT_TOPIC}-{number}"} for number in range(value)]
    if isinstance(value, list):
        return [{"name": one} if isinstance(one, str) else one for one in value]
    return value


def _dependencies(value: object) -> object:
    """With a number of units that others use written out as a point."""
    if not isinstance(value, list):
        return value
    return [
        {**one, "others": [{"at": 0, "units": one["others"]}]}
        if isinstance(one, dict) and isinstance(one.get("others"), int | float)
        else one
        for one in value
    ]


_LISTS: dict[str, type[Part]] = {
    "topics": Topic,
    "capacity": CapacityPoint,
    "dependencies": Dependency,
    "growth": Growth,
    "rollout": Rollout,
    "stuck": Stuck,
    "faults": Fault,
}


def _unknown(data: dict[str, Any]) -> list[Problem]:
    problems = list(of_unknown_fields(WorkloadSpec, data, path=""))
    for name, model in _LISTS.items():
        entries = data.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            problems += of_unknown_fields(model, entry, path=f"{name}[{index}]")
    return [replace(one, path=one.path.removeprefix(".")) for one in problems]


def _of_lists(spec: WorkloadSpec) -> list[Problem]:
    return [
        problem
        for name in _LISTS
        for index, part in enumerate(getattr(spec, name))
        for problem in of_rules(part, path=f"{name}[{index}]")
    ]
