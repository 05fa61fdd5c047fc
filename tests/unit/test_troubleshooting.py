"""Every reason that the operator can give is explained in docs/troubleshooting.md, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluicegate.model.decision import CEILINGS, Limit
from sluicegate.model.kafka import FaultKind
from sluicegate.observe.workload import STUCK_WAITING

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "operator" / "sluicegate"
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
WORD = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-zA-Z]*)*\Z")
CONDITIONS = {
    "Ready", "Reconciling", "Stalled", "ScalingActive", "ScalingLimited", "LagKnown", "PartitionsHealthy",
    "DeadLettering", "DependenciesHealthy", "SignalsAvailable", "BreakerClosed", "Saturated", "RolloutsFit",
    "TopicsInSync", "ClientConfigKept", "Complete", "Failed",
}  # fmt: skip
OTHER_WORDS = {
    "True", "False", "None", "Normal", "Warning",
    "Stable", "Empty", "Dead", "PreparingRebalance", "CompletingRebalance", "Consumer", "Classic",
    "Declared", "Learned", "Probing",
    "KafkaConsumerApp", "KafkaConnection", "DownstreamDependency", "ClusterDownstreamDependency",
    "HorizontalPodAutoscaler", "ScaledObject", "Breaker",
    "Deployment", "StatefulSet", "Pod", "ConfigMap", "DeadLetterRedrive",
    "Create", "Alter", "AlterConfigs", "Delete", "Describe", "DescribeConfigs", "LogAppendTime",
    "Redrive", "NotFailed", "NotSuspended",
}  # fmt: skip
"""States of groups, kinds, sources of a capacity, the fronts of `BreakerOpen` and `RedriveFailed`, rights of Kafka, a
value of a topic's setting, and what a redrive says of conditions that do not hold: CamelCase words that are no
reasons."""
FROM_KUBERNETES = {"FailedCreate"}
"""The controller's own word, passed on as it is."""
NEVER_A_REASON = {"None", "Min"}


def written() -> dict[str, str]:
    """Every word of the code that may become a reason, and the file that it stands in."""
    files = [path for room in ("decide", "act", "control") for path in sorted((SOURCE / room).rglob("*.py"))]
    found = {
        node.value: path.name
        for path in files
        for node in _spoken(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.match(node.value)
    }
    found |= {kind.value: "kafka.py" for kind in FaultKind}
    found |= {str(limit): "decision.py" for limit in (*Limit, *CEILINGS)}
    found |= dict.fromkeys(STUCK_WAITING, "workload.py")
    return {word: file for word, file in found.items() if word not in CONDITIONS | OTHER_WORDS | NEVER_A_REASON}


def _spoken(tree: ast.Module) -> Iterator[ast.AST]:
    """All but the names that a file gives away or makes for types."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names = [one.id for one in node.targets if isinstance(one, ast.Name)]
            made = node.value.func if isinstance(node.value, ast.Call) else None
            if names == ["__all__"] or (isinstance(made, ast.Name) and made.id == "TypeVar"):
                continue
        yield from ast.walk(node)


def explained() -> set[str]:
    """Words in the first column of the page's tables."""
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    return {word for row in rows for word in re.findall(r"`(\w+)`", row)}


@pytest.mark.parametrize("reason", sorted(written()))
def test_a_reason_in_the_code_is_explained(reason: str) -> None:
    assert reason in explained(), f"{reason} ({written()[reason]}) has no row in docs/troubleshooting.md"


def test_no_reason_is_explained_that_the_code_cannot_give() -> None:
    assert explained() - set(written()) - FROM_KUBERNETES == set()


def test_every_row_says_what_it_means_and_what_to_do() -> None:
    for line in PAGE.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 3, line
            assert all(cells), line
