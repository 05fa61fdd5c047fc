"""Names of retry and dead-letter topics: templates, presets, what Kafka refuses, what is cut."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sluicegate.decide.topics.names import (
    LONGEST,
    Named,
    dead_letter_of,
    first_retry_of,
    parking_of,
    progress_group,
    settled_group,
    topics_of,
)
from sluicegate.model.resource import Key
from sluicegate.model.topic import Role
from tests.support import given

KEY = Key("shop", "orders")


def named(
    *,
    delays: list[str] | None = None,
    sources: tuple[str, ...] = ("orders",),
    group: str = "orders-v1",
    **handling: Any,
) -> Named:
    if delays is not None:
        handling["retry"] = {"delays": delays, **handling.get("retry", {})}
    return topics_of(given.spec(topics=sources, consumerGroup=group, errorHandling=handling), key=KEY)


def names(found: Named) -> list[str]:
    assert not found.problem
    return [one.name for one in found.topics]


def test_an_app_without_error_handling_asks_for_no_topics() -> None:
    assert topics_of(given.spec(), key=KEY) == Named()
    assert topics_of(given.spec(topics=None), key=KEY) == Named()


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("Sluicegate", ["orders.orders-v1.retry-10s", "orders.orders-v1.retry-1m", "orders.orders-v1.dlq"]),
        ("Spring", ["orders-retry-0", "orders-retry-1", "orders-dlt"]),
        ("ShareGroup", ["orders.orders-v1.retry-10s", "orders.orders-v1.retry-1m", "dlq.orders.orders-v1"]),
    ],
)
def test_a_preset_stands_in_for_templates_that_are_not_given(preset: str, expected: list[str]) -> None:
    assert names(named(preset=preset, delays=["10s", "1m"])) == expected


def test_a_template_wins_over_the_preset() -> None:
    found = named(
        preset="Spring",
        retry={"delays": ["90s"], "nameTemplate": "{namespace}.{app}.{topic}.{index}.{delay}.{delayMs}"},
        deadLetter={"nameTemplate": "dead.{group}"},
    )
    assert names(found) == ["shop.orders.orders.0.1m30s.90000", "dead.orders-v1"]


def test_equal_delays_share_one_topic() -> None:
    found = named(delays=["10s", "1m", "60s", "10s"])
    assert [(one.name, one.delays, one.index) for one in found.topics if one.role is Role.RETRY] == [
        ("orders.orders-v1.retry-10s", (10.0, 10.0), 0),
        ("orders.orders-v1.retry-1m", (60.0, 60.0), 1),
    ]


def test_a_backoff_that_does_not_grow_has_one_topic() -> None:
    found = named(retry={"backoff": {"initial": "5s", "multiplier": 1, "attempts": 4}})
    assert names(found) == ["orders.orders-v1.retry-5s", "orders.orders-v1.dlq"]
    assert found.topics[0].delays == (5.0,) * 4


def test_sources_share_topics_where_the_template_does_not_tell_them_apart() -> None:
    found = named(sources=("orders", "returns"), delays=["10s"], deadLetter={"nameTemplate": "{group}.dlq"})
    assert names(found) == ["orders.orders-v1.retry-10s", "returns.orders-v1.retry-10s", "orders-v1.dlq"]
    assert found.topics[-1].sources == ("orders", "returns")
    assert dead_letter_of(found, "returns") == found.topics[-1]


def test_each_source_has_its_own_way() -> None:
    found = named(sources=("orders", "returns"), delays=["1m", "10s"])
    retry, dead = first_retry_of(found, "returns"), dead_letter_of(found, "returns")
    assert retry is not None
    assert dead is not None
    assert (retry.name, retry.delay, dead.name, dead.delay) == (
        "returns.orders-v1.retry-1m",
        60.0,
        "returns.orders-v1.dlq",
        None,
    )
    assert first_retry_of(found, "others") is None
    assert dead_letter_of(found, "others") is None


def test_strict_ordering_has_a_dead_letter_topic_only() -> None:
    found = named(ordering="Strict")
    assert [one.role for one in found.topics] == [Role.DEAD_LETTER]
    assert first_retry_of(found, "orders") is None


def test_names_too_long_are_cut_and_told_apart_by_a_hash() -> None:
    sources = ("o" * 240 + "1", "o" * 240 + "2")
    found = names(named(sources=sources, delays=["10s"]))
    assert len(set(found)) == 4
    assert all(len(one) == LONGEST and one.startswith("o" * 200) for one in found)
    assert found == names(named(sources=sources, delays=["10s"]))
    assert len(parking_of(found[-1])) == LONGEST
    assert parking_of(found[-1]) != parking_of(found[-2])


def test_a_name_just_short_enough_stays_whole() -> None:
    whole = "o" * (LONGEST - len(".g.dlq"))
    assert names(named(sources=(whole,), group="g")) == [f"{whole}.g.dlq"]
    assert names(named(sources=(f"{whole}o",), group="g")) != [f"{whole}o.g.dlq"]


def test_groups_that_no_topic_could_be_named_after_stay_apart() -> None:
    one, other = names(named(group="orders v1"))[0], names(named(group="orders/v1"))[0]
    assert one != other
    assert all(re.fullmatch(r"orders\.orders-v1-[0-9a-f]{10}\.dlq", name) for name in (one, other))


@pytest.mark.parametrize(
    ("handling", "said"),
    [
        ({"deadLetter": {"nameTemplate": "{topic}"}}, "deadLetter.nameTemplate: 'orders' is one of spec.topics"),
        ({"retry": {"delays": ["10s"], "nameTemplate": "{topic}"}}, "retry.nameTemplate: 'orders' is one of"),
        ({"deadLetter": {"nameTemplate": "__{topic}"}}, "'__orders' would be internal to Kafka"),
        ({"retry": {"delays": ["1s"], "nameTemplate": "__{group}"}}, "retry.nameTemplate: '__orders-v1' would be"),
        (
            {"retry": {"delays": ["10s", "1m"], "nameTemplate": "{topic}.again"}},
            "errorHandling.retry.nameTemplate: two different topics would both be named 'orders.again'",
        ),
        (
            {"retry": {"delays": ["10s"], "nameTemplate": "{topic}.x"}, "deadLetter": {"nameTemplate": "{topic}.x"}},
            "errorHandling.deadLetter.nameTemplate: two different topics would both be named 'orders.x'",
        ),
        (
            {"retry": {"delays": ["10s"], "nameTemplate": "{topic}_x"}, "deadLetter": {"nameTemplate": "{topic}.x"}},
            "the names 'orders_x' and 'orders.x' differ in '.' and '_' only",
        ),
    ],
)
def test_names_that_kafka_would_refuse_are_refused_with_field_value_and_remedy(
    handling: dict[str, Any], said: str
) -> None:
    found = named(**handling)
    assert found.topics == ()
    assert said in found.problem
    assert "template" in found.problem


@pytest.mark.parametrize("group", [".", ".."])
def test_a_name_of_dots_is_no_name(group: str) -> None:
    found = named(group=group, deadLetter={"nameTemplate": "{group}"})
    assert f"deadLetter.nameTemplate: {group!r} is no name that Kafka takes" in found.problem


def test_a_source_and_a_topic_that_differ_in_dots_only_are_refused() -> None:
    found = named(sources=("orders", "orders_dead"), deadLetter={"nameTemplate": "{topic}.dead"})
    assert "'orders_dead' and 'orders.dead' differ in '.' and '_' only" in found.problem


def test_more_topics_than_a_status_can_tell_of_are_refused() -> None:
    sources = tuple(f"orders-{number}" for number in range(64))
    assert len(names(named(sources=sources, delays=["10s"]))) == 128
    found = named(sources=sources, delays=["10s", "1m"])
    assert found.topics == ()
    assert "64 topics with these delays would need 192" in found.problem
    assert "an app may have 128" in found.problem


def test_groups_of_a_dead_letter_topic_are_named_after_it() -> None:
    assert parking_of("orders.dlq") == "orders.dlq.parked"
    assert settled_group("orders.dlq") == "orders.dlq.settled"
    assert progress_group("orders.dlq", "12345678-90ab") == "orders.dlq.redrive.12345678"
