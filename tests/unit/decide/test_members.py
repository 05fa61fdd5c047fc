"""Whose members are in the group."""

from __future__ import annotations

from dataclasses import replace

from sluicegate.decide.members import sort_out
from sluicegate.decide.persist import persist, restore
from sluicegate.model.kafka import Group, Member
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Pods
from tests.support import given

PARTS = given.partitions(*[0] * 12)


def sorted_out(group: Group | None, pods: Pods, memory: Memory | None = None, *, now: float = given.NOW, each: int = 1):  # type: ignore[no-untyped-def]
    return sort_out(group=group, pods=pods, running=pods.ready, consumers=each, memory=memory or Memory(), now=now)


def elsewhere(members: tuple[Member, ...], host: str = "192.168.1.7") -> tuple[Member, ...]:
    return tuple(replace(member, id=f"far-{member.id}", host=host) for member in members)


def test_members_on_other_hosts_are_foreign() -> None:
    members = (*given.dealt(PARTS, 3), *elsewhere(given.dealt(PARTS, 2)))
    crew, _ = sorted_out(given.group(members), given.pods(3))
    assert (len(crew.ours), crew.foreign, crew.foreign_hosts) == (3, 2, ("192.168.1.7",))


def test_foreign_members_take_partitions_from_the_cap() -> None:
    members = (*given.dealt(PARTS, 3), *elsewhere(given.dealt(PARTS, 2)))
    decision, _ = given.decided(given.observation(PARTS, replicas=3, members=members))
    assert (decision.cap, decision.partitions.foreign_members) == (10, 2)


def test_the_member_of_a_pod_that_died_is_ours_until_it_times_out() -> None:
    _, memory = sorted_out(given.group(given.dealt(PARTS, 3)), given.pods(3))
    fewer = given.pods(2)
    crew, memory = sorted_out(given.group(given.dealt(PARTS, 3)), fewer, memory, now=given.NOW + 45)
    assert crew.foreign == 0
    crew, _ = sorted_out(given.group(given.dealt(PARTS, 3)), fewer, memory, now=given.NOW + 700)
    assert crew.foreign == 1


def test_translated_addresses_are_told_by_number() -> None:
    behind = elsewhere(given.dealt(PARTS, 3), host="172.16.0.1")
    crew, memory = sorted_out(given.group(behind), given.pods(3))
    assert (len(crew.ours), crew.foreign) == (3, 0)
    assert "address translation" in crew.note
    crew, memory = sorted_out(given.group(behind[:2]), given.pods(3), memory)
    assert crew.foreign == 0
    crew, _ = sorted_out(given.group(behind), given.pods(2), memory)
    assert crew.foreign == 3


def test_fewer_strangers_than_pods_are_foreign_when_nothing_was_translated_before() -> None:
    crew, _ = sorted_out(given.group(elsewhere(given.dealt(PARTS, 1))), given.pods(3))
    assert crew.foreign == 1


def test_while_pods_are_not_known_nobody_is_foreign() -> None:
    unknown = Pods(live=0, ready=3)
    crew, _ = sorted_out(given.group(given.dealt(PARTS, 3)), unknown)
    assert (crew.foreign, len(crew.ours)) == (0, 3)


def test_a_group_not_described_keeps_the_last_number() -> None:
    members = (*given.dealt(PARTS, 3), *elsewhere(given.dealt(PARTS, 2)))
    _, memory = sorted_out(given.group(members), given.pods(3))
    crew, _ = sorted_out(None, given.pods(3), memory)
    assert (crew.known, crew.foreign) == (False, 2)


def test_remembered_addresses_are_bounded_and_quiet() -> None:
    memory = Memory()
    for turn in range(40):
        churned = Pods(live=100, ready=100, ips=tuple(f"10.{turn}.0.{i}" for i in range(100)))
        _, memory = sorted_out(given.group(()), churned, memory, now=given.NOW + turn)
    assert len(memory.hosts) == 2048
    _, same = sorted_out(given.group(()), churned, memory, now=given.NOW + 41)
    assert same.hosts is memory.hosts


def test_a_new_process_takes_members_of_pods_that_it_never_saw_for_ours_until_they_time_out() -> None:
    _, before = given.decided(given.observation(PARTS, replicas=3))
    memory = restore(persist(before), now=given.NOW + 10)
    left = (*given.dealt(PARTS, 3), *elsewhere(given.dealt(PARTS, 2)))
    crew, memory = sorted_out(given.group(left), given.pods(3), memory, now=given.NOW + 20)
    assert crew.foreign == 0
    crew, _ = sorted_out(given.group(left), given.pods(3), memory, now=given.NOW + 80)
    assert crew.foreign == 2


def test_members_of_others_that_the_last_process_saw_still_count() -> None:
    others = (*given.dealt(PARTS, 3), *elsewhere(given.dealt(PARTS, 2)))
    _, before = given.decided(given.observation(PARTS, replicas=3, members=others))
    memory = restore(persist(before), now=given.NOW + 10)
    crew, _ = sorted_out(given.group(others), given.pods(3), memory, now=given.NOW + 20)
    assert crew.foreign == 2
