"""`simulate --plot`: one day under several laws, so that the difference is seen in two seconds.

On the left what happens over time: arrivals, replicas, the oldest message against the objective. On the right what it
comes to: replica-hours beside the replicas, late messages beside the oldest message. Our own law is drawn last and
thickest; colours are Okabe and Ito's, told apart by everyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sluicegate.errors import Invalid
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.outcome import Outcome

OURS = "sluicegate"
COLOURS = ("#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")
OUR_COLOUR = "#0072b2"
INK, GREY, RED = "#222222", "#666666", "#b2182b"
POINTS = 1200
"""Drawn over the day for each line; more cannot be told apart."""
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


def plot(path: Path, *, arrivals: Arrivals, outcomes: Mapping[str, Outcome], objective: float, title: str = "") -> None:
    """Draw ``outcomes`` by law into ``path`` (.svg or .png). ``title`` replaces the headline of numbers.

    Invalid for another ending, and where matplotlib is not installed.
    """
    if path.suffix not in (".svg", ".png"):
        raise Invalid(f"--plot is {str(path)!r}: end the name with .svg or .png")
    try:
        import matplotlib
    except ImportError:
        raise Invalid("--plot needs matplotlib: install it with pip install 'sluicegate[simulate]'") from None
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with plt.rc_context(STYLE):
        figure = _figure(plt, arrivals=arrivals, outcomes=outcomes, objective=objective, title=title)
        figure.savefig(path, dpi=110, metadata={"Date": None} if path.suffix == ".svg" else None)
        plt.close(figure)


def headline(outcomes: Mapping[str, Outcome]) -> str:
    """The comparison in one line: ours against the one with the least late messages, else the least of all."""
    ours = next((name for name in outcomes if name.split(":")[0] == OURS), None)
    rivals = {name: one for name, one in outcomes.items() if name != ours and name.split(":")[0] != "clairvoyant"}
    if ours is None or not rivals:
        return " · ".join(f"{name}: {_said(one)}" for name, one in list(outcomes.items())[:2])
    rival = min(rivals, key=lambda name: (rivals[name].late_percent, rivals[name].replica_hours))
    return f"{ours}: {_said(outcomes[ours])}; {rival}: {_said(outcomes[rival])}"


def _said(one: Outcome) -> str:
    return f"{one.late_percent:.2g} % late with {one.replica_hours:,.0f} replica-hours"


def _figure(plt: Any, *, arrivals: Arrivals, outcomes: Mapping[str, Outcome], objective: float, title: str) -> Any:
    colours = _coloured(outcomes)
    figure, axes = plt.subplots(
        3,
        2,
        figsize=(13, 9),
        gridspec_kw={"width_ratios": [4.2, 1], "height_ratios": [0.7, 1.3, 1], "hspace": 0.32, "wspace": 0.03},
    )
    figure.subplots_adjust(left=0.065, right=0.975, top=0.885, bottom=0.06)
    figure.text(0.022, 0.955, title or headline(outcomes), fontsize=15, fontweight="bold", color=INK)
    promise = f"one day, the same messages for all laws; late is what waits longer than {objective:g} s"
    figure.text(0.022, 0.925, promise, fontsize=11, color=GREY)
    hours = arrivals.seconds / 3600
    for axis in axes[:, 0]:
        axis.set_xlim(0, hours)
        axis.grid(axis="y", color="#e4e4e4", linewidth=0.8)
        axis.set_axisbelow(True)
        axis.tick_params(length=0)
        axis.set_xticks(_ticks(hours))
    for axis in axes[:2, 0]:
        axis.tick_params(labelbottom=False)
    _arrivals(axes[0, 0], arrivals)
    _replicas(axes[1, 0], outcomes, colours=colours)
    _oldest(axes[2, 0], outcomes, colours=colours, objective=objective)
    axes[2, 0].set_xlabel("hours", color=GREY)
    axes[0, 1].axis("off")
    _bars(axes[1, 1], {name: one.replica_hours for name, one in outcomes.items()}, colours=colours, form="{:,.0f} h")
    axes[1, 1].set_title("replica-hours")
    _bars(axes[2, 1], {name: one.late_percent for name, one in outcomes.items()}, colours=colours, form="{:.2g} %")
    axes[2, 1].set_title("late messages")
    return figure


def _coloured(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    free = iter(COLOURS * len(outcomes))
    return {name: OUR_COLOUR if name == OURS else next(free) for name in outcomes}


def _arrivals(axis: Any, arrivals: Arrivals) -> None:
    hours, rates = _thinned(np.arange(arrivals.seconds), arrivals.rates, kind=np.mean)
    axis.fill_between(hours, rates, color="#c9c9c9", linewidth=0)
    axis.set_title("messages arriving, per second")
    axis.set_ylim(bottom=0)


def _replicas(axis: Any, outcomes: Mapping[str, Outcome], *, colours: Mapping[str, str]) -> None:
    for name, one in _ours_last(outcomes):
        seconds = [0, *(change.second + 1 for change in one.changes), one.seconds]
        counts = [int(one.desired[0]), *(change.after for change in one.changes)]
        width, order = (2.4, 5) if name == OURS else (1.1, 3)
        axis.step(
            np.array(seconds) / 3600,
            [*counts, counts[-1]],
            where="post",
            color=colours[name],
            linewidth=width,
            zorder=order,
            label=name,
        )
    axis.set_title("replicas")
    axis.set_ylim(bottom=0)


def _oldest(axis: Any, outcomes: Mapping[str, Outcome], *, colours: Mapping[str, str], objective: float) -> None:
    top = 2 * objective
    for name, one in _ours_last(outcomes):
        hours, ages = _thinned(one.looks, one.oldest.astype(np.float64), kind=np.max)
        top = max(top, float(ages.max(initial=0)) * 1.3)
        width, order = (2.0, 5) if name == OURS else (1.1, 3)
        axis.plot(hours, ages, color=colours[name], linewidth=width, zorder=order)
    axis.axhspan(objective, top, color=RED, alpha=0.07, linewidth=0, zorder=0)
    axis.axhline(objective, color=RED, linewidth=1.2, zorder=4)
    axis.set_yscale("symlog", linthresh=objective, linscale=2)
    axis.set_ylim(0, top)
    axis.set_yticks([0, objective / 2, objective, *(step * objective for step in (10, 100) if step * objective < top)])
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f} s")
    axis.yaxis.set_minor_locator(_none())
    axis.set_title(f"age of the oldest waiting message; red is beyond the {objective:g} s objective")


def _bars(axis: Any, values: Mapping[str, float], *, colours: Mapping[str, str], form: str) -> None:
    names = list(values)
    largest = max([*values.values(), 1e-9])
    axis.barh(range(len(names)), list(values.values()), color=[colours[name] for name in names], height=0.55)
    for index, name in enumerate(names):
        axis.text(0, index - 0.32, f"{name}  {form.format(values[name])}", fontsize=10, color=INK, va="bottom")
    axis.set_xlim(0, largest * 1.05)
    axis.set_ylim(len(names) - 0.4, -0.9)
    axis.axis("off")
    axis.set_title(axis.get_title())


def _ours_last(outcomes: Mapping[str, Outcome]) -> list[tuple[str, Outcome]]:
    return sorted(outcomes.items(), key=lambda item: item[0] == OURS)


def _thinned(
    seconds: npt.NDArray[Any], values: npt.NDArray[np.float64], *, kind: Any
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Hours and values, one for each of at most `POINTS` equal stretches."""
    size = max(1, -(-len(values) // POINTS))
    starts = range(0, len(values), size)
    return (
        np.array([seconds[start] for start in starts]) / 3600,
        np.array([kind(values[start : start + size]) for start in starts]),
    )


def _ticks(hours: float) -> npt.NDArray[np.float64]:
    step = next(step for step in (0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 96) if hours / step <= 12 or step == 96)
    return np.arange(0, hours + step / 2, step)


def _none() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()
