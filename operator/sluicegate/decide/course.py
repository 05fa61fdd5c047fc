"""The way from what is wanted to the number that should run: each step with what it did, and who changed it last."""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.decide.limits import Clamped
from sluicegate.model.decision import Limit, Step
from sluicegate.model.evolve import quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """``value`` replicas so far; ``limited_by`` the last that changed it."""

    value: int
    limited_by: str = Limit.NONE
    limit_sentence: str = ""
    steps: tuple[Step, ...] = ()

    def step(self, name: str, clamped: Clamped) -> Course:
        """One step further."""
        step = Step(name=name, before=self.value, after=clamped.value, sentence=clamped.sentence)
        changed = clamped.value != self.value
        return Course(
            value=clamped.value,
            limited_by=clamped.name if changed else self.limited_by,
            limit_sentence=clamped.sentence if changed else self.limit_sentence,
            steps=(*self.steps, step),
        )


def begin(value: int, *, name: str, sentence: str) -> Course:
    """The first step: what is asked for."""
    return Course(value=value, steps=(Step(name=name, before=None, after=value, sentence=sentence),))
