"""A StatefulSet is scaled as a Deployment is."""

from __future__ import annotations

from tests.e2e.conftest import MakeApp
from tests.support.audit import ScaleWrites
from tests.support.wait import eventually


def test_a_statefulset_goes_to_its_partitions_and_back(make_app: MakeApp) -> None:
    app = make_app(kind="StatefulSet", partitions=3)
    app.start(scaling={"maxReplicas": 10, "lagPerReplica": 50})
    app.shows("LagKnown", "True")
    with ScaleWrites(app) as writes:
        app.broker.produce(app.topic, 600)
        app.reaches(3, within=8)
        eventually(lambda: app.broker.members(app.group) == 3, within=20, what="each of its pods is a member")
        eventually(lambda: app.broker.lag(app.group, app.topic) == 0, within=25, what="everything is handled")
        app.reaches(1, within=30)
        assert writes.replicas[0] == 3
        assert writes.replicas[-1] == 1
