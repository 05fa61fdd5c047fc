"""The command line: one program, also installed as a kubectl plugin (`kubectl kca …`)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sluicegate.cli.commands.dlq import dlq
from sluicegate.cli.commands.explain import explain
from sluicegate.cli.commands.plan import plan
from sluicegate.cli.commands.record import record
from sluicegate.cli.commands.replay import replay
from sluicegate.cli.commands.reset import reset
from sluicegate.cli.commands.run import run
from sluicegate.cli.commands.simulate import simulate
from sluicegate.cli.commands.status import status
from sluicegate.cli.commands.trip import trip
from sluicegate.cli.commands.version import version

PLUGIN = "kubectl-kca"
PLUGIN_NAME = "kubectl kca"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 differences found.",
)
def cli() -> None:
    """Scale Kafka consumers by lag, and see why."""


for command in (run, status, explain, plan, dlq, trip, reset, record, replay, simulate, version):
    cli.add_command(command)


def main() -> None:
    """The entry point of both names."""
    name = PLUGIN_NAME if Path(sys.argv[0]).name == PLUGIN else "sluicegate"
    cli(prog_name=name)
