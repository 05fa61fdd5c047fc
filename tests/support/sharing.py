"""Random claims on random dependencies, and a small world of pods that end slowly and hold what they hold till then."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sluicegate.decide.downstream.arbitrate import Claim, Need, arbitrate
from sluicegate.decide.downstream.grants import GrantMemory, Running, grant
from sluicegate.model.downstream import Surge

POOLS = ("api", "cache", "db")
SURGES = (Surge(), Surge(), Surge(most=1), Surge(percent=25), Surge(most=3))


def claims(chance: random.Random, *, most: int = 6, pools: Sequence[str] = POOLS, plain: bool = False) -> list[Claim]:
    """``plain``: one dependency, costs of 1,000, weights of 1, no surge, nothing guaranteed."""
    return [
        Claim(
            app=f"app-{number}",
            wanted=chance.randint(0, 25),
            needs=tuple(
                Need(
                    pool=pool,
                    cost=1000 if plain else chance.choice((1, 500, 1000, 3000, 10_000)),
                    weight=1000 if plain else chance.choice((0, 500, 1000, 1000, 2000)),
                    guaranteed=0 if plain else chance.choice((0, 0, 1, 5)),
                    priority=0 if plain else chance.choice((0, 0, 1)),
                )
                for pool in ((pools[0],) if plain else chance.sample(pools, chance.randint(1, len(pools))))
            ),
            surge=Surge() if plain else chance.choice(SURGES),
        )
        for number in range(chance.randint(1, most))
    ]


def rooms(chance: random.Random, *, pools: Sequence[str] = POOLS) -> dict[str, int]:
    return {pool: chance.choice((0, 900, 5_000, 20_000, 47_300, 120_000)) for pool in pools}


def taken(claims: Sequence[Claim], got: Mapping[str, int]) -> dict[str, int]:
    """Of each dependency, with every rolling update at its height."""
    found: dict[str, int] = {}
    for claim in claims:
        for need in claim.needs:
            found[need.pool] = found.get(need.pool, 0) + claim.pods(got[claim.app]) * need.cost
    return found


def fits_one_more(claim: Claim, got: Mapping[str, int], left: Mapping[str, int]) -> bool:
    more = claim.pods(got[claim.app] + 1) - claim.pods(got[claim.app])
    return all(more * need.cost <= left[need.pool] for need in claim.needs)


def judge_entitlement(seed: int) -> None:
    """One random case of what `arbitrate` promises."""
    chance = random.Random(seed)
    asked, room = claims(chance), rooms(chance)
    got = arbitrate(asked, room=room)
    used = taken(asked, got)
    assert all(used[pool] <= room[pool] for pool in used), "never over any capacity"
    assert all(got[claim.app] <= claim.wanted for claim in asked), "never above want"
    left = {pool: room[pool] - used.get(pool, 0) for pool in room}
    short = [claim for claim in asked if got[claim.app] < claim.wanted]
    assert not any(fits_one_more(claim, got, left) for claim in short), "nothing is left unused while somebody wants it"
    again = list(asked)
    chance.shuffle(again)
    assert arbitrate(again, room=room) == got, "the order in which apps are named is nothing"
    guaranteed = sorted(asked, key=lambda claim: (-claim.priority, claim.app))
    first = guaranteed[0]
    alone = arbitrate([first], room=room)[first.app]
    assert got[first.app] >= min(alone, first.guaranteed), "the highest priority has its guarantee as if it were alone"


def judge_fairness(seed: int) -> None:
    """One dependency, equal costs: weighted fair, and a larger capacity never shrinks the total."""
    chance = random.Random(seed)
    plain = claims(chance, plain=True)
    weights = [chance.choice((500, 1000, 2000, 3000)) for _ in plain]
    asked = [
        Claim(app=claim.app, wanted=claim.wanted, needs=(Need(pool="api", cost=1000, weight=weight),))
        for claim, weight in zip(plain, weights, strict=True)
    ]
    room = chance.randint(0, 90) * 1000 + chance.randint(0, 999)
    got = arbitrate(asked, room={"api": room})
    for claim, weight in zip(asked, weights, strict=True):
        if got[claim.app] == claim.wanted:
            continue
        for other, heavy in zip(asked, weights, strict=True):
            assert got[other.app] * weight <= (got[claim.app] + 1) * heavy, (
                "nobody has more for its weight, by a replica"
            )
    more = arbitrate(asked, room={"api": room + chance.randint(1, 9_000)})
    assert sum(more.values()) >= sum(got.values())


@dataclass
class Pods:
    """Of one app. ``ending`` when each pod on its way out is gone."""

    desired: int
    live: int
    ending: list[float] = field(default_factory=list)

    def write(self, replicas: int, *, now: float, grace: float) -> None:
        self.ending += [now + grace] * max(0, self.desired - replicas)
        self.desired = replicas
        self.pass_to(now)

    def pass_to(self, now: float) -> None:
        self.ending = [end for end in self.ending if end > now]
        self.live = self.desired + len(self.ending)


def history(seed: int, *, looks: int = 40) -> Iterator[None]:
    """A life with slow pods, wants that move, rooms that move, restarts and hands on the scale; judged at every look:
    nothing that was granted makes more run than there is, unless there was more before."""
    chance = random.Random(seed)
    asked, room = claims(chance), rooms(chance)
    pods = {claim.app: Pods(desired=chance.randint(0, 4), live=0) for claim in asked}
    memory, now, grace = GrantMemory(), 1000.0, chance.choice((0.0, 12.0, 45.0))
    for _ in range(looks):
        now += chance.choice((0.3, 1.0, 5.0, 15.0, 40.0))
        for one in pods.values():
            one.pass_to(now)
        if chance.random() < 0.25:
            asked = [
                Claim(app=c.app, wanted=max(0, c.wanted + chance.randint(-6, 9)), needs=c.needs, surge=c.surge)
                for c in asked
            ]
        if chance.random() < 0.08:
            room = rooms(chance)
        if chance.random() < 0.05:
            memory = GrantMemory().with_grants(memory.grants)
        if chance.random() < 0.04:
            chance.choice(list(pods.values())).write(chance.randint(0, 12), now=now, grace=grace)
        running = {
            app: Running(desired=one.desired, live=one.live, terminating=one.live - one.desired, ready=one.desired)
            for app, one in pods.items()
        }
        before = _held(asked, pods)
        granted, memory = grant(claims=asked, running=running, room=dict(room), memory=memory, now=now)
        got = {app: one.replicas for app, one in granted.items()}
        assert all(got[c.app] <= c.wanted for c in asked), "never above want"
        for app, one in pods.items():
            if got[app] < one.desired or chance.random() < 0.9:
                one.write(got[app], now=now, grace=grace)
            one.pass_to(now)
        after = _held(asked, pods)
        for pool, units in after.items():
            assert units <= max(room[pool], before[pool]), f"{pool}: {units} of {room[pool]}, {before[pool]} before"
        yield


def _held(asked: Sequence[Claim], pods: Mapping[str, Pods]) -> dict[str, int]:
    """What is held at most at this moment, with every rolling update at its height."""
    found: dict[str, int] = {}
    for claim in asked:
        one = pods[claim.app]
        count = claim.pods(one.desired) + len(one.ending)
        for need in claim.needs:
            found[need.pool] = found.get(need.pool, 0) + count * need.cost
    return found


def settle(seed: int) -> list[int]:
    """Changes of each app's number while wants and rooms stay as they are, from a random beginning that fits.

    Where more runs at first than fits, pods leave one after the other, and what they free is used as it comes.
    """
    chance = random.Random(seed)
    asked, room = claims(chance), rooms(chance)
    pods = {claim.app: Pods(desired=chance.randint(0, 3), live=0) for claim in asked}
    if any(units > room[pool] for pool, units in _held(asked, pods).items()):
        pods = {claim.app: Pods(desired=0, live=0) for claim in asked}
    memory, now, changes = GrantMemory(), 1000.0, dict.fromkeys(pods, 0)
    for _ in range(60):
        now += 5.0
        for one in pods.values():
            one.pass_to(now)
        running = {
            app: Running(desired=one.desired, live=one.live, terminating=one.live - one.desired, ready=one.desired)
            for app, one in pods.items()
        }
        granted, memory = grant(claims=asked, running=running, room=dict(room), memory=memory, now=now)
        for app, one in pods.items():
            if granted[app].replicas != one.desired:
                changes[app] += 1
                one.write(granted[app].replicas, now=now, grace=10.0)
    return list(changes.values())
