"""The picture is drawn from the files of a run, and its headline says what happened, not what was hoped for."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from demo import timeline
from demo.panels import Picture
from demo.plot import headline, redraw
from demo.run import Run, Step
from demo.story import summarise
from tests.unit.demo.world import PARTITIONS, START, Told, live


def picture(told: Told) -> Picture:
    facts = told.facts
    run = Run(
        act="lag",
        started=START,
        burst_from=40.0,
        burst_until=130.0,
        ended=250.0,
        partitions=PARTITIONS,
        max_replicas=20,
        objective_s=60.0,
        poll_s=5.0,
        steady_rate=8.0,
        burst_rate=80.0,
        capacity_per_replica=5.0,
        steady_replicas=2,
        longest_delay_s=facts.totals.longest_delay_s,
        duplicates=0,
        witness="audit log",
        steps=tuple(Step(second=w.at - START, before=w.before, after=w.replicas) for w in facts.writes),
    )
    rows = timeline.rows(facts.samples, told.accounts.seconds(timeline.grid(facts.samples)))
    return Picture(run=run, summary=asdict(summarise(facts)), rows=rows)


def save(drawn: Picture, folder: Path) -> None:
    drawn.run.write(folder / "run.json")
    (folder / "summary.json").write_text(json.dumps(drawn.summary), encoding="utf-8")
    timeline.write(folder / "timeline.csv", drawn.rows)


def test_a_good_run_is_told_with_its_numbers() -> None:
    first, second = headline(picture(live()))
    assert first == "10 times the messages: from 2 to 12 replicas after 7 s, one per partition, never more"
    assert second.startswith("all 8,560 messages handled; no message missed the 60 s objective (longest wait 3")
    assert second.endswith("back to 2 replicas at the end")


def test_lost_and_late_messages_stand_in_the_headline() -> None:
    _, second = headline(picture(live(lose=86)))
    assert second.startswith("86 messages unhandled; 1 % of the messages missed the 60 s objective")


def test_a_run_without_scaling_says_so() -> None:
    first, _ = headline(picture(live(writes={4: 2})))
    assert first == "10 times the messages arrive, and nothing is scaled"


def test_fewer_replicas_than_partitions_are_not_called_one_per_partition() -> None:
    first, _ = headline(picture(live(writes={4: 2, 47: 9, 230: 2})))
    assert first == "10 times the messages: from 2 to 9 replicas after 7 s; 12 partitions are the cap"


def test_the_moment_in_the_headline_is_that_of_the_highest_number() -> None:
    first, _ = headline(picture(live(writes={4: 2, 47: 6, 58: 12, 230: 2})))
    assert first == "10 times the messages: from 2 to 12 replicas after 18 s, one per partition, never more"


def test_what_was_learned_of_the_capacity_stands_below_the_headline() -> None:
    drawn = picture(live())
    learned = drawn.summary | {"capacity_true": 5.1, "capacity_learned": 5.0, "capacity_source": "Learned"}
    _, second = headline(replace(drawn, summary=learned))
    assert second.endswith(
        "nobody said what one replica handles: the operator learned 5 a second; a busy one handled 5"
    )
    _, silent = headline(replace(drawn, summary=learned | {"capacity_true": None, "capacity_learned": None}))
    assert silent.endswith("the operator did not learn it")


def test_scale_writes_before_the_burst_are_within_the_picture() -> None:
    drawn = picture(live(writes={4: 1, 20: 2, 47: 12, 230: 2}, burst=(150, 200), seconds=300))
    late = replace(drawn, run=replace(drawn.run, burst_from=150.0))
    assert late.begins < min(step.second for step in late.run.steps) - 150.0


@pytest.mark.parametrize("writes", [{4: 2, 47: 12, 230: 2}, {}, {47: 13}])
def test_every_run_can_be_drawn_from_its_files(writes: dict[int, int], tmp_path: Path) -> None:
    save(picture(live(writes=writes)), tmp_path)
    svg, png = redraw(tmp_path)
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    assert png.read_bytes().startswith(b"\x89PNG")


def test_a_run_whose_status_never_said_what_it_wanted_can_be_drawn(tmp_path: Path) -> None:
    drawn = picture(live())
    silent = tuple(replace(row, wanted=None, cap=None, members=None) for row in drawn.rows)
    save(Picture(run=drawn.run, summary=drawn.summary, rows=silent), tmp_path)
    redraw(tmp_path)


def test_a_run_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    run = picture(live()).run
    run.write(tmp_path / "run.json")
    assert Run.read(tmp_path / "run.json") == run
