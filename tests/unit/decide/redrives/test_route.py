"""From where to where a redrive moves letters, and the sentences for what cannot be done."""

from __future__ import annotations

from typing import Any

import pytest

from sluicegate.decide.redrives.route import ANY, Routes, foreign_readers, routes
from sluicegate.decide.topics.names import topics_of
from sluicegate.model.app import AppSpec
from sluicegate.model.redrive import RedriveSpec
from sluicegate.model.resource import Key

RETRY = {"delays": ["10s", "1m"]}


def found(
    spec: dict[str, Any],
    *,
    handling: dict[str, Any] | None = None,
    sources: tuple[str, ...] = ("orders",),
    targets: tuple[str, ...] = (),
) -> Routes:
    app = AppSpec.model_validate(
        {
            "scaleTargetRef": {"name": "orders"},
            "kafka": {"bootstrapServers": "kafka:9092"},
            "consumerGroup": "g",
            "topics": sources,
            "scaling": {"maxReplicas": 3},
            **({"errorHandling": handling} if handling is not None else {}),
        }
    )
    redrive = RedriveSpec.model_validate({"appRef": {"name": "orders"}, **spec})
    return routes(redrive, app="orders", named=topics_of(app, key=Key("shop", "orders")), targets=targets)


def test_by_default_letters_go_to_the_first_retry_topic_of_their_source() -> None:
    [route] = found({}, handling={"retry": RETRY}).routes
    assert route.dead_letter == "orders.g.dlq"
    assert route.topics == {"orders": "orders.g.retry-10s", ANY: "orders.g.retry-10s"}
    assert route.parking == "orders.g.dlq.parked"


def test_letters_of_two_sources_in_one_topic_go_home_each_by_its_headers_only() -> None:
    handling = {"deadLetter": {"nameTemplate": "{group}.dlq"}}
    all_of_it = found({"to": "Source"}, handling=handling, sources=("orders", "returns"))
    [route] = all_of_it.routes
    assert route.topics == {"orders": "orders", "returns": "returns"}
    assert all_of_it.shared == ("orders", "returns")


def test_each_dead_letter_topic_has_a_route() -> None:
    all_of_it = found({"to": "Park"}, handling={}, sources=("orders", "returns"))
    assert [route.dead_letter for route in all_of_it.routes] == ["orders.g.dlq", "returns.g.dlq"]
    assert all(not route.topics for route in all_of_it.routes)
    assert all_of_it.destination == "orders.g.dlq.parked, returns.g.dlq.parked"


def test_a_topic_by_name_takes_all() -> None:
    [route] = found({"to": "Topic", "topic": "audit"}, handling={}, targets=("audit",)).routes
    assert route.topics == {ANY: "audit"}


@pytest.mark.parametrize(
    ("spec", "handling", "words"),
    [
        ({}, None, "has no dead-letter topic; give it spec.errorHandling"),
        ({}, {}, "spec.to: Retry needs a retry topic"),
        ({"to": "Topic", "topic": "audit"}, {}, "not among redriveTargets"),
        ({"to": "Topic", "topic": "orders.g.dlq"}, {}, "is where the dead letters come from"),
        ({"to": "Topic", "topic": "orders.g.dlq.parked"}, {}, "is where the dead letters come from"),
        ({}, {"deadLetter": {"nameTemplate": "{topic}"}}, "have no names: spec.errorHandling.deadLetter.nameTemplate"),
    ],
)
def test_what_cannot_be_done_names_field_and_remedy(
    spec: dict[str, Any], handling: dict[str, Any] | None, words: str
) -> None:
    refused = found(spec, handling=handling)
    assert words in refused.problem
    assert refused.routes == ()


def test_the_source_is_not_written_to_again_while_other_groups_read_it_unless_that_is_meant() -> None:
    readers = {"orders": ("audit", "g", "billing")}
    spec = RedriveSpec.model_validate({"appRef": {"name": "orders"}, "to": "Source"})
    said = foreign_readers(spec, group="g", readers=readers.__getitem__, shared="orders")
    assert "audit, billing" in said
    assert "allowOtherGroups" in said
    meant = spec.model_copy(update={"allow_other_groups": True})
    assert foreign_readers(meant, group="g", readers=readers.__getitem__, shared="orders") == ""
    assert foreign_readers(spec, group="g", readers=lambda _: ("g",), shared="orders") == ""
