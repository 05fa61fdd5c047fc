"""The HPA's arithmetic, by the examples of its documentation and the rules of its source."""

import pytest

from sluicegate.simulate.laws.hpa import Change, Hpa, Policy, Rules, Select, Unit, highest, lowest, recommended

GENTLE = Rules(
    window=0,
    policies=(Policy(unit=Unit.PODS, value=4, period=60), Policy(unit=Unit.PERCENT, value=10, period=60)),
)


@pytest.mark.parametrize(
    ("average", "replicas", "expected"),
    [(200, 3, 6), (50, 4, 2), (50, 3, 2), (109, 10, 10), (111, 10, 12), (91, 10, 10), (89, 10, 9)],
)
def test_the_ratio_of_metric_and_target_multiplies_the_replicas_outside_the_tolerance(
    average: float, replicas: int, expected: int
) -> None:
    """Documentation, "Algorithm details": 200m for 100m doubles, 50m halves, and 0.1 is close enough."""
    assert recommended(replicas=replicas, value=average * replicas, target=100, tolerance=0.1) == expected


def test_a_change_as_large_as_the_tolerance_is_none() -> None:
    """Source, GetExternalPerPodMetricReplicas: only what is above it counts."""
    assert recommended(replicas=4, value=600, target=100, tolerance=0.5) == 4
    assert recommended(replicas=4, value=601, target=100, tolerance=0.5) == 7


def test_per_cent_of_few_replicas_are_rounded_up_so_that_something_happens() -> None:
    """Source, calculateScaleUpLimitWithScalingRules."""
    some = Rules(window=0, policies=(Policy(unit=Unit.PERCENT, value=10, period=60),))
    assert highest(replicas=5, added=[], rules=some, at=0) == 6


def test_of_80_replicas_first_8_go_then_8_of_72_and_4_at_a_time_below_40() -> None:
    """Documentation, "Scaling policies": Pods 4 and Percent 10 a minute."""
    assert lowest(replicas=80, taken=[], rules=GENTLE, at=0) == 72
    assert lowest(replicas=72, taken=[], rules=GENTLE, at=60) == 64
    assert lowest(replicas=40, taken=[], rules=GENTLE, at=0) == 36
    assert lowest(replicas=39, taken=[], rules=GENTLE, at=0) == 35


def test_what_went_within_the_period_counts_towards_the_policy() -> None:
    taken = [Change(at=0, replicas=8)]
    assert lowest(replicas=72, taken=taken, rules=GENTLE, at=59) == 72
    assert lowest(replicas=72, taken=taken, rules=GENTLE, at=60) == 64


def test_select_min_takes_the_policy_with_the_least_change_and_disabled_none() -> None:
    """Documentation, "Example: limit scale down rate" and "Example: disable scale down"."""
    policies = (Policy(unit=Unit.PERCENT, value=10, period=60), Policy(unit=Unit.PODS, value=5, period=60))
    assert lowest(replicas=100, taken=[], rules=Rules(window=0, policies=policies, select=Select.MIN), at=0) == 95
    assert lowest(replicas=100, taken=[], rules=Rules(window=0, policies=policies), at=0) == 90
    frozen = Rules(window=0, policies=policies, select=Select.DISABLED)
    assert lowest(replicas=100, taken=[], rules=frozen, at=0) == 100
    assert highest(replicas=100, added=[], rules=frozen, at=0) == 100


def test_by_default_it_adds_four_pods_or_doubles_every_fifteen_seconds() -> None:
    """Documentation, "Default Behavior"."""
    hpa, path = Hpa(target=10, least=1, most=100), [1]
    for step in range(5):
        path.append(hpa.replicas(at=15.0 * step, current=path[-1], value=1000))
    assert path == [1, 5, 10, 20, 40, 80]
    assert hpa.replicas(at=75.0, current=80, value=1000) == 100


def test_within_fifteen_seconds_of_a_step_up_there_is_no_room_for_another() -> None:
    hpa = Hpa(target=10, least=1, most=100)
    assert hpa.replicas(at=0, current=10, value=1000) == 20
    assert hpa.replicas(at=5, current=20, value=1000) == 20
    assert hpa.replicas(at=15, current=20, value=1000) == 40


def test_it_goes_down_to_the_highest_recommendation_of_five_minutes_at_once() -> None:
    """Documentation, "Stabilization window"."""
    hpa = Hpa(target=10, least=1, most=100)
    assert hpa.replicas(at=0, current=8, value=80) == 8
    assert hpa.replicas(at=15, current=8, value=60) == 8
    assert hpa.replicas(at=285, current=8, value=20) == 8
    assert hpa.replicas(at=300, current=8, value=20) == 6
    assert hpa.replicas(at=315, current=6, value=20) == 2


def test_a_high_recommendation_that_was_not_reached_never_raises_a_falling_one() -> None:
    """Source, stabilizeRecommendationWithBehaviors: the window keeps what runs, it does not bring back a peak."""
    hpa = Hpa(target=10, least=1, most=100)
    assert hpa.replicas(at=0, current=3, value=900) == 7
    assert hpa.replicas(at=15, current=7, value=10) == 7


def test_outside_its_limits_it_goes_to_the_nearest_one() -> None:
    """Source, reconcileAutoscaler."""
    hpa = Hpa(target=10, least=3, most=20)
    assert hpa.replicas(at=0, current=25, value=0) == 20
    assert hpa.replicas(at=15, current=1, value=1000) == 3
    assert hpa.replicas(at=400, current=5, value=0) == 3
