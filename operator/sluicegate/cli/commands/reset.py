"""`sluicegate reset DEPENDENCY`: health checks decide again."""

from __future__ import annotations

import click

from sluicegate.cli.breaker_mode import turn_by_hand
from sluicegate.cli.options import dependency_options
from sluicegate.model.dependency import BreakerMode


@click.command(epilog="Example: kubectl kca reset orders-db -n shop")
@dependency_options
def reset(dependency: str, kind: str, namespace: str, output: str) -> None:
    """Let the health checks of DEPENDENCY decide again.

    Sets spec.breaker.mode to Auto. After `trip` it stays open for its openFor, and what is allowed grows in steps. To
    limit nothing in spite of failing checks, set spec.breaker.mode to Disabled instead. Needs the right to patch the
    dependency.
    """
    turn_by_hand(dependency, kind=kind, namespace=namespace, output=output, mode=BreakerMode.AUTO)
