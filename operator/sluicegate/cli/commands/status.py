"""`sluicegate status`: what runs, what was wanted, and what holds it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from sluicegate.cli.console import console_for_people
from sluicegate.cli.failure import sentence
from sluicegate.cli.fetch import fetch_apps
from sluicegate.cli.live import ask
from sluicegate.cli.live_page import live_page
from sluicegate.cli.machine import machine
from sluicegate.cli.options import Output, namespace_option, output_option, place, reach_options
from sluicegate.cli.page import page
from sluicegate.cli.table import table
from sluicegate.errors import Transient
from sluicegate.model.resource import Key

if TYPE_CHECKING:
    from sluicegate.cli.reach import Way

EVERY = 2.0
Bodies = list[dict[str, Any]]
Look = Callable[[], Bodies]
Draw = Callable[[Bodies], RenderableType]


@click.command(epilog="Example: kubectl kca status orders -n shop -w")
@click.argument("app", required=False)
@namespace_option
@click.option("--all-namespaces", "-A", is_flag=True, help="Apps of all namespaces.")
@click.option("--watch", "-w", is_flag=True, help="Keep the table up to date until interrupted.")
@reach_options
@output_option
def status(
    app: str | None,
    namespace: str,
    all_namespaces: bool,
    watch: bool,
    operator_namespace: str,
    service_account: str,
    token: str,
    output: str,
) -> None:
    """Show apps: replicas, what the lag asks for, and what limits them. With APP, everything about one.

    Partitions, members and the last decisions of one app are asked of the operator itself; where it cannot be
    reached, the rest is shown and the reason is said.
    """
    from sluicegate.cli.reach import Way

    if app and all_namespaces:
        raise click.UsageError("APP lives in one namespace: leave out -A, or name the namespace with -n.")
    if watch and output != Output.TABLE.value:
        raise click.UsageError(f"-w draws a table: leave out -o {output}.")
    with sentence():
        where = "" if all_namespaces else place(namespace)
        console = console_for_people()
        way = Way(operator_namespace=operator_namespace, service_account=service_account, token=token)

        def look() -> Bodies:
            return fetch_apps(namespace=where, name=app)

        def draw(bodies: Bodies) -> RenderableType:
            now = time.time()
            if app:
                return Group(page(bodies[0], now=now), Text(), _operators_part(Key(where, app), way))
            return table(bodies, now=now, namespaces=all_namespaces)

        if watch:
            _follow(console, look=look, draw=draw)
        elif output == Output.TABLE.value:
            bodies = look()
            if not bodies:
                click.echo(f"No KafkaConsumerApp in {where or 'any namespace'}.", err=True)
            else:
                console.print(draw(bodies))
        else:
            bodies = look()
            click.echo(machine(bodies[0] if app else {"apiVersion": "v1", "kind": "List", "items": bodies}, output))


def _operators_part(key: Key, way: Way) -> RenderableType:
    asked = ask(key, way)
    if asked.why:
        return Text(f"Partitions, members and decisions are not shown: {asked.why}", style="yellow")
    return live_page(asked.live, asked.decisions)


def _follow(console: Console, *, look: Look, draw: Draw) -> None:
    """A live picture on a terminal, one picture after another in a pipe, until interrupted.

    While the API server does not answer, the last picture stands.
    """
    bodies = look()
    screen = Live(console=console, auto_refresh=False, screen=True) if console.is_terminal else None
    try:
        with screen or nullcontext():
            while True:
                if screen:
                    screen.update(draw(bodies), refresh=True)
                else:
                    console.print(draw(bodies))
                time.sleep(EVERY)
                with suppress(Transient):
                    bodies = look()
    except KeyboardInterrupt:
        return
