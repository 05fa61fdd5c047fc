"""What stands in `status.topics` is what a new process knows of an app's topics."""

from __future__ import annotations

from sluicegate.act.topic_status import rendered
from sluicegate.control.topics.remembered import remembered
from sluicegate.model.topic import Role, TopicName, TopicStanding, TopicState, TopicsView

RETRY = TopicStanding(
    topic=TopicName(role=Role.RETRY, name="orders.retry-1m30s", sources=("orders",), delays=(90.0, 90.0), index=1),
    state=TopicState.IN_SYNC,
    partitions=12,
    id="h15Sasz3RtyHXfPC3AsaIQ",
    created=True,
)
DEAD = TopicStanding(
    topic=TopicName(role=Role.DEAD_LETTER, name="orders.dlq", sources=("orders",)),
    state=TopicState.INCOMPATIBLE,
    partitions=1,
    id="x",
    message="1 partition instead of at least 12",
)


def test_what_was_written_comes_back_with_all_that_tells_our_topics_from_others() -> None:
    found = remembered({"topics": rendered(TopicsView(topics=(RETRY, DEAD)))})
    told = {one.topic.name: (one.topic.role, one.topic.delay, one.state, one.partitions, one.id) for one in found}
    assert told == {
        "orders.retry-1m30s": (Role.RETRY, 90.0, TopicState.IN_SYNC, 12, "h15Sasz3RtyHXfPC3AsaIQ"),
        "orders.dlq": (Role.DEAD_LETTER, None, TopicState.INCOMPATIBLE, 1, "x"),
    }
    assert {one.topic.name: one.created for one in found} == {"orders.retry-1m30s": True, "orders.dlq": False}
    assert next(one for one in found if one.message).message == DEAD.message


def test_entries_that_make_no_sense_are_left_out() -> None:
    good = rendered(TopicsView(topics=(DEAD,)))[0]
    odd = [{}, {"name": "x"}, {**good, "state": "Strange"}, {**good, "partitions": "many"}, "text", None]
    assert [one.topic.name for one in remembered({"topics": [*odd, good]})] == ["orders.dlq"]
    assert remembered({"topics": "text"}) == ()
    assert remembered({}) == ()


def test_created_counts_only_as_the_truth_itself() -> None:
    entry = {**rendered(TopicsView(topics=(DEAD,)))[0], "created": "yes"}
    assert not remembered({"topics": [entry]})[0].created
