"""Members of the group that are not this workload's: each takes a partition that no replica can have."""

from __future__ import annotations

from tests.e2e.conftest import MakeApp
from tests.support.app import App
from tests.support.audit import ScaleWrites
from tests.support.cluster import Body
from tests.support.outsider import Outsider
from tests.support.wait import eventually

SCALING = {"maxReplicas": 10, "lagPerReplica": 10}
NOTICED = 35.0
"""Seconds: the members of a group with lag are looked at every half minute at least."""


def visitor_of(app: App) -> Body:
    """Another Deployment, whose consumers are in the group of ``app``."""
    body: Body = {**app.workload_body(), "metadata": {"name": "visitor"}}
    labels = {"app.kubernetes.io/name": "visitor"}
    body["spec"]["selector"]["matchLabels"] = body["spec"]["template"]["metadata"]["labels"] = labels
    return body


def test_members_of_others_lower_the_cap_and_more_of_them_lower_what_runs(make_app: MakeApp) -> None:
    app = make_app(partitions=5, work_ms=500)
    app.broker.create(app.topic, partitions=5)
    app.broker.produce(app.topic, 500)
    app.cluster.apply(app.workload_body(), visitor_of(app), namespace=app.namespace)
    eventually(lambda: app.broker.members(app.group) == 2, within=30, what="one of ours and one of another Deployment")
    with ScaleWrites(app) as writes:
        app.start(scaling=SCALING)
        app.reaches(4, within=15)
        limited = app.shows("ScalingLimited", "True", "Partitions")
        assert "beside 1 members that are not this workload's" in limited["message"], limited
        assert parts(app) == {"count": 5, "usable": 4, "members": 1, "foreignMembers": 1}
        with Outsider(app.broker, group=app.group, topic=app.topic):
            app.reaches(3, within=NOTICED)
        assert writes.replicas == [4, 3], "a limit does not wait for the stabilisation window"


def parts(app: App) -> Body:
    found: Body = app.status().get("partitions", {})
    return found
