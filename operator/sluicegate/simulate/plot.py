"""`simulate --plot`: one day under several laws, so that the difference is seen in two seconds.

On the left what happens over time: arrivals, replicas, the oldest message against the objective. On the right what it
comes to: replica-hours beside the replicas, late messages beside the oldest message. Our own law is drawn last and
thickest; colours are Okabe and Ito's, told apart by everyone.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sluicegate.errors import Invalid
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.outcome import Outcome

Span = tuple[float, float]
"""Hours, from and to."""
OURS, LIMIT, STATIC = "sluicegate", "clairvoyant", "static-max"
COLOURS = ("#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
OUR_COLOUR, LIMIT_COLOUR, STATIC_COLOUR = "#0072b2", "#222222", "#b0b0b0"
INK, GREY, RED = "#222222", "#666666", "#b2182b"
LONGEST_NAME = 22
POINTS = 800
"""Drawn in the hours looked at, for each line; more cannot be told apart."""
STEPS = (1 / 12, 0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 96)
"""Hours between two marks on the time axis."""
_LONG = re.compile(r"(\d+\.\d\d)\d\d+")
"""Coordinates finer than a hundredth of a point: a third of the file, and nobody sees them."""
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#999999",
    "axes.titlelocation": "left",
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "xtick.color": GREY,
    "ytick.color": GREY,
    "svg.fonttype": "path",
    "svg.hashsalt": "sluicegate",
}


def plot(
    path: Path,
    *,
    arrivals: Arrivals,
    outcomes: Mapping[str, Outcome],
    objective: float,
    span: Span | None = None,
) -> None:
    """Draw ``outcomes`` by law into ``path`` (.svg or .png). ``span``: what to look at; absent: all.

    Invalid as `check` says.
    """
    check(path)
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with plt.rc_context(STYLE):
        figure = _figure(plt, arrivals=arrivals, outcomes=outcomes, objective=objective, span=span)
        if path.suffix == ".svg":
            drawn = io.StringIO()
            figure.savefig(drawn, format="svg", metadata={"Date": None})
            path.write_text(_LONG.sub(r"\1", drawn.getvalue()), encoding="utf-8")
        else:
            figure.savefig(path, dpi=110)
        plt.close(figure)


def check(path: Path) -> None:
    """Invalid when nothing could be drawn into ``path``: another ending, no such folder, no matplotlib."""
    if path.suffix not in (".svg", ".png"):
        raise Invalid(f"--plot is '{path}': end the name with .svg or .png")
    if not path.absolute().parent.is_dir():
        raise Invalid(f"--plot is '{path}': make the folder {path.parent} first")
    if find_spec("matplotlib") is None:
        raise Invalid("--plot needs matplotlib: install it with pip install 'sluicegate[simulate]'")


def headline(outcomes: Mapping[str, Outcome]) -> str:
    """The comparison in one line: our law against the other autoscaler that has the fewest late messages."""
    ours = next((name for name in outcomes if _kind(name) == OURS), None)
    others = {name: one for name, one in outcomes.items() if name != ours and _kind(name) not in (LIMIT, STATIC)}
    if ours is None or not others:
        return "; ".join(f"{name}: {_said(one)}" for name, one in list(outcomes.items())[:2])
    other = min(others, key=lambda name: (others[name].late_percent, others[name].replica_hours))
    return f"{ours}: {_said(outcomes[ours])}; {other}: {_said(outcomes[other])}"


def _said(one: Outcome) -> str:
    return f"{_percent(one.late_percent)} late, {_hours(one.replica_hours)} replica-hours"


def _kind(name: str) -> str:
    return name.split(":")[0]


def _percent(value: float) -> str:
    return "0 %" if value == 0 else "<0.001 %" if value < 0.001 else f"{value:.2g} %"


def _hours(value: float) -> str:
    return f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def _figure(
    plt: Any, *, arrivals: Arrivals, outcomes: Mapping[str, Outcome], objective: float, span: Span | None
) -> Any:
    colours = _coloured(outcomes)
    figure, axes = plt.subplots(
        3,
        2,
        figsize=(13, 9),
        gridspec_kw={"width_ratios": [4, 1], "height_ratios": [0.7, 1.3, 1], "hspace": 0.32, "wspace": 0.04},
    )
    figure.subplots_adjust(left=0.065, right=0.975, top=0.885, bottom=0.06)
    figure.text(0.022, 0.955, headline(outcomes), fontsize=14.5, fontweight="bold", color=INK)
    promise = f"the same {arrivals.messages:,} messages for all laws; late is what waits longer than {objective:g} s"
    figure.text(0.022, 0.925, promise, fontsize=11, color=GREY)
    first, last = shown = span or (0.0, arrivals.seconds / 3600)
    for axis in axes[:, 0]:
        axis.set_xlim(first, last)
        axis.grid(axis="y", color="#e4e4e4", linewidth=0.8)
        axis.set_axisbelow(True)
        axis.tick_params(length=0)
        axis.set_xticks(_ticks(first, last))
        axis.xaxis.set_major_formatter(lambda hours, _: f"{int(hours)}:{round(hours % 1 * 60):02d}")
    for axis in axes[:2, 0]:
        axis.tick_params(labelbottom=False)
    _arrivals(axes[0, 0], arrivals, span=shown)
    _replicas(axes[1, 0], outcomes, colours=colours)
    _oldest(axes[2, 0], outcomes, colours=colours, objective=objective, span=shown)
    axes[2, 0].set_xlabel("hours and minutes since the start", color=GREY)
    axes[0, 1].axis("off")
    hours_of = {name: (one.replica_hours, f"{_hours(one.replica_hours)} h") for name, one in outcomes.items()}
    _bars(axes[1, 1], hours_of, colours=colours, title="replica-hours")
    late_of = {
        name: (one.late_percent, _percent(one.late_percent)) for name, one in outcomes.items() if _kind(name) != LIMIT
    }
    _bars(axes[2, 1], late_of, colours=colours, title="late messages")
    return figure


def _coloured(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    free = iter(COLOURS * len(outcomes))
    ours = next((name for name in outcomes if _kind(name) == OURS), None)
    fixed = {LIMIT: LIMIT_COLOUR, STATIC: STATIC_COLOUR}
    return {name: OUR_COLOUR if name == ours else fixed.get(_kind(name)) or next(free) for name in outcomes}


def _arrivals(axis: Any, arrivals: Arrivals, *, span: Span) -> None:
    hours, rates = _thinned(np.arange(arrivals.seconds), arrivals.rates, span=span, kind=np.mean)
    axis.fill_between(hours, rates, color="#c9c9c9", linewidth=0)
    axis.set_title("messages arriving, per second")
    axis.set_ylim(bottom=0)


def _replicas(axis: Any, outcomes: Mapping[str, Outcome], *, colours: Mapping[str, str]) -> None:
    for name, one in _ours_last(outcomes, colours=colours):
        seconds = [0, *(change.second + 1 for change in one.changes), one.seconds]
        counts = [int(one.desired[0]), *(change.after for change in one.changes)]
        axis.step(
            np.array(seconds) / 3600,
            [*counts, counts[-1]],
            where="post",
            color=colours[name],
            linestyle=":" if _kind(name) == LIMIT else "-",
            **_weight(colours[name]),
        )
    axis.set_title("replicas")
    axis.set_ylim(bottom=0)


def _oldest(
    axis: Any, outcomes: Mapping[str, Outcome], *, colours: Mapping[str, str], objective: float, span: Span
) -> None:
    top = 2 * objective
    for name, one in _ours_last(outcomes, colours=colours):
        if _kind(name) == LIMIT:
            continue
        hours, ages = _thinned(one.looks, one.oldest.astype(np.float64), span=span, kind=np.max)
        top = max(top, float(ages.max(initial=0)) * 1.3)
        axis.plot(hours, ages, color=colours[name], **_weight(colours[name]))
    axis.axhspan(objective, top, color=RED, alpha=0.07, linewidth=0, zorder=0)
    axis.axhline(objective, color=RED, linewidth=1.2, zorder=4)
    axis.set_yscale("symlog", linthresh=objective, linscale=2)
    axis.set_ylim(0, top)
    steps = (0.5, 1, *(step for step in (2, 10, 100, 1000) if step * objective < top))
    axis.set_yticks([step * objective for step in steps])
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f} s")
    axis.minorticks_off()
    axis.set_title(f"age of the oldest waiting message; red is beyond the {objective:g} s objective")


def _bars(axis: Any, values: Mapping[str, tuple[float, str]], *, colours: Mapping[str, str], title: str) -> None:
    """A bar for each name, longer for more, its name and number above it."""
    lengths = [length for length, _ in values.values()]
    axis.barh(range(len(values)), lengths, color=[colours[name] for name in values], height=0.42)
    for index, (name, (_, words)) in enumerate(values.items()):
        shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        axis.text(0, index - 0.26, f"{shown}  ", fontsize=10, color=INK, va="bottom")
        axis.text(
            1,
            index - 0.26,
            words,
            fontsize=10,
            color=INK,
            va="bottom",
            ha="right",
            fontweight="bold",
            transform=axis.get_yaxis_transform(),
        )
    axis.set_xlim(0, max([*lengths, 1e-9]) * 1.02)
    axis.set_ylim(len(values) - 0.5, -0.8)
    axis.axis("off")
    axis.set_title(title)


def _weight(colour: str) -> dict[str, float]:
    return {"linewidth": 2.4, "zorder": 5} if colour == OUR_COLOUR else {"linewidth": 1.1, "zorder": 3}


def _ours_last(outcomes: Mapping[str, Outcome], *, colours: Mapping[str, str]) -> list[tuple[str, Outcome]]:
    return sorted(outcomes.items(), key=lambda item: colours[item[0]] == OUR_COLOUR)


def _thinned(
    seconds: npt.NDArray[Any], values: npt.NDArray[np.float64], *, span: Span, kind: Any
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Hours and values within ``span``, one for each of at most `POINTS` equal stretches."""
    inside = (seconds >= span[0] * 3600) & (seconds <= span[1] * 3600)
    seconds, values = seconds[inside], values[inside]
    size = max(1, -(-len(values) // POINTS))
    starts = range(0, len(values), size)
    return (
        np.array([seconds[start] for start in starts]) / 3600,
        np.array([kind(values[start : start + size]) for start in starts]),
    )


def _ticks(first: float, last: float) -> npt.NDArray[np.float64]:
    step = next((step for step in STEPS if (last - first) / step <= 12), STEPS[-1])
    return np.arange(math.ceil(first / step) * step, last + step / 1000, step)
