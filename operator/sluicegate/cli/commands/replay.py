"""`sluicegate replay`: the decision for each recorded observation, made again; with another spec, what it would be."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import yaml
from rich.table import Table
from rich.text import Text

from sluicegate.cli.console import console_for_people
from sluicegate.cli.failure import sentence
from sluicegate.cli.options import Output, output_option
from sluicegate.errors import Invalid
from sluicegate.model.app import AppSpec

DIFFERENT = 3


@click.command(epilog="Example: sluicegate replay --observations obs.jsonl --app tried.yaml -o json")
@click.option(
    "--observations",
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="A recording, as `record` writes it; - for standard input.",
)
@click.option(
    "--app",
    type=click.Path(exists=True, dir_okay=False),
    help="A KafkaConsumerApp to decide by instead of the recorded one: what would it have done?",
)
@click.option("--check", is_flag=True, help="Exit code 3 when a decision differs from the recorded one.")
@output_option
def replay(observations: str, app: str | None, check: bool, output: str) -> None:
    """Decide again about each recorded observation. The recorded replicas stay what the world did."""
    from sluicegate.cli.progress import progress
    from sluicegate.cli.replaying import read
    from sluicegate.cli.replaying import replay as again
    from sluicegate.model.recording import verdict_line

    if check and app is not None:
        raise click.UsageError("--check compares with the decisions of the recorded app: leave out --app.")
    with sentence():
        spec = None if app is None else _spec(Path(app))
        with click.open_file(observations, encoding="utf-8") as lines:
            recording = read(lines)
        found = []
        with progress([f"Deciding about {len(recording.looks)} observations"]) as told:
            for one in again(recording, spec=spec):
                found.append(one)
                told(0, len(found) / len(recording.looks))
    _show([verdict_line(one.decision) for one in found], output=output)
    different = [one.decision for one in found if one.differs]
    if different:
        click.echo(
            f"{len(different)} of {len(found)} decisions differ from the recorded ones, the first at "
            f"{_time(different[0].at)}; {_made_by(recording.header.params)}",
            err=True,
        )
        if check:
            sys.exit(DIFFERENT)


def _spec(path: Path) -> AppSpec:
    from sluicegate.model.parse import read_app

    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not YAML: {error}") from None
    if not isinstance(body, dict):
        raise Invalid(f"{path} holds no resource: write a KafkaConsumerApp")
    return read_app(body)[1]


def _made_by(params: Any) -> str:
    from sluicegate.version import VERSION

    made = params.get("version")
    return f"recorded by version {made}, this is {VERSION}" if made else "the recording names no version"


def _show(verdicts: Iterable[dict[str, Any]], *, output: str) -> None:
    if output == Output.JSON.value:
        for one in verdicts:
            click.echo(json.dumps(one, ensure_ascii=False))
    elif output == Output.YAML.value:
        for one in verdicts:
            click.echo("---\n" + yaml.safe_dump(one, sort_keys=False, allow_unicode=True).rstrip())
    else:
        drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for name in ("TIME", "ACTION", "REPLICAS", "WANTED", "CAP", "LIMITED-BY", "REASON"):
            drawn.add_column(name, no_wrap=True, justify="right" if name in ("REPLICAS", "WANTED", "CAP") else "left")
        drawn.add_column("MESSAGE", overflow="fold")
        for one in verdicts:
            drawn.add_row(_time(one["at"]), *(_cell(one[name]) for name in CELLS))
        console_for_people().print(drawn)


CELLS = ("action", "replicas", "wanted", "cap", "limitedBy", "reason", "message")


def _cell(value: object) -> Text:
    return Text("" if value is None else str(value))


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
