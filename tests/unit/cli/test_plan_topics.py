"""What a plan tells of retry and dead-letter topics, from a file, a status, and what brokers told."""

from __future__ import annotations

from typing import Any

from sluicegate.cli.plan import Plan, lines
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.topic import BrokerTopic
from sluicegate.model.topic_order import TopicAnswer
from tests.unit.cli.test_plan import app, deployment, planned, resource, section, warnings

HANDLING: dict[str, Any] = {"retry": {"delays": ["10s"]}}
RETRY, DLQ = "orders.orders-v1.retry-10s", "orders.orders-v1.dlq"
SOURCE = BrokerTopic(
    name="orders",
    id="s",
    partitions=12,
    replication=3,
    config={"retention.ms": "604800000", "max.message.bytes": "1048588", "min.insync.replicas": "2"},
)


def told(name: str, *, role: str = "DeadLetter", state: str = "InSync", **more: Any) -> dict[str, Any]:
    delay = {"delay": "10s"} if role == "Retry" else {}
    return {"name": name, "role": role, "state": state, "partitions": 12, "id": name, "created": True, **delay, **more}


def handled(*topics: dict[str, Any], partitions: int = 12, **handling: Any) -> dict[str, Any]:
    status = {"topics": list(topics), "partitions": {"count": partitions}} if topics else None
    return app(errorHandling={**HANDLING, **handling}, status=status)


WELL = (told(RETRY, role="Retry"), told(DLQ))


def actions(found: Plan) -> dict[str, str]:
    return {one["name"]: one["action"] for one in section(found, "topics")["topics"]}


def answer(**topics: BrokerTopic | Fault | None) -> TopicAnswer:
    names = {"orders": SOURCE, RETRY: None, DLQ: None}
    return TopicAnswer(topics={**names, **{name.replace("__", "."): one for name, one in topics.items()}})


def test_an_app_without_error_handling_has_no_such_section() -> None:
    found = planned(app(), there=(app(), deployment()))
    assert "topics" not in found.resources[0].value()


def test_topics_of_a_new_app_are_created_as_its_source_is_which_nobody_told_of() -> None:
    found = planned(handled(), there=(deployment(),))
    assert actions(found) == {RETRY: "create", DLQ: "create"}
    (line,) = [line for line in lines(found) if DLQ in line]
    assert (
        line.split()
        == (
            f"+ create {DLQ}, as many partitions as orders, replicated as orders, "
            "cleanup.policy delete, message.timestamp.type LogAppendTime"
        ).split()
    )
    (retry,) = [line for line in lines(found) if RETRY in line]
    assert "retention.ms 168h" in retry
    assert lines(found)[-1].endswith("; 2 topics to create or change")


def test_topics_that_are_there_are_unchanged_and_nothing_would_change() -> None:
    found = planned(handled(), there=(handled(*WELL), deployment()))
    assert actions(found) == {RETRY: "unchanged", DLQ: "unchanged"}
    assert not found.changes


def test_topics_that_were_not_made_yet_are_a_change_though_no_field_differs() -> None:
    found = planned(handled(), there=(handled(told(RETRY, role="Retry")), deployment()))
    assert actions(found) == {RETRY: "unchanged", DLQ: "create"}
    assert found.changes
    assert found.resources[0].action.value == "unchanged"


def test_a_field_that_differs_is_a_change_of_the_topic_s_setting() -> None:
    new = handled(deadLetter={"retention": "720h"})
    found = planned(new, there=(handled(*WELL), deployment()))
    (line,) = [line for line in lines(found) if DLQ in line]
    assert line.split() == f"~ change {DLQ}: retention.ms 336h → 720h".split()
    assert actions(found)[RETRY] == "unchanged"


def test_a_source_that_has_grown_takes_its_topics_with_it() -> None:
    found = planned(handled(), there=(handled(*WELL, partitions=24), deployment()))
    (line,) = [line for line in lines(found) if DLQ in line]
    assert line.split() == f"~ change {DLQ}: 12 → 24 partitions".split()


def test_topics_of_another_name_are_created_and_the_old_ones_kept() -> None:
    new = handled(deadLetter={"nameTemplate": "{topic}.dead"})
    found = planned(new, there=(handled(*WELL), deployment()))
    assert actions(found) == {RETRY: "unchanged", "orders.dead": "create", DLQ: "kept"}


def test_an_app_that_asks_for_none_any_more_keeps_those_that_were_made() -> None:
    found = planned(app(), there=(handled(*WELL), deployment()))
    assert actions(found) == {RETRY: "kept", DLQ: "kept"}


def test_what_the_operator_told_last_is_a_warning() -> None:
    bad = told(DLQ, state="Incompatible", created=False, message=f"{DLQ} does not fit: cleanup.policy is compact")
    found = planned(handled(), there=(handled(WELL[0], bad), deployment()))
    assert f"told last: {DLQ} does not fit: cleanup.policy is compact" in warnings(found)
    assert not found.changes


def test_without_a_provisioner_missing_topics_are_not_made_and_that_is_said() -> None:
    found = planned(handled(topics={"provisioner": "None"}), there=(deployment(),))
    assert actions(found) == {RETRY: "not made", DLQ: "not made"}
    assert any("topics.provisioner is None: create it" in one for one in warnings(found))


def test_names_that_kafka_refuses_are_one_warning() -> None:
    found = planned(handled(deadLetter={"nameTemplate": "{topic}"}), there=(deployment(),))
    assert section(found, "topics")["topics"] == []
    assert any("is one of spec.topics" in one for one in warnings(found))


def test_a_name_that_an_older_app_has_is_not_made() -> None:
    other = app("returns", errorHandling={"deadLetter": {"nameTemplate": "{topic}.dead"}})
    mine = handled(deadLetter={"nameTemplate": "{topic}.dead"})
    found = planned(mine, there=(other, deployment(), deployment("returns")))
    assert actions(found)["orders.dead"] == "not made"
    assert any("belongs to KafkaConsumerApp 'returns'" in one for one in warnings(found))


def test_the_policy_of_a_connection_in_the_same_file_bounds_what_is_made() -> None:
    policy = {"allowedPrefixes": ["team-"]}
    connection = resource("KafkaConnection", "main", {"bootstrapServers": "kafka:9092", "topicPolicy": policy})
    mine = handled()
    mine["spec"]["kafka"] = {"connectionRef": {"name": "main"}}
    found = planned(connection, mine, there=(deployment(),))
    assert actions(found) == {RETRY: "not made", DLQ: "not made"}
    assert any("allowedPrefixes" in one for one in warnings(found))


def test_what_the_brokers_told_makes_the_plan_exact() -> None:
    found = planned(handled(), there=(deployment(),), brokers=answer())
    (dlq,) = [one for one in section(found, "topics")["topics"] if one["name"] == DLQ]
    assert (dlq["action"], dlq["partitions"], dlq["replication"]) == ("create", 12, 3)
    assert dlq["config"]["min.insync.replicas"] == "2"
    assert dlq["config"]["max.message.bytes"] == str(1_048_588 + 256 * 1024)
    assert "as the brokers have them now" in "\n".join(lines(found))


def test_a_source_that_does_not_exist_is_waited_for() -> None:
    found = planned(handled(), there=(deployment(),), brokers=answer(orders=None))
    assert actions(found) == {RETRY: "not made", DLQ: "not made"}
    assert any("the source topic orders does not exist yet" in one for one in warnings(found))


def test_brokers_that_cannot_be_asked_leave_the_status_and_say_why() -> None:
    fault = Fault(FaultKind.UNREACHABLE, "no broker answers")
    found = planned(handled(), there=(handled(*WELL), deployment()), brokers=TopicAnswer(fault=fault))
    assert not found.changes
    assert "from the status: the brokers could not be asked: no broker answers" in "\n".join(lines(found))


def test_what_is_not_known_is_no_reason_to_warn() -> None:
    dead = {"config": {"min.insync.replicas": "2", "max.message.bytes": "2000"}, "replicationFactor": 3}
    new = handled(deadLetter=dead)
    new["spec"]["topics"] = ["orders", "returns"]
    found = planned(new, there=(deployment(),))
    assert warnings(found) == []
    dlqs = [one for one in section(found, "topics")["topics"] if one["role"] == "DeadLetter"]
    assert [(one["partitions"], one["replication"]) for one in dlqs] == [(None, 3)] * 2
    assert dlqs[0]["config"]["min.insync.replicas"] == "2"


def test_fewer_partitions_than_the_source_are_made_as_asked_and_warned_of() -> None:
    found = planned(handled(deadLetter={"partitions": 3}), there=(deployment(),), brokers=answer())
    assert actions(found)[DLQ] == "create"
    assert any("gets 3 partitions as asked for, its source has 12" in one for one in warnings(found))


def test_a_topic_deleted_by_hand_is_made_again() -> None:
    found = planned(
        handled(), there=(handled(*WELL), deployment()), brokers=answer(**{RETRY.replace(".", "__"): _as(RETRY)})
    )
    assert actions(found)[DLQ] == "create"


def test_a_setting_that_somebody_changed_is_shown_as_it_would_be_put_right() -> None:
    changed = _as(DLQ, **{"retention.ms": "1000"})
    found = planned(
        handled(), there=(handled(*WELL), deployment()), brokers=answer(**{DLQ.replace(".", "__"): changed})
    )
    (line,) = [line for line in lines(found) if f"~ change  {DLQ}" in line]
    assert line.endswith(": retention.ms 1s → 336h")


def _as(name: str, **config: str) -> BrokerTopic:
    """The topic as it was made for the app."""
    new = {
        one["name"]: one
        for one in section(planned(handled(), there=(deployment(),), brokers=answer()), "topics")["topics"]
    }
    made = {**new[name]["config"], **config}
    return BrokerTopic(name=name, id=name, partitions=12, replication=3, config=made, own=frozenset(made))
