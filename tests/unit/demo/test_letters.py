"""The account of the dead letters closes only when it does: each way in which a message can be missing is told."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

from demo import letters, plot_letters
from demo.letters import Letters, Row, Summary, broken_promises, place_of

GOOD = Summary(
    produced=1000,
    handled=980,
    retried=50,
    dead_lettered=20,
    redriven=20,
    handled_after=1000,
    lost=0,
    duplicates=3,
    operator_restarts=0,
)


def test_a_good_run_breaks_no_promise() -> None:
    assert broken_promises(GOOD) == ()


def test_the_summary_has_the_promised_fields() -> None:
    promised = {"produced", "handled", "retried", "dead_lettered", "redriven", "handled_after", "lost"}
    assert promised <= {field.name for field in fields(Summary)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"handled": 979}, "1000 messages were produced, but 979 handled and 20 dead-lettered"),
        ({"handled_after": 999}, "999 of 1000 messages were handled"),
        ({"lost": 2}, "2 messages were lost"),
        ({"redriven": 19}, "20 messages were dead-lettered, but 19 redriven"),
        ({"retried": 0}, "no message failed"),
        ({"operator_restarts": 1}, "restarted 1 times"),
    ],
)
def test_each_promise_that_is_broken_is_told(changes: dict[str, int], words: str) -> None:
    (said,) = broken_promises(replace(GOOD, **changes))
    assert words in said


def told() -> Letters:
    """Four messages: handled at once, at a retry, dead, and dead and brought back."""
    account = Letters()
    for number in range(4):
        account.sent(f"orders-0-{number}", 100.0 + number)
    account.handled("orders-0-0", 101.0)
    account.retried("orders-0-1", 102.0, by_redrive=False)
    account.handled("orders-0-1", 107.0)
    account.died("orders-0-2", 103.0)
    account.died("orders-0-3", 104.0)
    return account


def test_every_message_is_handled_dead_or_open() -> None:
    account = told()
    account.sent("orders-0-4", 104.5)
    balance = account.balance()
    assert (balance.produced, balance.handled, balance.dead, balance.open) == (5, 2, 2, 1)
    assert (balance.retried, balance.dead_lettered) == (1, 2)


def test_what_is_brought_back_and_handled_lies_dead_no_more_but_was_given_up_once() -> None:
    account = told()
    account.retried("orders-0-3", 110.0, by_redrive=True)
    account.handled("orders-0-3", 115.0)
    balance = account.balance()
    assert (balance.handled, balance.dead, balance.dead_lettered, balance.redriven) == (3, 1, 2, 1)


def test_a_message_that_is_handled_twice_counts_once_and_is_told() -> None:
    account = told()
    account.handled("orders-0-0", 100.5)
    account.died("orders-0-2", 109.0)
    account.retried("orders-0-1", 102.5, by_redrive=False)
    balance = account.balance()
    assert (balance.handled, balance.retried, balance.dead_lettered, balance.duplicates) == (2, 1, 2, 1)


def test_a_result_of_a_message_that_nobody_sent_is_no_message() -> None:
    account = told()
    account.handled("elsewhere-0-0", 100.5)
    assert account.balance().handled == 2


def test_a_row_a_second_from_the_first_message_on() -> None:
    account = told()
    account.retried("orders-0-3", 108.5, by_redrive=True)
    account.handled("orders-0-3", 109.5)
    rows = account.rows(until=110.2)
    assert [row.second for row in rows] == [float(second) for second in range(1, 12)]
    assert sum(row.arrived for row in rows) == 4
    assert sum(row.handled for row in rows) == 3
    assert [row.dead for row in rows] == [0, 0, 1, 2, 2, 2, 2, 2, 2, 1, 1]
    assert rows[-1].brought_back == 1


def test_without_a_message_there_are_no_rows() -> None:
    assert Letters().rows(until=10.0) == ()


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = told().rows(until=110.0)
    letters.write(tmp_path / "letters.csv", rows)
    assert letters.read(tmp_path / "letters.csv") == rows


def test_a_first_place_needs_topic_partition_and_offset() -> None:
    names = ("topic", "partition", "offset")
    found = [(f"sluicegate.original.{name}", value) for name, value in zip(names, (b"o", b"1", b"7"), strict=True)]
    assert place_of(found) == "o-1-7"
    assert place_of(found[:2]) is None


def test_the_picture_is_drawn_from_the_files_and_its_headline_is_the_account(tmp_path: Path) -> None:
    letters.write(tmp_path / "letters.csv", told().rows(until=110.0))
    (tmp_path / "summary.json").write_text(json.dumps(asdict(GOOD)), encoding="utf-8")
    svg, png = plot_letters.redraw(tmp_path)
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    assert png.stat().st_size > 10_000
    first, second = plot_letters.headline(asdict(GOOD))
    assert first == "1,000 messages, none lost: 980 handled, 20 dead-lettered"
    assert "1,000 of 1,000" in second


def test_a_loss_stands_in_the_headline() -> None:
    first, _ = plot_letters.headline(asdict(replace(GOOD, lost=1200)))
    assert "1,200 of them lost" in first


def test_a_run_without_a_row_is_drawn_all_the_same() -> None:
    assert plot_letters.draw((), asdict(GOOD)) is not None
    assert plot_letters.draw((Row(second=1.0, arrived=0, handled=0, retried=0, dead=0, brought_back=0),), asdict(GOOD))
