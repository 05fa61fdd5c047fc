"""Topics of an app's error handling, on its page and in the words of `explain`."""

from __future__ import annotations

from io import StringIO
from typing import Any

from rich.console import Console

from sluicegate.cli.page import page
from sluicegate.cli.reasons import reasons
from sluicegate.cli.topic_table import topic_table
from tests.unit.cli.bodies import shown

NOW = 1_800_000_000.0


def topic(name: str, role: str = "Retry", state: str = "InSync", **more: Any) -> dict[str, Any]:
    return {"name": name, "role": role, "state": state, "partitions": 12, "created": True, **more}


WELL = [topic("o.retry-1m", delay="60s"), topic("o.dlq", "DeadLetter"), topic("o.retry-10s", delay="10s")]


def drawn(body: dict[str, Any]) -> list[str]:
    console = Console(width=200, record=True, file=StringIO())
    console.print(page(body, now=NOW))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_the_page_shows_retry_topics_by_their_delays_then_the_dead_letters() -> None:
    lines = drawn(shown(topics=WELL))
    start = next(number for number, line in enumerate(lines) if line.startswith("TOPIC "))
    assert [line.split() for line in lines[start : start + 4]] == [
        ["TOPIC", "ROLE", "DELAY", "PARTITIONS", "STATE", "MADE-HERE"],
        ["o.retry-10s", "Retry", "10s", "12", "InSync", "yes"],
        ["o.retry-1m", "Retry", "1m", "12", "InSync", "yes"],
        ["o.dlq", "DeadLetter", "12", "InSync", "yes"],
    ]


def test_what_is_wrong_with_a_topic_stands_beside_it() -> None:
    bad = topic("o.dlq", "DeadLetter", "Incompatible", created=False, message="cleanup.policy is compact")
    (line,) = [line for line in drawn(shown(topics=[bad])) if line.startswith("o.dlq")]
    assert line.split(maxsplit=5) == ["o.dlq", "DeadLetter", "12", "Incompatible", "no", "cleanup.policy is compact"]


def test_an_app_without_such_topics_has_no_block_and_no_line() -> None:
    assert topic_table(shown()) is None
    assert "topics" not in dict(reasons(shown()))


def test_explain_counts_them_and_names_those_that_are_not_in_sync() -> None:
    assert dict(reasons(shown(topics=WELL)))["topics"] == "2 retry topics, dead letters in o.dlq: all in sync"
    late = [*WELL[:2], topic("o.retry-10s", state="Creating", delay="10s")]
    assert dict(reasons(shown(topics=late)))["topics"].endswith(": o.retry-10s is Creating")


def test_the_condition_tells_explain_why_topics_are_not_in_sync() -> None:
    said = {"type": "TopicsInSync", "status": "False", "reason": "TopicConflict", "message": "o.dlq belongs to another"}
    assert dict(reasons(shown(topics=WELL, conditions=[said])))["TopicsInSync"] == "False: o.dlq belongs to another"
