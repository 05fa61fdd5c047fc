"""What is left to chance comes from the seed alone, in whole seconds where the world goes by seconds."""

from __future__ import annotations

import pytest

from sluicegate.simulate.chance import Chance
from sluicegate.simulate.workload import WorkloadSpec


def chance(**more: object) -> Chance:
    return Chance(workload=WorkloadSpec.model_validate({"partitions": 12, "seed": 7, **more}))


@pytest.mark.parametrize(
    ("seconds", "takes"), [(0.0, 1.0), (0.4, 1.0), (3.06, 3.0), (7.99, 7.0), (8.0, 8.0), (30.5, 30.0)]
)
def test_without_noise_a_start_takes_the_whole_seconds_of_what_is_given_and_one_at_least(
    seconds: float, takes: float
) -> None:
    world = chance(startSeconds=seconds, startNoise=0)
    assert [world.start() for _ in range(3)] == [takes] * 3


@pytest.mark.parametrize("seconds", [3.06, 9.5, 20.0])
def test_noise_leaves_starts_whole_and_never_below_the_fastest(seconds: float) -> None:
    world = chance(startSeconds=seconds, startNoise=10)
    starts = [world.start() for _ in range(200)]
    assert all(start == int(start) for start in starts)
    assert min(starts) == min(8, int(seconds))
    assert len(set(starts)) > 5


def test_the_same_seed_starts_pods_alike_and_another_does_not() -> None:
    def starts(seed: int) -> list[float]:
        world = chance(seed=seed, startSeconds=30)
        return [world.start() for _ in range(20)]

    assert starts(3) == starts(3)
    assert starts(3) != starts(4)
