"""One reason and one sentence for all topics of an app."""

from __future__ import annotations

from itertools import pairwise

from sluicegate.decide.topics.told import Told
from sluicegate.decide.topics.words import MOST, ORDER, refusal, refused, summary
from sluicegate.model.kafka import Fault, FaultKind
from sluicegate.model.topic import Change, ChangeKind, Role, TopicName, TopicStanding, TopicState


def told(name: str, reason: str = "", message: str = "", *, lacks: tuple[str, ...] = ()) -> Told:
    topic = TopicName(role=Role.RETRY, name=name, sources=())
    standing = TopicStanding(topic=topic, state=TopicState.IN_SYNC, message=message)
    return Told(standing=standing, reason=reason, lacks=lacks, lacks_on=name if lacks else "")


def test_the_gravest_reason_is_told_first_with_the_others_behind_it() -> None:
    for graver, milder in pairwise(ORDER):
        found = summary([told("a", milder, "mild"), told("b", graver, "grave"), told("c")])
        assert found == (graver, "grave; mild")


def test_the_same_sentence_is_told_once_and_no_more_than_a_few() -> None:
    assert summary([told("a", "Unknown", "same"), told("b", "Unknown", "same")]) == ("Unknown", "same")
    many = [told(f"t{number}", "Unknown", f"said {number}") for number in range(MOST + 3)]
    assert summary(many)[1].endswith(f"said {MOST - 1}; and 3 more")


def test_all_is_well_is_said_too() -> None:
    assert summary([told("a")]) == ("", "the topic is as it should be")
    assert summary([told("a"), told("b")]) == ("", "2 topics are as they should be")
    assert summary([told("a", message="bounded"), told("b")]) == ("", "bounded")


def test_rights_that_lack_are_gathered_in_one_command_for_each_right() -> None:
    _, said = summary(
        [
            told("b", "NotAuthorized", "no", lacks=("Create",)),
            told("a", "NotAuthorized", "no", lacks=("Create",)),
            told("c", "NotAuthorized", "no", lacks=("Alter",)),
        ]
    )
    assert "--operation Create --topic a --topic b" in said
    assert "--operation Alter --topic c" in said
    assert said.count("kafka-acls.sh") == 2


def test_a_command_stands_before_what_a_status_may_cut_off_and_is_not_too_long_itself() -> None:
    lacking = [told("t" * 200 + str(number), "NotAuthorized", f"no {number}", lacks=("Create",)) for number in range(9)]
    _, said = summary(lacking)
    assert said.startswith("no 0; to allow it: kafka-acls.sh")
    assert said.endswith(f"no {MOST - 1}; and 4 more")
    assert said.count("--topic") == 3
    assert len(said) < 1024


def test_a_name_that_the_broker_refuses_is_an_invalid_name() -> None:
    create = Change(kind=ChangeKind.CREATE, topic="a.b")
    collides = Fault(FaultKind.UNKNOWN_TOPIC, "Topic 'a.b' collides with existing topic: a_b")
    assert refusal(create, collides) == (
        "InvalidName",
        "a.b could not be created: Topic 'a.b' collides with existing topic: a_b; change the nameTemplate",
    )
    delete = Change(kind=ChangeKind.DELETE, topic="a.b")
    assert refusal(delete, Fault(FaultKind.UNKNOWN_TOPIC, "unknown")) == (
        "BrokerRefused",
        "a.b could not be deleted: unknown",
    )


def test_a_single_refusal_has_the_command_beside_it_where_a_right_is_missing() -> None:
    create = Change(kind=ChangeKind.CREATE, topic="a.b")
    assert refused(create, Fault(FaultKind.OTHER, "no room")) == "a.b could not be created: no room"
    said = refused(create, Fault(FaultKind.DENIED, "denied"))
    assert said.startswith("a.b could not be created: denied; to allow it: kafka-acls.sh")
    assert said.endswith("--operation Create --topic a.b")
