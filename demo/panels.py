"""The four panels of the demo's picture: rates, lag, age, replicas. Each draws onto one matplotlib axis.

Lines are labelled where they run, on their free side; nothing needs a legend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demo.run import Run, Step
from demo.timeline import Row

BLUE, GREEN, VERMILION, ORANGE, INK, GREY = "#0072B2", "#009E73", "#D55E00", "#E69F00", "#222222", "#6b6b6b"
BEFORE_S = 45.0
WIDE_S = 40.0
"""What is wider than this has room for a label within."""
ROOM_S = 12.0
"""A gap that is narrower has no room for words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The data as the panels need it; ``x`` is seconds since the burst began."""

    run: Run
    summary: dict[str, Any]
    rows: tuple[Row, ...]

    @property
    def x(self) -> list[float]:
        return [row.second - self.run.burst_from for row in self.rows]

    @property
    def begins(self) -> float:
        """The left edge: what came long before the burst and the first scale write is not drawn."""
        first = min((step.second - self.run.burst_from for step in self.run.steps), default=0.0)
        return max(self.x[0], min(0.0, first) - BEFORE_S)

    @property
    def ends(self) -> float:
        """The right edge: when the traffic was ended."""
        return self.run.ended - self.run.burst_from

    @property
    def burst_s(self) -> float:
        return self.run.burst_until - self.run.burst_from

    def within(self, start: float, end: float) -> list[Row]:
        return [row for row, at in zip(self.rows, self.x, strict=True) if start <= at <= end]


def rates(axis: Any, picture: Picture) -> None:
    x, run = picture.x, picture.run
    arrivals = [row.arrivals for row in picture.rows]
    handled = [row.handled for row in picture.rows]
    more = [a > h for a, h in zip(arrivals, handled, strict=True)]
    axis.fill_between(x, arrivals, handled, where=more, color=ORANGE, alpha=0.22, linewidth=0)
    axis.fill_between(x, arrivals, handled, where=[not m for m in more], color=GREEN, alpha=0.18, linewidth=0)
    axis.plot(x, arrivals, color=ORANGE, linewidth=1.8)
    axis.plot(x, handled, color=GREEN, linewidth=1.8)
    axis.set_title("Messages per second")
    top = max(arrivals + handled)
    axis.set_ylim(0, top * 1.3)
    axis.text(picture.burst_s * 0.03, top * 1.27, "burst", ha="left", va="top", color="#8a7a3c", fontstyle="italic")
    peak = _plateau([row.handled for row in picture.within(picture.burst_s * 0.8, picture.burst_s)])
    # Each label stands on its line's free side: the upper line's above, the lower one's below.
    over, under = max(peak, run.burst_rate) + top * 0.09, min(peak, run.burst_rate) - top * 0.12
    ahead = peak > run.burst_rate
    edge = picture.burst_s * 0.97
    _label(axis, edge, under if ahead else over, f"arriving: {run.burst_rate:,.0f}", color="#a36f00", ha="right")
    _label(axis, edge, over if ahead else under, f"handled: {peak:,.0f}", color="#00694d", ha="right")
    _label(axis, picture.ends, run.steady_rate + top * 0.14, f"steady: {run.steady_rate:,.0f}", ha="right")
    most = max(row.lag for row in picture.rows)
    catching = [
        row.second - run.burst_from for row in picture.within(picture.burst_s, picture.ends) if row.lag > most / 20
    ]
    if catching:
        roomy = catching[-1] - picture.burst_s > WIDE_S
        at = (picture.burst_s + catching[-1]) / 2 if roomy else catching[-1] + 4
        height = run.steady_rate + (peak - run.steady_rate) * 0.42
        _label(axis, at, height, "catching up", color="#00694d", ha="center" if roomy else "left")


def lag(axis: Any, picture: Picture) -> None:
    x = picture.x
    lag = [row.lag for row in picture.rows]
    axis.fill_between(x, lag, color=BLUE, alpha=0.15, linewidth=0)
    axis.plot(x, lag, color=BLUE, linewidth=1.8)
    axis.set_title("Lag: messages waiting (end of the partitions minus committed offsets)")
    most = max(lag)
    axis.set_ylim(0, most * 1.25 or 1)
    at = x[lag.index(most)]
    axis.annotate(
        f"{most:,}", (at, most), xytext=(9, 2), textcoords="offset points", color=BLUE, va="bottom", fontweight="bold"
    )


def age(axis: Any, picture: Picture) -> None:
    x, objective = picture.x, picture.run.objective_s
    age = [row.oldest_age_s for row in picture.rows]
    axis.plot(x, age, color=VERMILION, linewidth=1.8)
    axis.fill_between(x, age, color=VERMILION, alpha=0.12, linewidth=0)
    axis.axhline(objective, color=INK, linewidth=1.3, linestyle=(0, (5, 3)))
    axis.set_title("Age of the oldest message not handled yet, in seconds")
    most = max(age)
    axis.set_ylim(0, max(most, objective) * 1.28)
    _limit(axis, picture.ends, objective, f"objective: {objective:.0f} s")
    at = x[age.index(most)]
    axis.annotate(
        f"{most:.0f} s", (at, most), xytext=(6, 4), textcoords="offset points", color=VERMILION, fontweight="bold"
    )


def replicas(axis: Any, picture: Picture) -> None:
    x, run = picture.x, picture.run
    wanted = [(at, row.wanted) for at, row in zip(x, picture.rows, strict=True) if row.wanted is not None]
    most = max((number for _, number in wanted), default=0)
    top = max([run.partitions, most, *(row.replicas for row in picture.rows)])
    axis.fill_between(x, [row.ready for row in picture.rows], step="post", color=BLUE, alpha=0.2, linewidth=0)
    axis.step(*_written(picture), where="post", color=BLUE, linewidth=2.2)
    axis.axhline(run.partitions, color=INK, linewidth=1.3, linestyle=(0, (5, 3)))
    axis.set_ylim(0, top * 1.25)
    axis.set_title("Replicas of the consumer")
    _limit(axis, picture.ends, run.partitions, f"cap: {run.partitions} partitions (maxReplicas is {run.max_replicas})")
    if most > run.partitions:
        axis.step(*zip(*wanted, strict=True), where="post", color=GREY, linewidth=1.4, linestyle=(0, (1, 1.5)))
        at = next(at for at, number in wanted if number == most)
        axis.text(
            at + 2, most + top * 0.03, f"wanted, if there were partitions for it: {most}", color=GREY, va="bottom"
        )
    for step in run.steps:
        _decision(axis, step, at=step.second - run.burst_from)
    peak = max(row.ready for row in picture.rows)
    ready = [at for at, row in zip(x, picture.rows, strict=True) if row.ready == peak]
    _label(axis, (ready[0] + ready[-1]) / 2, peak / 2, "ready, each a member of the group", color="#00517f")
    ordered = [at for step in run.steps if step.after >= peak and 0 < (at := step.second - run.burst_from) < ready[0]]
    if ordered and ready[0] - ordered[0] >= ROOM_S:
        middle = (ordered[0] + ready[0]) / 2
        axis.text(middle, peak * 0.62, "pods start\nand join", color=GREY, ha="center", va="center", fontsize=8.5)


def _written(picture: Picture) -> tuple[list[float], list[int]]:
    """spec.replicas over time: by the moments of the writes where these explain all that was seen, else as seen."""
    run, rows = picture.run, picture.rows
    if {row.replicas for row in rows} == {rows[0].replicas, *(step.after for step in run.steps)}:
        steps = [step for step in run.steps if step.second > rows[0].second]
        moments = [picture.x[0], *(step.second - run.burst_from for step in steps), picture.x[-1]]
        numbers = [rows[0].replicas, *(step.after for step in steps)]
        return moments, [*numbers, numbers[-1]]
    return picture.x, [row.replicas for row in rows]


def _decision(axis: Any, step: Step, *, at: float) -> None:
    """A dot where the operator wrote, and what: left above its dot when up in the burst, else right above."""
    left = at > 0 and (step.before is None or step.after > step.before)
    text = f"{step.before} → {step.after}" if step.before is not None else f"→ {step.after}"
    axis.plot([at], [step.after], marker="o", color=BLUE, markersize=6, zorder=5)
    axis.annotate(
        f"{text}\n{f'after {at:.0f} s' if 0 <= at < 60 else f'at {clock(at)}'}",
        (at, step.after),
        xytext=(-4 if left else 6, 6),
        textcoords="offset points",
        ha="right" if left else "left",
        va="bottom",
        color=BLUE,
        fontweight="bold",
        fontsize=10,
        linespacing=1.15,
        annotation_clip=True,
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.0},
    )


def _limit(axis: Any, x: float, y: float, text: str) -> None:
    """The name of a limit, on its line at the right edge."""
    axis.annotate(
        text, (x, y), xytext=(0, 3), textcoords="offset points", ha="right", va="bottom", color=INK, fontweight="bold"
    )


def _label(axis: Any, x: float, y: float, text: str, *, color: str = GREY, ha: str = "center") -> None:
    axis.text(x, y, text, color=color, ha=ha, va="center", fontweight="bold")


def _plateau(values: Sequence[int]) -> float:
    """The middle one, to two digits: what a person would call the level."""
    if not values:
        return 0.0
    middle = sorted(values)[len(values) // 2]
    return float(f"{middle:.2g}")


def clock(seconds: float) -> str:
    minutes, rest = divmod(abs(round(seconds)), 60)
    return f"{'-' if seconds < -0.5 else ''}{minutes}:{rest:02d}"
