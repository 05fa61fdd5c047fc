"""KafkaTopic manifests: what Strimzi's Topic Operator takes, and nothing that it would refuse or ignore."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sluicegate.cli.strimzi import manifests, notes, object_name
from sluicegate.errors import Invalid
from tests.unit.cli.test_plan import deployment, planned
from tests.unit.cli.test_plan_topics import DLQ, RETRY, SOURCE, WELL, answer, handled

FIELDS: dict[str, tuple[type, int, int]] = {
    "topicName": (str, 1, 249),
    "partitions": (int, 1, 2**31 - 1),
    "replicas": (int, 1, 32767),
    "config": (dict, 0, 0),
}
"""Of `spec` in Strimzi's published schema of KafkaTopic, v1beta2: type and bounds (of a text's length, a number)."""


def fits(body: dict[str, Any]) -> bool:
    """What the API server would say with Strimzi's CRD: no unknown field, each of its type and within its bounds."""
    assert (body["apiVersion"], body["kind"]) == ("kafka.strimzi.io/v1beta2", "KafkaTopic")
    assert set(body) == {"apiVersion", "kind", "metadata", "spec"}
    for name, value in body["spec"].items():
        kind, least, most = FIELDS[name]
        assert type(value) is kind, name
        if isinstance(value, str | int):
            assert least <= (len(value) if isinstance(value, str) else value) <= most, name
    assert all(type(value) in (str, int, bool) for value in body["spec"]["config"].values())
    return True


def test_all_topics_that_an_app_asks_for_are_manifests_that_the_schema_takes() -> None:
    found = manifests(planned(handled(), there=(deployment(),), brokers=answer()), cluster="main")
    assert all(fits(body) for body in found)
    assert [body["spec"]["topicName"] for body in found] == [RETRY, DLQ]
    (_, dlq) = found
    assert dlq["metadata"] == {"name": DLQ, "labels": {"strimzi.io/cluster": "main"}}
    assert (dlq["spec"]["partitions"], dlq["spec"]["replicas"]) == (12, 3)
    assert dlq["spec"]["config"] == {
        "cleanup.policy": "delete",
        "max.message.bytes": 1_048_588 + 256 * 1024,
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": 2,
        "retention.ms": 14 * 86_400_000,
    }


def test_a_strimzi_that_takes_v1_only_gets_the_same_in_v1() -> None:
    plan = planned(handled(), there=(deployment(),), brokers=answer())
    old, new = manifests(plan, cluster="main"), manifests(plan, cluster="main", version="v1")
    assert {body["apiVersion"] for body in new} == {"kafka.strimzi.io/v1"}
    assert [body["spec"] for body in new] == [body["spec"] for body in old]


def test_topics_that_are_there_stay_in_the_manifests_and_those_named_no_more_do_not() -> None:
    renamed = handled(deadLetter={"nameTemplate": "{topic}.dead"})
    found = manifests(planned(renamed, there=(handled(*WELL), deployment())), cluster="main")
    assert [body["spec"]["topicName"] for body in found] == [RETRY, "orders.dead"]


def test_what_only_the_brokers_know_is_left_out_and_said() -> None:
    plan = planned(handled(), there=(handled(*WELL), deployment()))
    found = manifests(plan, cluster="main")
    assert all(fits(body) for body in found)
    assert all("replicas" not in body["spec"] for body in found)
    assert "give --bootstrap-servers" in notes(plan)[0]
    assert notes(planned(handled(), there=(deployment(),), brokers=answer())) == []


def test_a_number_of_partitions_that_is_not_known_is_never_left_to_the_brokers() -> None:
    with pytest.raises(Invalid, match=f"how many partitions {re.escape(RETRY)} must have is not known"):
        manifests(planned(handled(), there=(deployment(),)), cluster="main")


def test_without_a_provisioner_manifests_are_the_same() -> None:
    ours = planned(handled(), there=(deployment(),), brokers=answer())
    strimzi_s = planned(handled(topics={"provisioner": "None"}), there=(deployment(),), brokers=answer())
    assert manifests(strimzi_s, cluster="main") == manifests(ours, cluster="main")


def test_what_somebody_made_larger_is_not_made_smaller() -> None:
    large = answer(**{DLQ.replace(".", "__"): _like(DLQ, partitions=24)})
    (_, dlq) = manifests(planned(handled(), there=(deployment(),), brokers=large), cluster="main")
    assert dlq["spec"]["partitions"] == 24


@pytest.mark.parametrize("topic", ["orders", "a.b-c.9"])
def test_a_name_that_kubernetes_takes_is_kept(topic: str) -> None:
    assert object_name(topic) == topic


@pytest.mark.parametrize("topic", ["Orders", "a_b", "..x", "-x-", "a..b", "x" * 253 + "y", "___", "a.-b"])
def test_any_other_is_made_one_with_a_hash_of_its_own(topic: str) -> None:
    name = object_name(topic)
    label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    assert re.fullmatch(rf"{label}([.]{label})*", name)
    assert len(name) <= 253
    assert name != object_name(topic + "_")


def _like(name: str, *, partitions: int) -> Any:
    return type(SOURCE)(name=name, id="x", partitions=partitions, replication=3, config={})
