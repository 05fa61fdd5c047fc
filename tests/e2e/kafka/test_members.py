"""Members of the group that are not this workload's: each takes a partition that no replica can have."""

from __future__ import annotations

from tests.e2e.conftest import MakeApp
from tests.support.app import App
from tests.support.audit import ScaleWrites
from tests.support.cluster import Body
from tests.support.outsider import Outsider
from tests.support.wait import eventually


def parts(app: App) -> Body:
    found: Body = app.status().get("partitions", {})
    return found


def test_members_of_others_are_counted_and_lower_the_cap(make_app: MakeApp) -> None:
    app = make_app(partitions=5, work_ms=300)
    visitor = make_app(name="visitor")
    body = visitor.workload_body()
    for one in body["spec"]["template"]["spec"]["containers"][0]["env"]:
        one |= {"GROUP": {"value": app.group}, "TOPICS": {"value": app.topic}}.get(one["name"], {})
    app.broker.create(app.topic, partitions=5)
    app.cluster.apply(body, namespace=app.namespace)
    app.start(scaling={"maxReplicas": 10, "lagPerReplica": 10})
    with Outsider(app.broker, group=app.group, topic=app.topic), ScaleWrites(app) as writes:
        eventually(lambda: app.broker.members(app.group) == 3, within=30, what="one of ours and two of others")
        eventually(lambda: parts(app).get("foreignMembers") == 2, within=15, what="both are counted as others")
        assert parts(app)["usable"] == 3
        app.broker.produce(app.topic, 500)
        app.reaches(3, within=10)
        limited = app.shows("ScalingLimited", "True", "Partitions")
        assert "beside 2 members that are not this workload's" in limited["message"], limited
        assert writes.replicas == [3]
    app.cluster.delete("deployment", visitor.name, namespace=app.namespace)
    eventually(lambda: parts(app).get("usable") == 5, within=25, what="they went, and the cap with them")
