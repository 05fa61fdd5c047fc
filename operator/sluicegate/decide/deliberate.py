"""The order of thoughts, from one observation to one decision.

See → want → stabilisation, spacing, budget (or an override, or a person's number) → limits → whose number it is.
Every change of the number is a step with a sentence, so that the decision explains itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sluicegate.decide import limits, stabilization, storm, trial
from sluicegate.decide.choose import Choice, choose
from sluicegate.decide.course import Course, begin
from sluicegate.decide.limits import Clamped
from sluicegate.decide.picture import Picture, picture
from sluicegate.decide.stabilization import Bounds
from sluicegate.decide.standing import Standing, notice, stale_view, standing
from sluicegate.decide.verdict import Basis, verdict
from sluicegate.decide.want import Want
from sluicegate.model.app import AppSpec, Mode, Override
from sluicegate.model.decision import BREAKER, Decision, Limit
from sluicegate.model.downstream import Share
from sluicegate.model.error_handling import StormAction
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What all steps about one existing workload need."""

    spec: AppSpec
    now: float
    replicas: int
    bounds: Bounds
    seen: Picture
    memory: Memory
    shares: tuple[Share, ...]


def decide(
    *, spec: AppSpec, generation: int, observation: Observation, memory: Memory, now: float, poll: float
) -> tuple[Decision, Memory]:
    """What should run, and the memory for the next time.

    ``now`` unix seconds that never run backwards; ``poll`` seconds between two observations. The memory that comes
    back is that of a decision not (yet) carried out: call `acted` after the number was written.
    """
    repeated = memory.acted_on is not None and observation.at <= memory.acted_on
    writes = _writes(spec, observation)
    memory = notice(
        workload=observation.workload,
        writes=writes,
        memory=memory,
        now=now,
        window=spec.scaling.scale_down.stabilization,
    )
    memory = trial.regained(shares=observation.shares, memory=memory)
    seen, memory = picture(spec=spec, observation=observation, memory=memory, now=now, poll=poll)
    own = standing(spec=spec, observation=observation, memory=memory, now=now)
    workload = observation.workload
    replicas = workload.desired if workload else 0
    choice, memory = choose(spec=spec, picture=seen, replicas=replicas, memory=memory, now=now)
    if choice.want is not None:
        window = spec.scaling.scale_down.stabilization
        memory = stabilization.remember(wanted=choice.want.replicas, window=window, memory=memory, now=now)
    cap = limits.cap(scaling=spec.scaling, usable=seen.usable, shares=observation.shares, replicas=replicas)
    if _floors(spec, seen) and _override(spec.override, now=now) is None:
        cap = min(cap, storm.most(StormAction.FLOOR, replicas=replicas, least=spec.scaling.min_replicas))
    basis = Basis(
        spec=spec, generation=generation, observation=observation, seen=seen, choice=choice, cap=cap, memory=memory
    )
    if workload is None:
        return verdict(basis, course=None, asked=None, claim=None, own=own), memory
    bounds = Bounds(least=min(spec.scaling.min_replicas, cap), most=cap)
    shares = observation.shares
    case = _Case(spec=spec, now=now, replicas=replicas, bounds=bounds, seen=seen, memory=memory, shares=shares)
    course = _limited(case, _settled(case, choice))
    asked = _before_limits(course)
    claim = _meant(case, course) if _writes(spec, observation) and not own.holds else replicas
    course, own = _owned(case, course, own=own, repeated=repeated, workload=workload)
    return verdict(basis, course=course, asked=asked, claim=claim, own=own), memory


def _floors(spec: AppSpec, seen: Picture) -> bool:
    """Whether a storm of dead letters takes away what runs beyond the least."""
    handling = spec.error_handling
    return handling is not None and bool(seen.weather.storm) and handling.storm.action is StormAction.FLOOR


def _writes(spec: AppSpec, observation: Observation) -> bool:
    """Whether the target's number is this app's to write, contested or not."""
    free = observation.foreign is None and observation.rival is None
    return spec.mode is Mode.ACTIVE and not spec.suspend and free


def _settled(case: _Case, choice: Choice) -> Course:
    """From what is wanted to what may be taken as demand now."""
    override = _override(case.spec.override, now=case.now)
    want = choice.want
    if want is None:
        course = begin(case.replicas, name="wanted", sentence=choice.why)
    else:
        course = begin(want.replicas, name="wanted", sentence=want.sentence)
    if override is not None:
        said = f"override until {override.until:%Y-%m-%d %H:%M:%S %Z}" + (
            f" ({override.reason})" if override.reason else ""
        )
        return course.step("override", Clamped(override.replicas, Limit.OVERRIDE, said))
    if _accepted(case):
        wait = (case.memory.accepted_at or 0.0) + case.spec.scaling.scale_down.stabilization - case.now
        said = f"{case.replicas} set by {case.memory.accepted_by} stands for another {wait:.0f} s"
        return course.step("accepted", Clamped(case.replicas, Limit.STABILIZATION, said))
    if choice.floor > course.value:
        course = course.step("unknown", Clamped(choice.floor, Limit.LAG_UNKNOWN, choice.why))
    if want is not None:
        course = _stabilized(case, course, want=want, choice=choice)
    if case.seen.crowded and course.value > case.replicas > 0:
        said = f"{case.seen.pods_stuck}: pods cannot start, more are not added"
        course = course.step("pods", Clamped(case.replicas, Limit.INEFFECTIVE, said))
    return _weathered(case, _effective(case, course))


def _weathered(case: _Case, course: Course) -> Course:
    """In a storm of dead letters nothing is added, or as few run as may: more would only fail faster."""
    handling = case.spec.error_handling
    if handling is None or not case.seen.weather.storm:
        return course
    most = storm.most(handling.storm.action, replicas=case.replicas, least=case.spec.scaling.min_replicas)
    said = case.seen.weather.storm
    return course.step("storm", Clamped(min(course.value, most), Limit.DEAD_LETTER_STORM, said))


def _effective(case: _Case, course: Course) -> Course:
    """More than did not help is not asked for until it is time to try again."""
    limit = trial.limit(scene=case.seen.scene, memory=case.memory) if case.spec.lag_objective is not None else None
    if limit is None or course.value <= limit[0] or (case.replicas > limit[0] and not case.seen.scene.stable):
        return course
    return course.step("ineffective", Clamped(limit[0], Limit.INEFFECTIVE, limit[1]))


def _stabilized(case: _Case, course: Course, *, want: Want, choice: Choice) -> Course:
    if choice.partial and course.value < case.replicas:
        said = "the lag is known in part only: no step down"
        return course.step("unknown", Clamped(case.replicas, Limit.LAG_UNKNOWN, said))
    held = next((one for one in case.shares if one.holds), None)
    if held is not None and course.value < case.replicas:
        return course.step(f"hold {held.name}", Clamped(case.replicas, f"{BREAKER}{held.name}", held.breaker_why))
    if course.value != want.replicas:
        want = replace(want, replicas=course.value, not_before=float("-inf"))
    clamped = stabilization.stabilize(
        want=want,
        idle=choice.idle,
        replicas=case.replicas,
        bounds=case.bounds,
        rule=case.spec.scaling.scale_down,
        memory=case.memory,
        now=case.now,
    )
    return course.step("stabilization", clamped)


def _limited(case: _Case, course: Course) -> Course:
    for name, clamp in limits.clamps(
        scaling=case.spec.scaling,
        usable=case.seen.usable,
        foreign=case.seen.crew.foreign,
        shares=case.shares,
        replicas=case.replicas,
    ):
        course = course.step(name, clamp(course.value))
    return course


def _before_limits(course: Course) -> int | None:
    """What demand (or what holds it) came to before the limits."""
    return next(step.before for step in course.steps if step.name == limits.FIRST)


def _claim(course: Course) -> int:
    """What is asked of dependencies: the number before the first of their limits."""
    shared = (step.before for step in course.steps if step.name.startswith((limits.SHARE, limits.STANDING_BACK)))
    return next((before for before in shared if before is not None), course.value)


def _meant(case: _Case, course: Course) -> int:
    """The same, where a step up only waits for its time: who asked before must not be forgotten between two looks."""
    waits = [step for step in course.steps if step.name == "stabilization" and (step.after or 0) < (step.before or 0)]
    held = any(step.name in ("ineffective", "pods", "storm") and step.before != step.after for step in course.steps)
    if not waits or held:
        return _claim(course)
    scaling = case.spec.scaling
    asked = max(waits[0].before or 0, scaling.min_replicas)
    return max(_claim(course), min(asked, limits.cap(scaling=scaling, usable=case.seen.usable)))


def _owned(
    case: _Case, course: Course, *, own: Standing, repeated: bool, workload: Workload
) -> tuple[Course, Standing]:
    """The last word: whether the number may be written at all, and only once for each observation."""
    if own.holds:
        course = course.step("standing", Clamped(case.replicas, own.limit, own.message))
    elif own.write and repeated:
        course = course.step(
            "once", Clamped(case.replicas, Limit.STABILIZATION, "this observation was acted on already")
        )
        own = replace(own, write=False)
    elif own.write and stale_view(workload, memory=case.memory, now=case.now):
        said = f"{case.memory.written} was written just now and is not to be seen yet"
        course = course.step("once", Clamped(case.replicas, Limit.STABILIZATION, said))
        own = replace(own, write=False)
    return course, own


def _override(override: Override | None, *, now: float) -> Override | None:
    return override if override is not None and now < override.until.timestamp() else None


def _accepted(case: _Case) -> bool:
    if case.memory.accepted_at is None or case.now < case.memory.accepted_at:
        return False
    return case.bounds.least <= case.replicas <= case.bounds.most
