"""`sluicegate run`: the operator. What it imports is heavy, so it is imported only here."""

from __future__ import annotations

import asyncio

import click

from sluicegate.cli.failure import sentence
from sluicegate.telemetry import log


@click.command(epilog="Example: sluicegate run --namespace shop --log-format text")
@click.option("--namespace", "-n", "namespaces", multiple=True, help="Watch this namespace only; may be repeated.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="How much to log.",
)
@click.option(
    "--log-format",
    type=click.Choice([form.value for form in log.Format]),
    default=log.Format.AUTO.value,
    show_default=True,
    help="JSON lines, text for people, or text on a terminal only.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Metrics and health.")
@click.option("--children", type=click.IntRange(1, 64), default=4, show_default=True, help="Processes that read Kafka.")
@click.option(
    "--read-api/--no-read-api",
    default=True,
    show_default=True,
    help="Show decisions and observations on the same port, to those whom the cluster's RBAC lets.",
)
@click.option(
    "--cluster-dependencies/--no-cluster-dependencies",
    default=None,
    help="Look at ClusterDownstreamDependencies; by default unless --namespace is given.",
)
@click.option(
    "--allow-address",
    "allow",
    multiple=True,
    metavar="NETWORK|NAME",
    help="Ask dependencies at these addresses only; opens loopback or link-local ones where named. May be repeated.",
)
@click.option(
    "--deny-address",
    "deny",
    multiple=True,
    metavar="NETWORK|NAME",
    help="Never ask a dependency at these addresses; wins over --allow-address. May be repeated.",
)
def run(
    namespaces: tuple[str, ...],
    log_level: str,
    log_format: str,
    port: int,
    children: int,
    read_api: bool,
    cluster_dependencies: bool | None,
    allow: tuple[str, ...],
    deny: tuple[str, ...],
) -> None:
    """Run the operator."""
    log.set_up(level=log_level, form=log.Format(log_format))
    from sluicegate.observe.dependencies.guard import Guard

    with sentence():
        guard = Guard.of(allow=allow, deny=deny)
        from sluicegate.cli.run import run as operate

        code = asyncio.run(
            operate(
                namespaces=namespaces,
                port=port,
                children=children,
                read_api=read_api,
                cluster_dependencies=cluster_dependencies,
                guard=guard,
            )
        )
    raise SystemExit(code)
