"""contention.svg and .png from the files of a run: `python -m demo.plot_sharing build/demo/dependencies` draws anew.

Two columns over one scale: the burst with the dependency declared, and the same burst without. Connections against
the server's limit, replicas of both apps, and clients turned away; the headline says what happened in numbers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from demo.contention import Row, read
from demo.panels import BLUE, GREEN, GREY, INK, ORANGE, VERMILION, clock
from demo.plot import STYLE, save

NAMES = ("orders", "invoices")
BEFORE_S = 12.0


def headline(summary: Mapping[str, Any], *, names: tuple[str, str] = NAMES) -> tuple[str, str]:
    """A title, and a line below it; both of numbers of the run only."""
    refused, without = summary["refused"], summary["refused_without"]
    first = f"Two consumers, one PostgreSQL with {summary['limit']} connections: "
    first += f"{refused or 'none'} refused, {without:,} without the declaration"
    shares = f"{names[0]} {summary['replicas_a']} and {names[1]} {summary['replicas_b']} replicas"
    weights = f"by weights {summary['weight_a']}:{summary['weight_b']}"
    held = f"at most {summary['max_consumer_connections']} of the {summary['usable']} connections they may use"
    return first, f"declared: {shares}, {weights}, {summary['cost_per_replica']} connections each; {held}"


def draw(table: Sequence[Row], summary: Mapping[str, Any], *, names: tuple[str, str] = NAMES) -> Any:
    """A matplotlib figure."""
    halves = [[row for row in table if row.declared is declared] for declared in (True, False)]
    panels: tuple[Callable[..., None], ...] = (_connections, _replicas, _refused)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            3, 2, figsize=(13, 9.2), sharex="col", sharey="row", gridspec_kw={"hspace": 0.3, "wspace": 0.06}
        )
        figure.subplots_adjust(left=0.055, right=0.985, top=0.845, bottom=0.065)
        title, below = headline(summary, names=names)
        figure.text(0.022, 0.957, title, fontsize=16, fontweight="bold", color=INK)
        figure.text(0.022, 0.926, below, fontsize=12, color=GREY)
        heads = ("With the dependency declared", "The same burst, not declared")
        for column, (half, head) in enumerate(zip(halves, heads, strict=True)):
            axes[0][column].annotate(
                head, (0, 1), xytext=(0, 26), xycoords="axes fraction", textcoords="offset points",
                fontsize=13, fontweight="bold", color=GREEN if column == 0 else VERMILION,
            )  # fmt: skip
            for panel, axis in zip(panels, (line[column] for line in axes), strict=True):
                panel(axis, half, summary=summary, names=names)
                axis.axvline(0, color=GREY, linewidth=0.9, linestyle=(0, (2, 2)))
                axis.grid(axis="y", color="#e4e4e4", linewidth=0.8)
                axis.set_axisbelow(True)
                axis.tick_params(length=0)
                axis.yaxis.set_major_locator(MaxNLocator(5, integer=True))
            foot = axes[2][column]
            foot.set_xlim(-BEFORE_S, half[-1].second if half else 1.0)
            foot.xaxis.set_major_locator(MultipleLocator(15))
            foot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(value)))
            foot.set_xlabel("minutes:seconds since the burst's first message", color=GREY)
    return figure


def _connections(axis: Any, half: Sequence[Row], *, summary: Mapping[str, Any], names: tuple[str, str]) -> None:
    x = [row.second for row in half]
    stacks = ([row.connections_a for row in half], [row.connections_b for row in half], [row.others for row in half])
    axis.stackplot(x, *stacks, step="post", colors=(BLUE, ORANGE, GREY), alpha=0.55, linewidth=0)
    axis.axhline(summary["limit"], color=VERMILION, linewidth=1.6)
    axis.axhline(summary["usable"], color=INK, linewidth=1.2, linestyle=(0, (5, 3)))
    axis.set_ylim(0, summary["limit"] * 1.22)
    axis.set_title("Connections, as pg_stat_activity counts them")
    left = 1.0 - BEFORE_S
    words = {"ha": "left", "fontweight": "bold", "fontsize": 9.5}
    axis.text(left, summary["limit"] * 1.02, f"max_connections: {summary['limit']}", color=VERMILION, **words)
    usable = f"for the consumers: {summary['usable']}"
    axis.text(left, summary["usable"] * 0.985, usable, color=INK, va="top", **words)
    _stack_label(axis, half, below=lambda _: 0, height=lambda row: row.connections_a, text=names[0], color="#00517f")
    _stack_label(
        axis,
        half,
        below=lambda row: row.connections_a,
        height=lambda row: row.connections_b,
        text=names[1],
        color="#7d5800",
    )


def _stack_label(
    axis: Any,
    half: Sequence[Row],
    *,
    below: Callable[[Row], int],
    height: Callable[[Row], int],
    text: str,
    color: str,
) -> None:
    """The name of a layer where it is thickest."""
    if half:
        row = max(half, key=height)
        same = [one.second for one in half if height(one) == height(row)]
        axis.text(
            (same[0] + same[-1]) / 2, below(row) + height(row) / 2, text,
            color=color, ha="center", va="center", fontweight="bold",
        )  # fmt: skip


def _replicas(axis: Any, half: Sequence[Row], *, summary: Mapping[str, Any], names: tuple[str, str]) -> None:
    x = [row.second for row in half]
    lines = (([row.replicas_a for row in half], BLUE, 0), ([row.replicas_b for row in half], ORANGE, 1))
    for values, color, number in lines:
        axis.step(x, values, where="post", color=color, linewidth=2.2)
        level, at = _level(x, values)
        dark = "#00517f" if number == 0 else "#7d5800"
        axis.annotate(
            f"{names[number]}: {level}", (at, level), xytext=(4, 4 if number == 0 else -13),
            textcoords="offset points", color=dark, fontweight="bold",
        )  # fmt: skip
    axis.set_title("Replicas")
    axis.set_ylim(0, max(max(values, default=0) for values, _, _ in lines) * 1.25 + 1)


def _level(x: Sequence[float], values: Sequence[int]) -> tuple[int, float]:
    """The number that stood longest after the burst began, and when it first did."""
    after = [value for at, value in zip(x, values, strict=True) if at > 0] or [*values] or [0]
    level = max(sorted(set(after)), key=after.count)
    return level, next((at for at, value in zip(x, values, strict=True) if value == level and at > 0), 0.0)


def _refused(axis: Any, half: Sequence[Row], *, summary: Mapping[str, Any], names: tuple[str, str]) -> None:
    x, refused = [row.second for row in half], [row.refused for row in half]
    axis.fill_between(x, refused, step="post", color=VERMILION, alpha=0.18, linewidth=0)
    axis.step(x, refused, where="post", color=VERMILION, linewidth=2.0)
    axis.set_title("Connections refused so far, as PostgreSQL's log has them")
    axis.set_ylim(0, max(1, summary["refused"], summary["refused_without"]) * 1.2)
    if refused:
        axis.annotate(
            f"{refused[-1]:,}", (x[-1], refused[-1]), xytext=(-4, 5), textcoords="offset points",
            ha="right", color=VERMILION, fontweight="bold",
        )  # fmt: skip


def redraw(folder: Path, *, names: tuple[str, str] = NAMES) -> tuple[Path, Path]:
    """Draws ``contention.svg`` and ``contention.png`` in ``folder`` from its csv and json files."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return save(draw(read(folder / "contention.csv"), summary, names=names), folder / "contention")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m demo.plot_sharing build/demo/dependencies")
    redraw(Path(sys.argv[1]))
