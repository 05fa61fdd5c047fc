"""Every write meets every fault of the API server, and a death before and after it: nothing bad comes of any."""

from __future__ import annotations

import pytest

from sluicegate.model.decision import Action
from tests.support.api import Api
from tests.support.api_faults import FAULTS
from tests.unit.control.world import World

WRITES = ("get_scale", "put_scale", "patch_status", "create_event")
GROUP, LAG, ENOUGH, CAP = "g", (75,) * 6, 5, 6


def assert_safe(api: Api) -> None:
    """S1 within the limits of the generation in force, S7 only for an app that is there, S8 no two writes alike."""
    for write in api.writes:
        assert write.app is not None
        assert write.replicas <= min(write.app["spec"]["scaling"]["maxReplicas"], CAP)
        assert write.replicas != write.before


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize("times", [1, 3])
async def test_after_a_fault_the_replicas_become_what_the_lag_asks_for_and_stay(
    call: str, fault: str, times: int
) -> None:
    world = World()
    world.connection()
    world.app()
    await world.tick()
    world.kafka.lags[GROUP] = LAG
    world.api.fail(call, FAULTS[fault], times=times)
    for _ in range(times + 3):
        before = len(world.api.writes)
        await world.tick()
        assert len(world.api.writes) - before <= 1
    assert_safe(world.api)
    assert [write.replicas for write in world.api.writes] == [ENOUGH]
    assert world.api.replicas() == ENOUGH
    assert world.api.status()["replicas"]["desired"] == ENOUGH
    assert world.api.condition("ScalingActive")["status"] == "True"
    assert world.api.condition("Ready")["status"] == "True"
    quiet = world.api.write_calls
    await world.tick(seconds=0)
    assert world.api.write_calls == quiet, "the same observation twice writes nothing the second time"


@pytest.mark.parametrize("fault", ["reply lost", "crash after"])
async def test_a_step_down_whose_answer_was_lost_counts_in_the_hourly_budget(fault: str) -> None:
    world = World()
    world.connection()
    world.app(replicas=6, scaleDown={"stabilization": "0s", "maxPerHour": 1, "outageHold": "0s"})
    world.kafka.lags[GROUP] = (100,) * 6
    await world.tick()
    world.kafka.lags[GROUP] = LAG
    world.api.fail("put_scale", FAULTS[fault])
    for _ in range(8):
        await world.tick()
    assert [write.replicas for write in world.api.writes] == [5]
    world.kafka.lags[GROUP] = (40,) * 6
    for _ in range(8):
        await world.tick()
    assert world.api.replicas() == 5, "one step down an hour, and it has been made"
    assert world.api.status()["decision"]["action"] == Action.HOLD


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_status_of_a_connection_tells_the_truth_a_poll_after_a_fault(fault: str) -> None:
    world = World()
    world.connection()
    world.api.fail("patch_status", FAULTS[fault])
    await world.tick()
    await world.tick()
    assert world.api.condition("Ready", "main", kind="KafkaConnection")["status"] == "True"
    quiet = world.api.write_calls
    await world.tick()
    assert world.api.write_calls == quiet


async def test_a_fault_of_the_scale_write_is_told_while_it_lasts() -> None:
    world = World()
    world.connection()
    world.app()
    world.kafka.lags[GROUP] = LAG
    world.api.fail("put_scale", FAULTS["403"], times=2)
    await world.tick()
    await world.tick()
    told = world.api.condition("ScalingActive")
    assert (told["status"], told["reason"]) == ("False", "ScaleFailed")
    assert [note.reason for note in world.api.events].count("ScaleFailed") == 1
    await world.tick()
    assert world.api.condition("ScalingActive")["status"] == "True"
    assert world.api.replicas() == ENOUGH


async def test_a_status_that_older_crds_keep_only_in_part_is_not_written_again_and_again() -> None:
    world = World()
    world.api.pruned = {"effective", "observedGeneration"}
    world.connection()
    world.app()
    await world.tick()
    quiet = world.api.calls["patch_status"]
    for _ in range(2):
        await world.tick()
    assert world.api.calls["patch_status"] == quiet
