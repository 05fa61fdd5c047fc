"""From what was asked of `sluicegate simulate` to the runs that answer it, and what had to be assumed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click
import yaml

from sluicegate.errors import Invalid
from sluicegate.model import duration
from sluicegate.model.app import DEFAULT_OBJECTIVE, AppSpec
from sluicegate.model.parse import read_app
from sluicegate.simulate.arrivals import Arrivals, arrivals_for, read_arrivals
from sluicegate.simulate.compare import Run
from sluicegate.simulate.estimate import estimate_seconds
from sluicegate.simulate.kernel import COMPILED
from sluicegate.simulate.laws import DEFAULT_LAWS, split
from sluicegate.simulate.workload import WorkloadSpec, read_workload

Read = TypeVar("Read")
PATIENCE = 5.0
"""Seconds up to which nobody needs to be told how long it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were written."""

    app: Path | None
    arrivals: Sequence[Path]
    laws: Sequence[str]
    workload: Path | None
    load: str | None
    objective: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """One day: ``plain`` arrivals before the load factor, and a run for each law by its text."""

    name: str
    plain: Arrivals
    runs: dict[str, Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """All that is to be run. ``notes`` for people: what was assumed, and how long it takes."""

    days: Sequence[DayAhead]
    app: AppSpec
    workload: WorkloadSpec
    objective: float
    load: float | None
    notes: Sequence[str]


def trial(asked: Asked) -> Trial:
    """What was asked, ready to run. A wrong option is a UsageError, a wrong file Invalid with the file's name."""
    notes: list[str] = []
    workload = _read(asked.workload, read_workload) if asked.workload else WorkloadSpec()
    app = _app(asked.app, workload=workload, notes=notes)
    objective, app = _objective(app, asked.objective)
    load = _load(asked.load)
    given: dict[str, Arrivals | None] = {
        _named(path, asked.arrivals): _read(path, read_arrivals) for path in asked.arrivals
    }
    given = given or {"": None}
    if workload.arrivals is None and None in given.values():
        raise click.UsageError("--arrivals is missing: give a CSV file, or a --workload with an arrivals block.")
    days = []
    for name, arrivals in given.items():
        day = arrivals_for(workload, given=arrivals, load=load or 1.0)
        runs = {
            law: Run(law=law, app=app, objective=objective, workload=workload, arrivals=day)
            for law in split(asked.laws or DEFAULT_LAWS)
        }
        days.append(DayAhead(name=name, plain=arrivals_for(workload, given=arrivals), runs=runs))
    _check(days[0].runs)
    notes += _patience(days, workload=workload)
    return Trial(days=days, app=app, workload=workload, objective=objective, load=load, notes=notes)


def _named(path: Path, among: Sequence[Path]) -> str:
    """The file's name without ending, or all of its path where another has the same name."""
    return path.stem if sum(other.stem == path.stem for other in among) == 1 else str(path)


def _read(path: Path, reader: Callable[[str], Read]) -> Read:
    try:
        return reader(path.read_text(encoding="utf-8"))
    except Invalid as error:
        raise Invalid(f"{path}: {error}", field=error.field) from None
    except UnicodeDecodeError:
        raise Invalid(f"{path}: is not text: give a UTF-8 file") from None


def _app(path: Path | None, *, workload: WorkloadSpec, notes: list[str]) -> AppSpec:
    consumers = workload.consumers_per_replica
    if path is not None:
        app = _read(path, _read_app)
        if app.scaling.consumers_per_replica != consumers:
            notes.append(
                f"the app says consumersPerReplica {app.scaling.consumers_per_replica}, the workload {consumers}: "
                "pods run what the workload says"
            )
        return _without_unknown(app, workload=workload, notes=notes)
    most = max(1, workload.most_partitions // consumers)
    notes.append(
        f"no --app: assumed lagObjective {duration.show(DEFAULT_OBJECTIVE)}, minReplicas 1, maxReplicas {most} "
        "(one consumer a partition), capacity learned"
    )
    return AppSpec.model_validate(
        {
            "scaleTargetRef": {"name": "app"},
            "kafka": {"bootstrapServers": "kafka:9092"},
            "consumerGroup": "app",
            "scaling": {"maxReplicas": most, "consumersPerReplica": consumers},
        }
    )


def _without_unknown(app: AppSpec, *, workload: WorkloadSpec, notes: list[str]) -> AppSpec:
    """Without the dependencies that the workload does not have."""
    known = {one.name for one in workload.dependencies if one.capacity is not None}
    unknown = [ref.name for ref in app.dependencies if ref.name not in known]
    if not unknown:
        return app
    notes.append(
        f"the app depends on {', '.join(unknown)}, which the workload does not have: tried without; to try it with, "
        f"give a --workload with 'dependencies: [{{name: {unknown[0]}, capacity: 200, costPerReplica: 10}}]'"
    )
    kept = tuple(ref for ref in app.dependencies if ref.name in known)
    return app.model_copy(update={"dependencies": kept})


def _read_app(text: str) -> AppSpec:
    try:
        bodies = [body for body in yaml.safe_load_all(text) if body is not None]
    except yaml.YAMLError as error:
        raise Invalid(f"is no YAML: {' '.join(str(error).split())}") from None
    apps = [body for body in bodies if isinstance(body, dict) and body.get("kind") == "KafkaConsumerApp"]
    if len(apps) != 1:
        raise Invalid(f"holds {len(apps)} resources of kind KafkaConsumerApp: give a file with one")
    return read_app(apps[0])[1]


def _objective(app: AppSpec, text: str | None) -> tuple[float, AppSpec]:
    """What late means, and the app that knows it."""
    own = app.scaling.lag_objective
    if text is None:
        return own or DEFAULT_OBJECTIVE, app
    try:
        objective = duration.parse(text)
    except ValueError as error:
        raise click.UsageError(f"--objective is '{text}': {error}.") from None
    if not 1 <= objective <= 86_400:
        raise click.UsageError(f"--objective is '{text}': write a duration from 1s to 24h.")
    if own is not None and own != objective:
        said = duration.show(own)
        raise click.UsageError(f"--objective is '{text}', but the app has lagObjective {said}: give one of the two.")
    if app.scaling.lag_per_replica is not None:
        return objective, app
    return objective, app.model_copy(update={"scaling": app.scaling.model_copy(update={"lag_objective": objective})})


def _load(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        factor = float(text.removesuffix("x"))
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 1e6:
        raise click.UsageError(f"--load is '{text}': write a factor above 0, as 10x.")
    return factor


def _check(runs: dict[str, Run]) -> None:
    for run in runs.values():
        try:
            run.made()
        except Invalid as error:
            raise click.UsageError(f"{error}.") from None


def _patience(days: Sequence[DayAhead], *, workload: WorkloadSpec) -> list[str]:
    each = sum(estimate_seconds(workload=workload, seconds=day.plain.seconds) for day in days)
    if COMPILED or each < PATIENCE:
        return []
    return [
        f"without numba this takes about {duration.show(round(each))} for each law; "
        "pip install 'sluicegate[simulate]' makes it some twenty times faster"
    ]
