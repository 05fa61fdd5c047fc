"""Which redrives run now, and what the others wait for."""

from __future__ import annotations

import random

from sluicegate.decide.redrives.queue import MOST, Waiting, admitted
from sluicegate.model.resource import Key


def waiting(name: str, *, namespace: str = "shop", created: float = 0.0) -> Waiting:
    return Waiting(key=Key(namespace, name), uid=f"{namespace}/{name}", created=created)


def test_the_older_of_two_in_a_namespace_runs_and_the_younger_is_told_for_whom_it_waits() -> None:
    words = admitted([waiting("b", created=2.0), waiting("a", created=1.0)], running=())
    assert words["shop/a"] == ""
    assert "'a'" in words["shop/b"]


def test_one_that_runs_goes_on_although_an_older_one_came_back() -> None:
    words = admitted([waiting("old", created=1.0), waiting("new", created=2.0)], running={"shop/new"})
    assert words["shop/new"] == ""
    assert words["shop/old"] != ""


def test_namespaces_do_not_wait_for_each_other_up_to_four_in_all() -> None:
    words = admitted([waiting("x", namespace=f"n{number}", created=number) for number in range(6)], running=())
    assert [words[f"n{number}/x"] == "" for number in range(6)] == [True] * MOST + [False] * 2
    assert str(MOST) in words["n5/x"]


def test_in_random_queues_nobody_runs_twice_and_no_place_stays_empty() -> None:
    chance = random.Random(7)
    for _ in range(500):
        queue = [
            waiting(f"r{number}", namespace=f"n{chance.randrange(6)}", created=chance.randrange(5))
            for number in range(chance.randrange(12))
        ]
        words = admitted(queue, running=())
        runs = [one for one in queue if words[one.uid] == ""]
        namespaces = {one.key.namespace for one in queue}
        assert len({one.key.namespace for one in runs}) == len(runs) == min(MOST, len(namespaces))
        assert words == admitted(list(reversed(queue)), running=())
        going = {one.uid for one in runs}
        assert {uid for uid, why in admitted(queue, running=going).items() if not why} == going
