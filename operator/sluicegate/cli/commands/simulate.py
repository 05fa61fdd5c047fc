"""`sluicegate simulate`: a day in seconds, under our law and others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import yaml

from sluicegate.cli.failure import sentence
from sluicegate.cli.options import Output, output_option
from sluicegate.errors import Invalid

if TYPE_CHECKING:  # numpy and the rest are imported when it is run, so that no other command waits for them
    from sluicegate.cli.outcomes import Day
    from sluicegate.cli.trial import Trial

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    epilog="Example: sluicegate simulate --app app.yaml --arrivals trace.csv --law sluicegate,keda:tolerance=0 "
    "--plot out.svg"
)
@click.option("--app", type=FILE, help="The KafkaConsumerApp; without it one with all defaults.")
@click.option("--arrivals", type=FILE, multiple=True, help="CSV second,messages; several are several days.")
@click.option("--law", "laws", multiple=True, metavar="NAME[:OPTION=VALUE,…]", help="One more law to try.")
@click.option("--workload", type=FILE, help="The simulated world, YAML; without it one with all defaults.")
@click.option("--load", metavar="FACTOR", help="So many times the arrivals, as 10x; says what breaks first.")
@click.option("--objective", metavar="DURATION", help="What late means, where the app has no lagObjective.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the day: out.svg or out.png.")
@output_option
def simulate(
    app: Path | None,
    arrivals: tuple[Path, ...],
    laws: tuple[str, ...],
    workload: Path | None,
    load: str | None,
    objective: str | None,
    plot: Path | None,
    output: str,
) -> None:
    """Live a day in seconds under several laws, side by side: late messages, replica-hours, scalings.

    The laws are sluicegate, keda, keda-tuned, flink, static-max and clairvoyant, which knows the day and is the limit;
    without --law the first three. Their options are in docs/simulate.md.
    """
    if plot is not None and len(arrivals) > 1:
        raise click.UsageError("--plot draws one day: give one --arrivals with it.")
    if plot is not None:
        _check(plot)
    from sluicegate.cli.trial import Asked, trial

    asked = Asked(app=app, arrivals=arrivals, laws=laws, workload=workload, load=load, objective=objective)
    with sentence():
        tried = trial(asked)
        for note in tried.notes:
            click.echo(note, err=True)
        days = _lived(tried)
        if plot is not None:
            from sluicegate.simulate.plot import plot as draw

            draw(plot, arrivals=days[0].arrivals, outcomes=days[0].outcomes, objective=tried.objective)
    _show(days, output=output, load=tried.load)


def _check(plot: Path) -> None:
    """Before anybody waits for a picture that cannot be drawn."""
    from sluicegate.simulate.plot import check

    try:
        check(plot)
    except Invalid as error:
        raise click.UsageError(f"{error}.") from None


def _lived(tried: Trial) -> list[Day]:
    """All runs of all days, as many at a time as there are processors."""
    from sluicegate.cli.outcomes import Day
    from sluicegate.cli.progress import progress
    from sluicegate.simulate.breaks import breaks
    from sluicegate.simulate.compare import compare

    runs = [(f"{day.name} {law}".strip(), run) for day in tried.days for law, run in day.runs.items()]
    with progress([name for name, _ in runs]) as told:
        outcomes = iter(compare([run for _, run in runs], told=told))
    lived = []
    for day in tried.days:
        limits = (
            breaks(app=tried.app, workload=tried.workload, arrivals=day.plain, objective=tried.objective)
            if tried.load is not None
            else ()
        )
        by_law = {law: next(outcomes) for law in day.runs}
        arrivals = next(iter(day.runs.values())).arrivals
        lived.append(Day(name=day.name, arrivals=arrivals, outcomes=by_law, limits=limits))
    return lived


def _show(days: Sequence[Day], *, output: str, load: float | None) -> None:
    from sluicegate.cli.console import console_for_people
    from sluicegate.cli.outcomes import breaking, table, value

    if output == Output.TABLE.value:
        console = console_for_people()
        for day in days:
            one = next(iter(day.outcomes.values()))
            named = f"{day.name}: " if day.name and len(days) > 1 else ""
            console.print(f"{named}{one.messages:,} messages in {one.seconds:,} seconds")
            console.print(table(day))
            if load is not None:
                console.print(breaking(day, load=load))
        return
    values = [value(day, load=load) for day in days]
    whole = values[0] if len(days) == 1 else {"days": {day.name: one for day, one in zip(days, values, strict=True)}}
    if output == Output.JSON.value:
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        click.echo(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True).rstrip())
