"""The act of two consumers on one database is judged by what was counted: each promise can be broken, and is told."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from demo.sharing import Half, Summary, Terms, broken_promises, summarise

TERMS = Terms(limit=50, usable=45, cost=5, weight_a=2, weight_b=1)
DECLARED = Half(
    most=46,
    most_consumers=45,
    refused=0,
    replicas_a=6,
    replicas_b=3,
    produced=900,
    written=900,
    operator_restarts=0,
)
UNDECLARED = replace(DECLARED, most=47, most_consumers=46, refused=51, replicas_a=8, replicas_b=8, written=400)


def judged(*, undeclared: Half = UNDECLARED, **changes: int) -> tuple[str, ...]:
    return broken_promises(summarise(terms=TERMS, declared=replace(DECLARED, **changes), undeclared=undeclared))


def test_a_good_run_breaks_no_promise() -> None:
    assert judged() == ()


def test_the_summary_has_the_promised_fields() -> None:
    promised = {"limit", "max_connections_seen", "refused", "refused_without", "replicas_a", "replicas_b"}
    assert promised | {"weight_a", "weight_b"} <= {field.name for field in fields(Summary)}


def test_what_happened_without_the_declaration_stands_apart() -> None:
    summary = summarise(terms=TERMS, declared=DECLARED, undeclared=UNDECLARED)
    assert (summary.refused, summary.refused_without) == (0, 51)
    assert (summary.replicas_a_without, summary.replicas_b_without) == (8, 8)
    assert (summary.produced, summary.written) == (900, 900)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"refused": 1}, "refused 1 connections although"),
        ({"most_consumers": 46}, "held 46 connections at once, more than the 45"),
        ({"replicas_a": 8, "replicas_b": 1}, "8 and 1 replicas are not 2:1 within one replica"),
        ({"replicas_a": 5, "replicas_b": 3}, "5 connections were left unused"),
        ({"written": 899}, "1 of 900 messages were produced and never written"),
        ({"operator_restarts": 2}, "restarted 2 times"),
    ],
)
def test_each_promise_that_is_broken_is_told(changes: dict[str, int], word: str) -> None:
    (said,) = judged(**changes)
    assert word in said


@pytest.mark.parametrize(("got_a", "got_b"), [(7, 2), (5, 4)])
def test_one_replica_off_the_weights_is_still_fair(got_a: int, got_b: int) -> None:
    assert judged(replicas_a=got_a, replicas_b=got_b) == ()


def test_a_burst_that_harms_nobody_shows_nothing() -> None:
    (said,) = judged(undeclared=replace(UNDECLARED, refused=0))
    assert "too small to show anything" in said
