"""A number is written only over the state it was decided for."""

from dataclasses import replace

import pytest

from sluicegate.act.ports import ScaleSnapshot
from sluicegate.act.scale import scale
from sluicegate.errors import Bug, Conflict, Gone
from sluicegate.model.app import TargetRef
from sluicegate.model.decision import Action, Decision
from sluicegate.model.observation import Workload
from sluicegate.model.resource import Key
from tests.unit.act.decisions import decision

SEEN = Workload(
    kind="Deployment",
    name="orders",
    uid="u1",
    resource_version="5",
    desired=3,
    ready=3,
    updated=3,
    selector="app=orders",
)
UP = decision(action=Action.SCALE_UP, current=3, replicas=8, cap=11)


class World:
    """The scale subresource of one Deployment, with the API server's rule that a stale version is refused."""

    def __init__(self, *, replicas: int = 3, uid: str = "u1", races: bool = False) -> None:
        self.snapshot: ScaleSnapshot | None = ScaleSnapshot(replicas=replicas, resource_version="5", uid=uid)
        self._races = races

    async def get_scale(self, *, kind: str, key: Key) -> ScaleSnapshot:
        if self.snapshot is None or (kind, key) != ("Deployment", Key("shop", "orders")):
            raise Gone(f"no {kind} {key}")
        found = self.snapshot
        if self._races:
            self.snapshot = replace(found, resource_version="6")
        return found

    async def put_scale(self, *, kind: str, key: Key, replicas: int, resource_version: str) -> str:
        found = await self.get_scale(kind=kind, key=key)
        if resource_version != found.resource_version:
            raise Conflict("the object has been modified")
        self.snapshot = replace(found, replicas=replicas, resource_version="9")
        return "9"


async def write(world: World, what: Decision = UP) -> int | None:
    await scale(world, target=TargetRef(name="orders"), key=Key("shop", "app"), workload=SEEN, decision=what)
    return world.snapshot.replicas if world.snapshot else None


async def test_the_decided_number_is_written() -> None:
    assert await write(World()) == 8


async def test_a_number_that_a_person_set_meanwhile_is_not_undone() -> None:
    world = World(replicas=5)
    with pytest.raises(Conflict, match="has 5 replicas now, not the 3 observed"):
        await write(world)
    assert world.snapshot is not None
    assert world.snapshot.replicas == 5


async def test_a_workload_made_again_meanwhile_is_not_touched() -> None:
    world = World(uid="u2")
    with pytest.raises(Conflict, match="made again"):
        await write(world)
    assert world.snapshot is not None
    assert world.snapshot.replicas == 3


async def test_a_change_between_reading_and_writing_is_a_conflict() -> None:
    world = World(races=True)
    with pytest.raises(Conflict):
        await write(world)
    assert world.snapshot is not None
    assert world.snapshot.replicas == 3


@pytest.mark.parametrize("what", [replace(UP, replicas=12), replace(UP, replicas=-1), replace(UP, write=False)])
async def test_a_number_that_the_decision_does_not_bear_is_refused_before_anything_is_asked(what: Decision) -> None:
    world = World()
    with pytest.raises(Bug):
        await write(world, what)
    assert world.snapshot is not None
    assert world.snapshot.replicas == 3


async def test_a_number_is_written_where_no_cap_is_known() -> None:
    assert await write(World(), replace(UP, cap=None)) == 8
