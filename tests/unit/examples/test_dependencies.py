"""The example dependencies: each parses, and the app beside them names every one of them and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sluicegate.model.dependency import DependencySpec
from sluicegate.model.parse import read_app, read_cluster_dependency, read_dependency

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "manifests" / "dependencies"


def body(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def dependencies() -> dict[tuple[str, str], DependencySpec]:
    """By kind and name."""
    found: dict[tuple[str, str], DependencySpec] = {}
    for name in ("static.yaml", "postgres.yaml", "prometheus.yaml"):
        meta, spec = read_dependency(body(name))
        found["DownstreamDependency", meta.key.name] = spec
    meta, shared = read_cluster_dependency(body("cluster.yaml"))
    found["ClusterDownstreamDependency", meta.key.name] = shared
    return found


def test_there_is_one_of_each_source_of_a_capacity() -> None:
    capacities = [spec.capacity for spec in dependencies().values()]
    for source in ("value", "postgres", "prometheus"):
        assert [one for one in capacities if getattr(one, source) is not None], source


def test_the_app_names_them_all_and_one_replica_fits_into_what_is_written_down() -> None:
    _, app = read_app(body("app.yaml"))
    named = {(ref.kind.value, ref.name): ref for ref in app.dependencies}
    known = dependencies()
    assert named.keys() == known.keys()
    for key, spec in known.items():
        if spec.capacity.value is not None:
            assert named[key].cost_per_replica <= spec.capacity.value - spec.capacity.reserved


def test_nothing_lies_beside_them_untested() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {
        "app.yaml", "cluster.yaml", "postgres.yaml", "prometheus.yaml", "static.yaml",
    }  # fmt: skip
