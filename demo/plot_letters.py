"""letters.svg and .png from the files of a run: `python -m demo.plot_letters build/demo/deadletters` draws them anew.

Above messages a second, arriving and handled; below how many lie dead, and how many were brought back. The headline
is the account, in numbers of the run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from demo.letters import Row, read
from demo.panels import BLUE, GREEN, GREY, INK, ORANGE, VERMILION, clock
from demo.plot import STYLE, save


def headline(summary: Mapping[str, Any]) -> tuple[str, str]:
    """A title, and a line below it; both of numbers of the run only."""
    lost = summary["lost"]
    first = f"{summary['produced']:,} messages, {f'{lost:,} of them lost' if lost else 'none lost'}: "
    first += f"{summary['handled']:,} handled, {summary['dead_lettered']:,} dead-lettered"
    below = f"{summary['retried']:,} had to wait for a retry; after the fix {summary['redriven']:,} dead letters were "
    return first, below + f"redriven, and {summary['handled_after']:,} of {summary['produced']:,} are handled"


def draw(rows: Sequence[Row], summary: Mapping[str, Any]) -> Any:
    """A matplotlib figure."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(3, 1, figsize=(12, 9), sharex=True, gridspec_kw={"hspace": 0.34})
        figure.subplots_adjust(left=0.07, right=0.975, top=0.855, bottom=0.065)
        title, below = headline(summary)
        figure.text(0.022, 0.952, title, fontsize=16, fontweight="bold", color=INK)
        figure.text(0.022, 0.92, below, fontsize=12, color=GREY)
        _rates(axes[0], rows)
        _retries(axes[1], rows)
        _dead(axes[2], rows)
        for axis in axes:
            axis.grid(axis="y", color="#e4e4e4", linewidth=0.8)
            axis.set_axisbelow(True)
            axis.tick_params(length=0)
            axis.yaxis.set_major_locator(MaxNLocator(4, integer=True))
            axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes[2].set_xlim(0, rows[-1].second if rows else 1.0)
        axes[2].xaxis.set_major_locator(MultipleLocator(15))
        axes[2].xaxis.set_major_formatter(FuncFormatter(lambda value, _: clock(value)))
        axes[2].set_xlabel("minutes:seconds since the first message", color=GREY)
    return figure


def _rates(axis: Any, rows: Sequence[Row]) -> None:
    x = [row.second for row in rows]
    arrived, handled = [row.arrived for row in rows], [row.handled for row in rows]
    axis.plot(x, arrived, color=ORANGE, linewidth=1.8)
    axis.plot(x, handled, color=GREEN, linewidth=1.8)
    axis.set_title("Messages per second")
    axis.set_ylim(0, max([*arrived, *handled, 1]) * 1.25)
    _name(axis, x, arrived, "arriving", color="#a36f00", up=True, ahead=True)
    _name(axis, x, handled, "handled", color="#00694d", up=True)


def _retries(axis: Any, rows: Sequence[Row]) -> None:
    x, retried = [row.second for row in rows], [row.retried for row in rows]
    axis.fill_between(x, retried, step="pre", color=BLUE, alpha=0.2, linewidth=0)
    axis.step(x, retried, where="pre", color=BLUE, linewidth=1.8)
    axis.set_title("Put into a retry topic per second, to be tried again when due")
    axis.set_ylim(0, max([*retried, 1]) * 1.25)


def _dead(axis: Any, rows: Sequence[Row]) -> None:
    x, dead = [row.second for row in rows], [row.dead for row in rows]
    back = [row.brought_back for row in rows]
    axis.fill_between(x, dead, step="pre", color=VERMILION, alpha=0.18, linewidth=0)
    axis.step(x, dead, where="pre", color=VERMILION, linewidth=2.0)
    axis.step(x, back, where="pre", color=GREEN, linewidth=2.0)
    axis.set_title("Dead letters")
    axis.set_ylim(0, max([*dead, *back, 1]) * 1.25)
    _name(axis, x, dead, "waiting to be dealt with", color=VERMILION, up=True, ahead=True)
    if any(back):
        axis.annotate(
            f"{back[-1]:,} redriven", (x[-1], back[-1]), xytext=(-6, 6), textcoords="offset points",
            ha="right", color="#00694d", fontweight="bold",
        )  # fmt: skip


def _name(
    axis: Any, x: Sequence[float], values: Sequence[int], text: str, *, color: str, up: bool, ahead: bool = False
) -> None:
    """The line's name where it is highest first; with ``ahead`` it ends there instead of beginning there."""
    if not values:
        return
    most = max(values)
    at = x[values.index(most)]
    offset = (-6 if ahead else 6, 6 if up else -16)
    axis.annotate(
        f"{text}: {most:,}", (at, most), xytext=offset, textcoords="offset points",
        ha="right" if ahead else "left", color=color, fontweight="bold",
    )  # fmt: skip


def redraw(folder: Path) -> tuple[Path, Path]:
    """Draws ``letters.svg`` and ``letters.png`` in ``folder`` from its csv and json files."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return save(draw(read(folder / "letters.csv"), summary), folder / "letters")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m demo.plot_letters build/demo/deadletters")
    redraw(Path(sys.argv[1]))
