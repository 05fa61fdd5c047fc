"""timeline.svg and timeline.png from the files of a run: `python -m demo.plot build/demo/lag` draws them again.

Four panels over one time axis, whose zero is the burst's first message; every line is labelled where it runs and the
headline says in words what happened, with numbers of this run. Colours are Okabe and Ito's, told apart by everyone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from demo import panels
from demo.panels import GREY, INK, Picture
from demo.run import Run
from demo.timeline import read
from sluicegate.simulate import plot as simulated

STYLE: Any = {**simulated.STYLE, "xtick.color": GREY, "ytick.color": GREY}


def headline(picture: Picture) -> tuple[str, str]:
    """A title, and a line below it; both of numbers of the run only."""
    run, summary = picture.run, picture.summary
    factor = run.burst_rate / run.steady_rate
    top, cap = summary["max_replicas_written"], summary["partitions"]
    reached = [at for step in run.steps if step.after == top and (at := step.second - run.burst_from) >= 0]
    reaction = reached[0] if reached else summary["reaction_s"]
    if reaction is None:
        first = f"{factor:.0f} times the messages arrive, and nothing is scaled"
    else:
        first = f"{factor:.0f} times the messages: from {run.steady_replicas} to {top} replicas after {reaction:.0f} s"
        first += ", one per partition, never more" if top == cap else f"; {cap} partitions are the cap"
    late = summary["late_percent"]
    promise = f"the {run.objective_s:.0f} s objective"
    on_time = f"no message missed {promise}" if late == 0 else f"{late:.2g} % of the messages missed {promise}"
    unhandled = summary["produced"] - summary["consumed"]
    handled = f"all {summary['produced']:,} messages handled" if not unhandled else f"{unhandled:,} messages unhandled"
    back = f"back to {summary['final_replicas']} replicas at the end"
    below = f"{handled}; {on_time} (longest wait {run.longest_delay_s:.0f} s); {back}"
    if "capacity_learned" in summary:
        below += f"\nnobody said what one replica handles: {_capacity(summary)}"
    return first, below


def _capacity(summary: Mapping[str, Any]) -> str:
    """What the operator learned, in messages a second, and the truth."""
    learned, true = summary["capacity_learned"], summary["capacity_true"]
    found = f"the operator learned {learned:.0f} a second" if learned is not None else "the operator did not learn it"
    return f"{found}; a busy one handled {true:.0f}" if true is not None else found


def draw(picture: Picture) -> Any:
    """A matplotlib figure."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            4, 1, figsize=(12, 11), sharex=True, gridspec_kw={"height_ratios": [1.15, 0.8, 0.8, 1.25], "hspace": 0.34}
        )
        figure.subplots_adjust(left=0.075, right=0.975, top=0.88, bottom=0.055)
        title, below = headline(picture)
        figure.text(0.022, 0.962, title, fontsize=16.5, fontweight="bold", color=INK)
        figure.text(0.022, 0.948, below, fontsize=12, color=GREY, va="top")
        for axis in axes:
            axis.axvspan(0, picture.burst_s, color="#f3efe0", zorder=0, linewidth=0)
            axis.grid(axis="y", color="#e4e4e4", linewidth=0.8)
            axis.set_axisbelow(True)
            axis.tick_params(length=0)
            axis.yaxis.set_major_locator(MaxNLocator(4, integer=True))
            axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        panels.rates(axes[0], picture)
        panels.lag(axes[1], picture)
        panels.age(axes[2], picture)
        panels.replicas(axes[3], picture)
        axes[3].set_xlim(picture.begins, picture.ends)
        axes[3].xaxis.set_major_locator(MultipleLocator(30))
        axes[3].xaxis.set_major_formatter(FuncFormatter(lambda value, _: panels.clock(value)))
        axes[3].set_xlabel("minutes:seconds since the burst's first message", color=GREY)
    return figure


def redraw(folder: Path) -> tuple[Path, Path]:
    """Draws ``timeline.svg`` and ``timeline.png`` in ``folder`` from its csv and json files."""
    picture = Picture(
        run=Run.read(folder / "run.json"),
        summary=json.loads((folder / "summary.json").read_text(encoding="utf-8")),
        rows=read(folder / "timeline.csv"),
    )
    return save(draw(picture), folder / "timeline")


def save(figure: Figure, path: Path) -> tuple[Path, Path]:
    """Writes ``figure`` beside each other as ``path``.svg, without a date, and ``path``.png."""
    paths = (path.with_suffix(".svg"), path.with_suffix(".png"))
    figure.savefig(paths[0], metadata={"Date": None})
    figure.savefig(paths[1], dpi=110)
    plt.close(figure)
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m demo.plot build/demo/lag")
    redraw(Path(sys.argv[1]))
