"""What the schema cannot check, or did not in a cluster that still has older CRDs, checked again before deciding.

Rules between fields stand beside the fields in `model`; what is added here needs more than the resource itself.
"""

from __future__ import annotations

from sluicegate.errors import Invalid
from sluicegate.model import duration
from sluicegate.model.app import AppSpec
from sluicegate.model.problem import invalid, of_rules

POLLS_IN_OBJECTIVE = 2


def check(spec: AppSpec, *, poll: float | None = None) -> None:
    """Invalid when ``spec`` cannot be used. ``poll`` seconds between sweeps of its connection, where known."""
    problems = list(of_rules(spec, path="spec"))
    if problems:
        raise invalid(problems)
    objective = spec.lag_objective
    if poll is not None and objective is not None and objective < POLLS_IN_OBJECTIVE * poll:
        least = duration.show(POLLS_IN_OBJECTIVE * poll)
        raise Invalid(
            f"spec.scaling.lagObjective is {duration.show(objective)}, less than two polls of the connection "
            f"({duration.show(poll)} each): write {least} or more, or lower pollInterval of the connection",
            field="spec.scaling.lagObjective",
        )
