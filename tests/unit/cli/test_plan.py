"""What a plan tells, from a file and what the cluster shows: values in, values out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from sluicegate.cli.documents import read_documents
from sluicegate.cli.plan import Action, Plan, lines
from sluicegate.cli.plan_app import Seen
from sluicegate.cli.planning import Shown, plan
from sluicegate.errors import Invalid
from sluicegate.model.app import AppSpec
from sluicegate.model.known import Known
from sluicegate.model.memory import Memory
from sluicegate.model.recording import Header, Look, exactly
from sluicegate.model.resource import Key
from tests.support import given

Body = dict[str, Any]
NOW = given.NOW + 1
KEY = Key("shop", "orders")


def resource(kind: str, name: str, spec: Body, *, status: Body | None = None, namespace: str = "shop") -> Body:
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": kind,
        "metadata": {
            "name": name,
            "uid": f"{kind} {name}",
            "resourceVersion": "1",
            "creationTimestamp": "2020-01-01T00:00:00Z",
            **({"namespace": namespace} if namespace else {}),
        },
        "spec": spec,
        **({"status": status} if status else {}),
    }


def app(name: str = "orders", *, most: int = 20, cost: int = 0, status: Body | None = None, **more: Any) -> Body:
    spec = {
        "scaleTargetRef": {"name": name},
        "kafka": {"bootstrapServers": "kafka:9092"},
        "consumerGroup": f"{name}-v1",
        "topics": ["orders"],
        "scaling": {"maxReplicas": most, "lagPerReplica": 100},
        **({"dependencies": [{"name": "orders-db", "costPerReplica": cost}]} if cost else {}),
        **more,
    }
    return resource("KafkaConsumerApp", name, spec, status=status)


def database(value: int = 200, *, wanted: dict[str, tuple[int, int]] | None = None, **more: Any) -> Body:
    """``wanted``: replicas granted and wanted, by app."""
    grants = [
        {"namespace": "shop", "name": name, "replicas": has, "wanted": wants}
        for name, (has, wants) in (wanted or {}).items()
    ]
    return resource(
        "DownstreamDependency",
        "orders-db",
        {"capacity": {"value": value}, **more},
        status={"capacity": value, "grants": grants},
    )


def deployment(name: str = "orders", replicas: int = 2, *, surge: int | str = 0) -> Body:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge}}
    return {
        "metadata": {"namespace": "shop", "name": name, "uid": f"of {name}", "resourceVersion": "1"},
        "spec": {"replicas": replicas, "strategy": strategy},
    }


def planned(*files: Body, there: tuple[Body, ...] = (), seen: Seen | None = None, **more: Any) -> Plan:
    bodies: dict[str, list[Body]] = {}
    for body in there:
        bodies.setdefault(body.get("kind", "Deployment"), []).append(body)
    documents = read_documents(yaml.safe_dump_all(files), source="app.yaml", namespace="shop")
    shown = Shown(bodies=bodies, seen={KEY: Known(seen)} if seen else {}, **more)
    return plan(documents, shown, now=NOW)


def section(found: Plan, name: str, *, resource: int = -1) -> Any:
    return found.resources[resource].value()[name]


def warnings(found: Plan) -> list[str]:
    return list(found.resources[-1].value()["warnings"])


def looked(body: Body, *, lag: int, replicas: int = 2) -> Seen:
    spec = AppSpec.model_validate(body["spec"])
    parts = given.partitions(*[lag] * 24)
    observation = given.observation(parts, replicas=replicas, members=given.dealt(parts, replicas))
    look = Look(spec=spec, generation=1, observation=observation, memory=None, now=NOW, poll=given.POLL)
    return Seen(header=Header(spec=spec, memory=exactly(Memory()), params={}), look=look)


def test_what_is_there_already_is_unchanged_also_with_defaults_written_out() -> None:
    written = app()
    written["spec"]["scaling"] |= {"minReplicas": 1, "scaleDown": {"stabilization": "600s"}}
    found = planned(written, there=(app(), deployment()))
    assert (found.changes, found.resources[0].action, found.resources[0].differences) == (False, Action.UNCHANGED, ())
    assert lines(found)[-1] == "nothing would change"


def test_fields_that_differ_are_told_old_and_new() -> None:
    found = planned(app(most=30, cost=10), there=(app(most=20, cost=5), deployment(), database()))
    assert [(one.field, one.before, one.after) for one in found.resources[0].differences] == [
        ("spec.scaling.maxReplicas", 20, 30),
        ("spec.dependencies[orders-db].costPerReplica", "5", "10"),
    ]
    assert found.resources[0].action is Action.CHANGE
    assert "  spec.scaling.maxReplicas: 20 → 30" in lines(found)


def test_another_order_of_named_entries_is_no_difference() -> None:
    two = [{"name": "a", "costPerReplica": 1}, {"name": "b", "costPerReplica": 2}]
    found = planned(app(dependencies=two[::-1]), there=(app(dependencies=two), deployment()))
    assert not found.changes


def test_a_new_app_without_its_workload_connection_and_dependency_is_told_what_to_create() -> None:
    found = planned(app(cost=10, kafka={"connectionRef": {"name": "main"}}))
    assert found.resources[0].action is Action.CREATE
    target, connection, dependency = warnings(found)
    assert target.startswith("spec.scaleTargetRef: there is no Deployment 'orders' in namespace 'shop'; create it")
    assert connection.startswith("spec.kafka.connectionRef: there is no KafkaConnection 'main'")
    assert dependency.startswith("there is no DownstreamDependency 'orders-db' in namespace 'shop'; create it")


def test_documents_of_one_file_count_for_each_other_whatever_their_order() -> None:
    connection = resource("KafkaConnection", "main", {"bootstrapServers": "kafka:9092"})
    files = (app(cost=10, kafka={"connectionRef": {"name": "main"}}), database(100), connection)
    found = planned(*files, there=(deployment(),))
    assert [one.kind for one in found.resources] == ["KafkaConnection", "DownstreamDependency", "KafkaConsumerApp"]
    assert warnings(found) == []
    assert section(found, "dependencies")[0]["share"] == 10


def test_a_workload_of_the_same_file_counts_as_there_with_its_rolling_update() -> None:
    workload = {"apiVersion": "apps/v1", "kind": "Deployment", **deployment(surge=1)}
    found = planned(workload, app(cost=60), there=(database(100),))
    assert found.ignored == ("Deployment orders",)
    assert [said[:60] for said in warnings(found)] == ["one replica with the pods of its rolling update takes 120 co"]


def test_the_share_at_its_maximum_is_told_beside_the_others_and_what_they_want() -> None:
    there = (app(cost=10), app("mails", cost=10), database(wanted={"mails": (4, 4)}), deployment(), deployment("mails"))
    found = planned(app(cost=10, most=40), there=there)
    (use,) = section(found, "dependencies")
    assert (use["atMaxReplicas"], use["allocatable"], use["share"], use["apps"]) == (400.0, 200.0, 16, 2)
    assert any("at most 16 of 40 replicas beside 1 other app" in line for line in lines(found))


def test_a_rolling_update_that_does_not_fit_with_one_replica_is_warned_of_with_the_remedy() -> None:
    found = planned(app(cost=60), there=(database(100), deployment(surge=1)))
    (said,) = warnings(found)
    assert said.startswith("one replica with the pods of its rolling update takes 120 connections")
    assert "maxSurge: 0" in said
    assert section(found, "dependencies")[0]["share"] == 1


def test_a_cost_beyond_all_there_is_names_the_field() -> None:
    found = planned(app(cost=101), there=(database(100), deployment()))
    assert warnings(found)[0].startswith("spec.dependencies[orders-db].costPerReplica is 101, and orders-db has 100")


def test_a_dependency_of_the_cluster_that_is_not_offered_is_told() -> None:
    shared = resource(
        "ClusterDownstreamDependency",
        "orders-db",
        {"capacity": {"value": 100}, "allowedNamespaces": ["mail"]},
        namespace="",
    )
    refs = [{"kind": "ClusterDownstreamDependency", "name": "orders-db", "costPerReplica": 1}]
    found = planned(app(dependencies=refs), there=(shared, deployment()))
    assert section(found, "dependencies")[0]["problem"] == "NotOffered"
    assert "add it to its spec.allowedNamespaces" in warnings(found)[0]


def test_a_new_dependency_of_the_cluster_serves_the_app_beside_it() -> None:
    spec = {"capacity": {"value": 100}, "allowedNamespaces": ["shop"]}
    shared = resource("ClusterDownstreamDependency", "warehouse", spec, namespace="")
    refs = [{"kind": "ClusterDownstreamDependency", "name": "warehouse", "costPerReplica": 10}]
    found = planned(app(dependencies=refs), shared, there=(deployment(),))
    assert [one.action for one in found.resources] == [Action.CREATE, Action.CREATE]
    assert section(found, "dependencies")[0]["share"] == 10
    assert section(found, "capacity", resource=0)["before"] is None


def test_a_lowered_capacity_tells_who_would_be_cut_to_what() -> None:
    there = (
        app(cost=10),
        app("mails", cost=10),
        database(200, wanted={"orders": (14, 20), "mails": (6, 6)}),
        deployment(replicas=14),
        deployment("mails", 6),
    )
    found = planned(database(100), there=there)
    capacity = section(found, "capacity")
    assert (capacity["before"]["allocatable"], capacity["after"]["allocatable"]) == (200.0, 100.0)
    assert capacity["apps"] == [
        {"app": "shop/mails", "wanted": 6, "before": 6, "after": 5},
        {"app": "shop/orders", "wanted": 20, "before": 14, "after": 5},
    ]
    assert any("cut from 14 to 5 replicas (20 wanted)" in line for line in lines(found))


def test_a_measured_capacity_is_the_one_last_told_and_unknown_before_it_was() -> None:
    query = {"prometheus": {"url": "http://prometheus:9090", "query": "max_connections"}}
    measured = database()
    measured["spec"]["capacity"] = query
    planning = app(cost=10)
    there = (measured, deployment())
    assert section(planned(planning, there=there), "dependencies")[0]["share"] == 20
    del measured["status"]
    found = planned(planning, there=there)
    assert section(found, "dependencies")[0]["share"] is None
    assert any("is not known" in line for line in lines(found))


def test_what_others_use_is_taken_off() -> None:
    measured = database(usage={"counts": "Others", "postgres": {"connectionSecretRef": {"name": "s", "key": "k"}}})
    measured["status"]["external"] = 50
    assert section(planned(app(cost=10), there=(measured, deployment())), "dependencies")[0]["share"] == 15


def test_more_reserved_than_there_is_is_overcommitted_in_words() -> None:
    found = planned(
        resource("DownstreamDependency", "orders-db", {"capacity": {"value": 10, "reserved": 20}}), there=(database(),)
    )
    assert "nothing can be given" in warnings(found)[0]


def test_another_autoscaler_and_an_older_app_on_the_group_are_warned_of() -> None:
    hpa = {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"namespace": "shop", "name": "by-cpu"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "orders"}},
    }
    older = app("older", consumerGroup="orders-v1")
    said = warnings(planned(app(), there=(hpa, older, deployment())))
    assert said[0].startswith("HorizontalPodAutoscaler by-cpu scales Deployment orders, too")
    assert said[1].startswith("shop/older is older and reads with the same group of the same Kafka cluster")


def test_the_operator_s_last_look_is_decided_about_with_the_new_spec() -> None:
    old, new = app(most=20), app(most=6)
    seen = looked(old, lag=50, replicas=8)
    found = planned(new, there=(old, deployment(replicas=8)), seen=seen)
    decision = section(found, "outlook")["decision"]
    assert (decision["current"], decision["replicas"], decision["limitedBy"]) == (8, 6, "Max")
    same = section(planned(old, there=(old, deployment(replicas=8)), seen=seen), "outlook")["decision"]
    assert same["replicas"] > 6


def test_a_dependency_that_is_new_in_the_spec_holds_the_decision_to_its_share() -> None:
    old, new = app(), app(cost=50)
    found = planned(new, there=(old, database(200), deployment()), seen=looked(old, lag=50))
    decision = section(found, "outlook")["decision"]
    assert (decision["replicas"], decision["limitedBy"]) == (4, "Dependency/orders-db")
    assert "orders-db would give 4 replicas" in decision["message"]


def test_of_another_group_nothing_was_seen_yet_and_the_plan_says_so() -> None:
    old = app()
    new = app(consumerGroup="orders-v2")
    found = planned(new, there=(old, deployment()), seen=looked(old, lag=50))
    assert section(found, "outlook")["decision"] is None
    assert any("the old consumerGroup led to" in line for line in lines(found))


def test_the_workload_of_an_app_cannot_be_changed_and_the_plan_fails_with_the_remedy() -> None:
    new = app()
    new["spec"]["scaleTargetRef"] = {"name": "other"}
    with pytest.raises(Invalid, match="it cannot be changed: delete the resource and create one") as caught:
        planned(new, there=(app(), deployment()))
    assert caught.value.field == "spec.scaleTargetRef"


def test_tripping_by_file_says_what_consumers_would_do() -> None:
    found = planned(database(breaker={"mode": "ForcedOpen", "whenOpen": "Floor"}), there=(database(),))
    assert any("forced open: consumers go to their minimum" in line for line in lines(found))


def test_an_app_that_only_looks_on_asks_for_no_more_than_it_runs() -> None:
    there = (
        app("mails", cost=10, mode="Recommend"),
        database(wanted={"mails": (2, 19)}),
        deployment(),
        deployment("mails", 2),
    )
    assert section(planned(app(cost=10), there=there), "dependencies")[0]["share"] == 18


def test_a_plan_is_the_same_whatever_the_order_of_what_the_cluster_shows() -> None:
    there = (
        app(cost=10),
        app("mails", cost=10),
        database(wanted={"mails": (9, 15)}),
        deployment(),
        deployment("mails"),
    )
    first = planned(app(cost=10, most=40), there=there)
    assert replace(first) == planned(app(cost=10, most=40), there=there[::-1])
