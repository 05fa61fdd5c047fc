"""Whose members are in the group: this workload's pods, or others that take partitions away from them.

Told by address. A member of a pod that died stays in the group until its session times out, so the addresses that
our pods had in the last minutes count as ours, too; a new process, which knows no such addresses yet, takes no more
members for others than the last one did until sessions have timed out. Where addresses are translated on the way to the
broker none matches; then members are ours as long as there are no more of them than the pods can account for.
"""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.kafka import Group, Member
from sluicegate.model.memory import Memory, evolve
from sluicegate.model.observation import Pods

REMEMBERED = 600.0
"""Seconds for which an address that a pod of ours had still counts as ours; longer than usual session time-outs."""
MOST_HOSTS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """The group's members sorted out. ``known`` False: the group could not be described this time.

    ``foreign`` is then the number last known. ``note`` says what was assumed.
    """

    known: bool
    ours: tuple[Member, ...] = ()
    foreign: int = 0
    foreign_hosts: tuple[str, ...] = ()
    note: str = ""


def sort_out(
    *, group: Group | None, pods: Pods, running: int, consumers: int, memory: Memory, now: float
) -> tuple[Crew, Memory]:
    """``running`` replicas the workload says are ready, ``consumers`` members expected of each pod."""
    hosts = _hosts(memory.hosts, pods=pods, now=now)
    if group is None:
        return Crew(known=False, foreign=memory.foreign), evolve(memory, hosts=hosts)
    ours_by_host = {host for host, _ in hosts}
    strangers = [member for member in group.members if member.host not in ours_by_host]
    matched = len(group.members) - len(strangers)
    note = ""
    translated = False
    if strangers and not pods.ips and running > 0:
        strangers, note = [], "the pods are not known; all members are taken for the workload's own"
    elif strangers and matched == 0 and pods.live > 0:
        expected = pods.live * consumers
        translated = len(strangers) == expected or (memory.translated and len(strangers) <= expected)
        if translated:
            strangers = []
            note = "no member's address is a pod's (address translation?); they are counted as the workload's own"
    if now < memory.ghosts_until:
        strangers = strangers[: memory.foreign]
    foreign_ids = {member.id for member in strangers}
    crew = Crew(
        known=True,
        ours=tuple([member for member in group.members if member.id not in foreign_ids]),
        foreign=len(strangers),
        foreign_hosts=tuple(sorted({member.host for member in strangers})),
        note=note,
    )
    translated = translated or (memory.translated and matched == 0)
    learned = (hosts, crew.foreign, translated, group.assignor or memory.assignor)
    if learned != (memory.hosts, memory.foreign, memory.translated, memory.assignor):
        memory = evolve(memory, hosts=hosts, foreign=crew.foreign, translated=translated, assignor=learned[-1])
    return crew, memory


def _hosts(before: tuple[tuple[str, float], ...], *, pods: Pods, now: float) -> tuple[tuple[str, float], ...]:
    """Times move only every minute, so that a quiet app keeps the very same value."""
    seen = {host: at for host, at in before if now - at < REMEMBERED}
    fresh = {ip: now for ip in pods.ips if now - seen.get(ip, float("-inf")) > REMEMBERED / 10}
    if not fresh and len(seen) == len(before):
        return before
    kept = sorted({**seen, **fresh}.items(), key=lambda item: (item[1], item[0]))
    return tuple(kept[-MOST_HOSTS:])
