"""The simulated world's YAML: defaults, and what is said about mistakes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sluicegate.errors import Invalid
from sluicegate.model.resource import Part
from sluicegate.simulate.arrivals import arrivals_for
from sluicegate.simulate.dependency import Beyond, Dependency
from sluicegate.simulate.group import Assignor, Downstream, Protocol, Rebalance
from sluicegate.simulate.happenings import FaultKind, Growth, Rollout, Stuck
from sluicegate.simulate.pattern import Pattern, PatternKind
from sluicegate.simulate.workload import WorkloadSpec, read_workload

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples" / "workloads").glob("*.yaml"))


def test_an_empty_file_is_all_defaults() -> None:
    workload = read_workload("")
    assert workload.sizes == (("messages", 30),)
    assert workload.assignor is Assignor.COOPERATIVE_STICKY
    assert (workload.protocol, workload.pause) == (Protocol.COOPERATIVE, 4.0)
    assert (workload.poll_seconds, workload.commit_seconds, workload.replicas_at_start) == (10, 5, 6)
    assert workload.scale_peak_to is None


def test_a_range_group_is_eager_unless_said_otherwise() -> None:
    assert (read_workload("assignor: range").protocol, read_workload("assignor: range").pause) == (Protocol.EAGER, 8.0)
    changed = read_workload("{assignor: range, rebalance: {protocol: cooperative, pauseSeconds: 2.5}}")
    assert (changed.protocol, changed.pause) == (Protocol.COOPERATIVE, 2.5)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("{partitions: 7, topics: 2}", (("messages-0", 4), ("messages-1", 3))),
        ("{partitions: 4, topics: [orders, refunds]}", (("orders", 2), ("refunds", 2))),
        ("topics: [{name: orders, partitions: 6}, {name: refunds, partitions: 2}]", (("orders", 6), ("refunds", 2))),
    ],
)
def test_topics_are_a_number_names_or_sizes(text: str, sizes: tuple[tuple[str, int], ...]) -> None:
    assert read_workload(text).sizes == sizes


def test_what_others_use_is_a_number_or_points() -> None:
    constant = read_workload("dependencies: [{name: db, capacity: 9, others: 2.5}]").dependencies[0]
    assert [constant.others_at(second) for second in (0, 99)] == [2500, 2500]
    points = "[{at: 10, units: 4}, {at: 20, units: 1}]"
    steps = read_workload(f"dependencies: [{{name: db, capacity: 9, others: {points}}}]").dependencies[0]
    assert [steps.others_at(second) for second in (9, 10, 19, 20)] == [0, 4000, 4000, 1000]


def test_growth_is_the_number_a_topic_has_from_then_on() -> None:
    workload = read_workload("{partitions: 10, topics: [a, b], growth: [{at: 5, partitions: 8, topic: b}]}")
    assert workload.most_partitions == 13


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("partitions: [", "the workload is no YAML"),
        ("- partitions", "the workload is not a map"),
        ("partition: 3", "partition is not a field: write partitions"),
        ("partitions: 0", "partitions is 0: write 1 or more"),
        ("partitions: '3'", 'partitions is "3": write a whole number'),
        ("assignor: sticky", 'assignor is "sticky": write cooperative-sticky, range or uniform'),
        ("commitSeconds: 0", "commitSeconds is 0: write 1 or more"),
        ("rebalance: {protocol: lazy}", "rebalance.protocol is"),
        ("rebalance: {pauseSecond: 3}", "rebalance.pauseSecond is not a field: write pauseSeconds"),
        ("{assignor: uniform, rebalance: {protocol: eager}}", "uniform is always cooperative"),
        ("faults: [{kind: LagUnknown, from: 5, to: 5}]", "faults[0].to is 5: write a second after 'from'"),
        ("faults: [{kind: Lag, from: 5, to: 6}]", "faults[0].kind is"),
        ("faults: [{kind: LagUnknown, from: 5}]", "faults[0].to is missing"),
        ("stuck: [{partition: 30, from: 0, to: 9}]", "stay below their number"),
        ("stuck: [{partitions: 3, from: 0, to: 9}]", "stuck[0].partitions is not a field: write partition"),
        ("growth: [{at: 9, partitions: 30}]", "more partitions than it has by then"),
        ("capacity: [{at: 9, factor: 1}, {at: 9, factor: 2}]", "in the order of their seconds"),
        ("dependencies: [{name: db}]", "say what it bears: messagesPerSecond, capacity, or both"),
        ("dependencies: [{name: db, capacity: -1}]", "dependencies[0].capacity is -1"),
        ("dependencies: [{name: db, capacity: 9, other: 3}]", "dependencies[0].other is not a field: write others"),
        ("dependencies: [{name: db, capacity: 9, others: many}]", "dependencies[0].others"),
        ("dependencies: [{name: db, capacity: 9, others: [{at: 1}]}]", "dependencies[0].others[0].units is missing"),
        (
            "dependencies: [{name: db, capacity: 9, others: [{at: 5, units: 1}, {at: 5, units: 2}]}]",
            "dependencies[0].others: write the points in the order of their seconds",
        ),
        ("dependencies: [{name: db, capacity: 1}, {name: db, capacity: 1}]", "name each dependency once"),
        ("topics: [a, a]", "name each topic once"),
        ("{partitions: 5, topics: [{name: a, partitions: 4}]}", "let it be their sum"),
        ("topics: ['a b']", "write a topic name as Kafka allows it"),
        ("arrivals: {kind: random}", "arrivals.kind is"),
        ("arrivals: {base: 3}", "arrivals.kind is missing"),
    ],
)
def test_a_mistake_is_told_with_field_value_and_remedy(text: str, words: str) -> None:
    with pytest.raises(Invalid) as error:
        read_workload(text)
    assert words in str(error.value)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_workload_that_brings_its_own_arrivals(path: Path) -> None:
    workload = read_workload(path.read_text(encoding="utf-8"))
    assert arrivals_for(workload).messages > 0


def test_the_documentation_names_every_field_kind_and_fault() -> None:
    text = (ROOT / "docs" / "simulated-world.md").read_text(encoding="utf-8")
    parts: tuple[type[Part], ...] = (WorkloadSpec, Pattern, Rebalance, Downstream, Dependency, Growth, Rollout, Stuck)
    for part in parts:
        for name, field in part.model_fields.items():
            assert re.search(rf"\b{field.alias or name}\b", text), f"{part.__name__}.{name}"
    for kind in (*PatternKind, *FaultKind, *Assignor, *Protocol, *Beyond):
        assert f"`{kind.value}`" in text
