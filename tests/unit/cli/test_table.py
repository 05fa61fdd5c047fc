"""Tables as people read them, in a pipe: plain, and never cut."""

import io

import pytest
from rich.console import Console, RenderableType

from sluicegate.cli.console import PIPE_WIDTH
from sluicegate.cli.page import page
from sluicegate.cli.table import age, table
from tests.unit.cli.bodies import shown

NOW = 1_800_000_000.0


def lines(drawn: RenderableType) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=PIPE_WIDTH, highlight=False).print(drawn)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_the_columns_are_those_of_kubectl_get() -> None:
    assert lines(table([shown()], now=NOW, namespaces=False)) == [
        "NAME REPLICAS WANTED CAP LIMITED-BY LAG LAG-TIME DLQ READY AGE",
        "orders 11 20 11 Partitions 48000 54s True 9d",
    ]


def test_dead_letters_are_counted_where_the_app_has_some() -> None:
    body = shown(deadLetter={"topic": "orders.orders-v1.dlq", "records": 12})
    assert lines(table([body], now=NOW, namespaces=False))[1] == "orders 11 20 11 Partitions 48000 54s 12 True 9d"


def test_with_all_namespaces_the_namespace_comes_first() -> None:
    assert lines(table([shown()], now=NOW, namespaces=True))[1].startswith("shop orders 11")


def test_a_number_on_its_way_shows_both_ends() -> None:
    moving = shown(replicas={"current": 3, "desired": 11})
    assert lines(table([moving], now=NOW, namespaces=False))[1].startswith("orders 3→11")


def test_what_is_not_known_is_an_empty_cell_and_not_a_zero() -> None:
    row = lines(table([shown(lag=None, replicas={"current": 3, "desired": 3})], now=NOW, namespaces=False))[1]
    assert row == "orders 3 Partitions True 9d"


def test_an_app_without_a_status_has_a_row() -> None:
    body = shown()
    del body["status"]
    assert lines(table([body], now=NOW, namespaces=False))[1] == "orders 9d"


def test_a_page_has_row_reasons_and_every_condition() -> None:
    text = lines(page(shown(), now=NOW))
    assert "orders 11 20 11 Partitions 48000 54s True 9d" in text
    assert "Group orders-v1" in text
    assert "Why 20 wanted for a lag of 54 s; 11 partitions" in text
    assert "ScalingLimited True Partitions 11 partitions" in text
    assert "Reconciling True Scaling" in text


def test_a_suspended_or_overridden_app_says_so() -> None:
    body = shown()
    body["spec"] |= {"suspend": True, "override": {"replicas": 5, "until": "2027-02-01T00:00:00Z"}}
    assert "Mode Active, suspended, override: 5 until 2027-02-01T00:00:00Z" in lines(page(body, now=NOW))


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("2027-01-15T07:59:30Z", "30s"),
        ("2027-01-15T07:58:10Z", "110s"),
        ("2027-01-15T07:00:30Z", "59m"),
        ("2027-01-14T09:00:00Z", "23h"),
        ("2027-01-15T08:00:09Z", "0s"),
    ],
)
def test_ages_are_in_one_unit(created: str, expected: str) -> None:
    assert age({"metadata": {"creationTimestamp": created}}, now=NOW) == expected
