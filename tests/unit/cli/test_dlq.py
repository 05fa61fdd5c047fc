"""`dlq`: what its tables and lines say, and what its options become."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from sluicegate.cli import dlq_page
from sluicegate.cli.commands.dlq import _select, dlq
from sluicegate.cli.dlq_run import Wish, part_of, phase_of
from sluicegate.errors import Invalid
from sluicegate.model.resource import Key

NOW = 1767225720.0
NOTHING: dict[str, Any] = {
    "since": None, "until": None, "error_class": None, "key": None, "headers": (), "max_records": None
}  # fmt: skip


def app(name: str, **status: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "shop", "name": name}, "status": status}


def redrive(name: str, *, of: str, namespace: str = "shop", **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"appRef": {"name": of}},
        "status": status,
    }


def drawn(what: Any) -> str:
    console = Console(width=200, highlight=False)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


def test_apps_with_a_dead_letter_topic_are_listed_with_what_runs_on_them() -> None:
    apps = [
        app("orders", deadLetter={"topic": "orders.dlq", "records": 1200, "oldest": "2026-01-01T00:00:00Z"}),
        app("fresh", topics=[{"name": "fresh.dlq", "role": "DeadLetter"}, {"name": "fresh.retry", "role": "Retry"}]),
        app("without"),
    ]
    runs = [
        redrive("one", of="orders", phase="Running", redriven=5, total=1200),
        redrive("two", of="orders", phase="Succeeded"),
        redrive("theirs", of="orders", namespace="billing", phase="Running"),
    ]
    found = dlq_page.rows(apps, runs, now=NOW)
    assert [(one["app"], one["records"], one["age"]) for one in found] == [
        ("orders", 1200, "2m"),
        ("fresh", None, None),
    ]
    assert [run["name"] for run in found[0]["redrives"]] == ["one", "two"]
    said = drawn(dlq_page.table(found, namespaces=True))
    assert "1,200" in said
    assert "one Running" in said
    assert "two" not in said
    assert "fresh.dlq" in said


def test_a_report_is_drawn_in_proportion() -> None:
    report = {"errors": [{"name": "Timeout", "records": 30}, {"name": "Poison", "records": 10}]}
    lines = drawn(dlq_page.contents({"topic": "orders.dlq", "total": 50, "matched": 40, "report": report})).splitlines()
    assert lines[0] == "orders.dlq: 50 dead letters, 40 of them selected"
    bars = {line.split()[0]: line.count("█") for line in lines if "█" in line}
    assert bars == {"Timeout": 24, "Poison": 8}


def test_an_outcome_says_what_was_moved_and_why_it_ended_badly() -> None:
    good = redrive("again", of="orders", phase="Succeeded", redriven=1200, repeated=7, message="fine")
    assert dlq_page.outcome(good) == (
        "DeadLetterRedrive again: Succeeded, 1,200 redriven, 0 parked, 0 left where they are; up to 7 of them twice"
    )
    bad = redrive("again", of="orders", phase="Failed", message="the canary came back")
    assert dlq_page.outcome(bad).endswith("0 left where they are: the canary came back")


def test_options_become_a_selection_of_what_was_given_only() -> None:
    assert _select(**NOTHING) == {}
    given = NOTHING | {"since": 86400.0, "headers": ("tenant=^blue$", "a=b=c"), "max_records": 5}
    assert _select(**given) == {"since": "24h", "headers": {"tenant": "^blue$", "a": "b=c"}, "maxRecords": 5}


@pytest.mark.parametrize("headers", [("tenant",), ("=x",), ("a=1", "a=2")])
def test_a_header_that_cannot_be_meant_is_refused(headers: tuple[str, ...]) -> None:
    with pytest.raises(click.BadParameter):
        _select(**NOTHING | {"headers": headers})


def test_a_wish_is_a_redrive_with_a_name_of_its_own_and_refused_before_anything_is_asked() -> None:
    wish = Wish(app=Key("shop", "orders"), spec={"to": "Park"}, purpose="park")
    one, other = wish.body(), wish.body()
    assert one["metadata"]["name"].startswith("orders-park-")
    assert one["metadata"]["name"] != other["metadata"]["name"]
    assert one["spec"] == {"appRef": {"name": "orders"}, "to": "Park"}
    with pytest.raises(Invalid, match="topic"):
        Wish(app=Key("shop", "orders"), spec={"to": "Topic"}, purpose="redrive").body()


def test_how_far_it_is_follows_what_was_read() -> None:
    assert part_of(redrive("x", of="o", total=200, scanned=50)) == 0.25
    assert part_of(redrive("x", of="o")) == 0.0
    assert phase_of({"metadata": {}}) == ""


def test_wrong_usage_ends_with_two() -> None:
    run = CliRunner().invoke(dlq, ["ls", "orders", "-A"])
    assert run.exit_code == 2
    assert "leave out -A" in run.output
    assert CliRunner().invoke(dlq, ["redrive", "orders", "--since", "yesterday"]).exit_code == 2
    assert CliRunner().invoke(dlq, ["redrive", "orders", "--header", "x"]).exit_code == 2
