"""`sluicegate trip DEPENDENCY`: consumers stand back from a dependency."""

from __future__ import annotations

import click

from sluicegate.cli.breaker_mode import turn_by_hand
from sluicegate.cli.options import dependency_options
from sluicegate.model.dependency import BreakerMode


@click.command(epilog="Example: kubectl kca trip orders-db -n shop")
@dependency_options
def trip(dependency: str, kind: str, namespace: str, output: str) -> None:
    """Make the consumers of DEPENDENCY stand back now, and until `reset`.

    What they do meanwhile is in its spec.breaker.whenOpen. Sets spec.breaker.mode to ForcedOpen: where GitOps writes
    the spec, change it there, too. Needs the right to patch the dependency.
    """
    turn_by_hand(dependency, kind=kind, namespace=namespace, output=output, mode=BreakerMode.FORCED_OPEN)
