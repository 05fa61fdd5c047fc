"""``helm(…)`` and ``render(values)`` for the tests beside."""

from __future__ import annotations

from functools import partial

import pytest
import yaml

from tests.support.chart import CHART, KUBERNETES, Body, Render, Rendered, Run, find_helm, run_helm


@pytest.fixture(scope="session")
def helm() -> Run:
    """``helm("lint", …)``: standard output; Refused with Helm's words when it fails."""
    return partial(run_helm, find_helm())


@pytest.fixture(scope="session")
def render(helm: Run) -> Render:
    """``render(values)``: what the chart makes of them, for a release ``sluicegate`` in ``operators``."""

    def make(values: Body | None = None, *, release: str = "sluicegate") -> Rendered:
        where = ("--namespace", "operators", "--kube-version", KUBERNETES)
        text = helm("template", release, str(CHART), *where, values=values or {})
        return Rendered(tuple(body for body in yaml.safe_load_all(text) if body))

    return make
