"""`sluicegate version`."""

from __future__ import annotations

import click

from sluicegate.version import VERSION


@click.command(epilog="Example: sluicegate version")
def version() -> None:
    """Print the version."""
    click.echo(VERSION)
