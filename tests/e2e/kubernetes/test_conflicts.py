"""Two apps on one workload, or on one group: the older one keeps it, and the younger says so until it may."""

from __future__ import annotations

import dataclasses
import time

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import POLL
from tests.support.install import wait_a_poll
from tests.support.wait import eventually

AGE_SHOWS = 1.1
"""Seconds: creation times have a resolution of one."""


def test_the_older_of_two_apps_on_one_target_keeps_it_and_the_younger_follows(still_app: StillApp) -> None:
    older = still_app()
    older.start(scaling=by_lag(highest=4))
    time.sleep(AGE_SHOWS)
    younger = dataclasses.replace(older, name="second")
    same_target = {"kind": "Deployment", "name": older.name}
    spec = {"scaleTargetRef": same_target, "consumerGroup": f"{older.group}-2", "topics": [older.topic]}
    younger.apply(scaling=by_lag(highest=6), spec=spec)
    said = younger.shows("Ready", "False", "TargetConflict")
    assert f"{older.namespace}/{older.name}" in said["message"] or older.name in said["message"], said["message"]
    younger.shows("Stalled", "True", "TargetConflict", within=POLL)
    older.owe(60)
    older.reaches(4)
    wait_a_poll(2)
    assert older.replicas() == 4, "the younger wrote, too"
    older.shows("Ready", "True", within=POLL)

    older.cluster.delete("kca", older.name, namespace=older.namespace)
    younger.shows("Ready", "True", within=4 * POLL)
    eventually(lambda: older.replicas() == 6, within=4 * POLL, what="the younger runs its own number")


def test_one_group_in_two_namespaces_belongs_to_the_older_app(still_app: StillApp, other_namespace: str) -> None:
    older = still_app()
    older.start(scaling=by_lag())
    time.sleep(AGE_SHOWS)
    younger = dataclasses.replace(older, namespace=other_namespace)
    same_group = {"consumerGroup": older.group, "topics": [older.topic]}
    younger.start(scaling=by_lag(), spec=same_group)
    said = younger.shows("Ready", "False", "GroupConflict")
    assert f"{older.namespace}/{older.name}" in said["message"], said["message"]
    older.owe(60)
    older.reaches(6)
    wait_a_poll(2)
    assert younger.replicas() == 1

    older.cluster.delete("kca", older.name, namespace=older.namespace)
    younger.reaches(6, within=4 * POLL)
    younger.shows("Ready", "True", within=2 * POLL)
