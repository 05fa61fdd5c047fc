"""Where nobody watches live, a line every five seconds is written; what is unknown is a dash."""

from __future__ import annotations

import io

from rich.console import Console

from demo.show import Glance, Show


def glance(second: float, *, members: int | None = 12) -> Glance:
    return Glance(
        second=second,
        arriving=800.0,
        handled=600.0,
        lag=25_789,
        age_s=44.6,
        replicas=12,
        ready=12,
        members=members,
        wanted=18,
        cap=12,
        limited_by="Partitions",
    )


def shown(*glances: Glance) -> list[str]:
    out = io.StringIO()
    with Show(Console(file=out, width=200)) as show:
        show.chapter("Burst")
        for one in glances:
            show.glance(one)
    return out.getvalue().splitlines()


def test_a_log_gets_the_chapter_and_a_line_every_five_seconds() -> None:
    lines = shown(*(glance(float(second)) for second in range(11)))
    assert lines[0] == "Burst"
    assert [line.split()[1] for line in lines[1:]] == ["0:00", "0:05", "0:10"]
    assert "lag 25,789" in lines[1]
    assert lines[1].endswith("limit Partitions")


def test_members_in_a_rebalance_are_a_dash_not_a_zero() -> None:
    assert "members -" in shown(glance(0.0, members=None))[1]
