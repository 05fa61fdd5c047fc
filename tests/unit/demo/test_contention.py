"""The table of the two consumers: a row a second, with the most connections since the row before; and its picture."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from demo import contention
from demo.connections import Count, refusals
from demo.contention import Look, Side
from demo.plot_sharing import headline, redraw
from demo.sharing import summarise
from tests.unit.demo.test_sharing import DECLARED, TERMS, UNDECLARED

USERS = ("orders", "invoices")
START = 1_700_000_000.0


def look(second: int, *, sent: int, replicas: int = 1, refused: int = 0) -> Look:
    side = Side(replicas=replicas, ready=replicas, wanted=None, lag=0, sent=sent)
    return Look(at=START + second, a=side, b=side, refused=refused)


def count(second: float, orders: int, invoices: int, others: int = 0) -> Count:
    return Count(at=START + second, by_user={"orders": orders, "invoices": invoices, "sluicegate": others})


def table(*, declared: bool = True) -> tuple[contention.Row, ...]:
    looks = [look(n, sent=30 * n if n < 5 else 300 * n, replicas=1 + n // 5, refused=n // 4) for n in range(12)]
    counts = [count(n / 5, orders=n // 6, invoices=n // 12, others=n % 2) for n in range(58)]
    burst = contention.burst_at(looks, rate=180.0)
    return contention.rows(looks, counts, users=USERS, declared=declared, burst=burst)


def test_the_burst_begins_where_messages_come_faster() -> None:
    assert [row.second for row in table()][:6] == [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0]


def test_a_row_holds_the_moment_since_the_last_one_at_which_most_connections_were_held() -> None:
    looks = [look(1, sent=0), look(2, sent=0), look(3, sent=0)]
    counts = [count(0.5, 5, 5), count(1.2, 20, 10, others=1), count(1.4, 30, 15), count(1.9, 10, 5)]
    found = contention.rows(looks, counts, users=USERS, declared=True, burst=START)
    assert [(row.connections_a, row.connections_b, row.others) for row in found] == [
        (5, 5, 0),
        (30, 15, 0),
        (30, 15, 0),
    ]


def test_the_table_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    written = (*table(declared=False), *table())
    contention.write(tmp_path / "contention.csv", written)
    assert contention.read(tmp_path / "contention.csv") == written


def test_another_table_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("second,lag\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.csv is no table of a contention"):
        contention.read(tmp_path / "other.csv")


def test_the_headline_says_what_happened_and_not_what_was_hoped_for() -> None:
    good = asdict(summarise(terms=TERMS, declared=DECLARED, undeclared=UNDECLARED))
    first, second = headline(good)
    assert first == "Two consumers, one PostgreSQL with 50 connections: none refused, 51 without the declaration"
    assert second == (
        "declared: orders 6 and invoices 3 replicas, by weights 2:1, 5 connections each; "
        "at most 45 of the 45 connections they may use"
    )
    bad = asdict(summarise(terms=TERMS, declared=replace(DECLARED, refused=4), undeclared=UNDECLARED))
    assert "4 refused, 51 without" in headline(bad)[0]


def test_the_picture_is_drawn_from_the_files(tmp_path: Path) -> None:
    summary = summarise(terms=TERMS, declared=DECLARED, undeclared=UNDECLARED)
    (tmp_path / "summary.json").write_text(json.dumps(asdict(summary)), encoding="utf-8")
    contention.write(tmp_path / "contention.csv", (*table(declared=False), *table()))
    svg, png = redraw(tmp_path)
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    assert png.stat().st_size > 10_000


def test_refusals_are_what_the_server_says_of_them_and_nothing_else(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    assert refusals(log) == 0
    log.write_text(
        "FATAL:  sorry, too many clients already\n"
        "LOG:  somebody asked about too many clients already\n"
        "FATAL:  remaining connection slots are reserved for non-replication superuser connections\n"
        "FATAL:  the database system is shutting down\n",
        encoding="utf-8",
    )
    assert refusals(log) == 2
