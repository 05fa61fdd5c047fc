"""`sluicegate dlq ls|show|redrive|park`: dead letters counted, looked at, brought back and put away."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from sluicegate.cli import dlq_page
from sluicegate.cli.console import console_for_people
from sluicegate.cli.dlq_run import SILENCE, Wish, create, fetch, follow, part_of, phase_of
from sluicegate.cli.failure import sentence
from sluicegate.cli.machine import machine
from sluicegate.cli.options import Output, namespace_option, output_option, place, seconds
from sluicegate.cli.progress import progress
from sluicegate.model.duration import show as duration
from sluicegate.model.resource import Key

F = TypeVar("F", bound=Callable[..., Any])
GRACE_S = 60
"""A redrive that only looks goes away by itself should the command not live to delete it."""


@click.group(epilog="Example: kubectl kca dlq show orders -n shop")
def dlq() -> None:
    """Dead letters: how many, how old, which errors; bring them back or put them away."""


def choosing(command: F) -> F:
    """Options that choose letters, and how fast they are moved."""
    for option in reversed(
        (
            click.option("--since", callback=seconds, help="Only those of the last, such as 24h."),
            click.option("--until", callback=seconds, help="Only those at least so old, such as 1h."),
            click.option("--error-class", metavar="REGEX", help="Only those whose error's class matches."),
            click.option("--key", metavar="REGEX", help="Only those whose key matches."),
            click.option("--header", "headers", multiple=True, metavar="NAME=REGEX", help="Only where it matches."),
            click.option("--max-records", type=click.IntRange(min=1), help="At most so many."),
        )
    ):
        command = option(command)
    return command


def moving(command: F) -> F:
    """Options of commands that move letters."""
    for option in reversed(
        (
            click.option("--rate", type=click.FloatRange(min=0), help="Records a second; 0: no limit.  [default: 50]"),
            click.option("--name", default="", help="Name of the DeadLetterRedrive; made up when not given."),
            click.option("--wait/--no-wait", default=True, show_default=True, help="Wait for its end."),
        )
    ):
        command = option(command)
    return command


@dlq.command("ls", epilog="Example: kubectl kca dlq ls -A")
@click.argument("app", required=False)
@namespace_option
@click.option("--all-namespaces", "-A", is_flag=True, help="Apps of all namespaces.")
@output_option
def ls(app: str | None, namespace: str, all_namespaces: bool, output: str) -> None:
    """List apps with their dead letters: how many nobody has dealt with, and how old the oldest is."""
    if app and all_namespaces:
        raise click.UsageError("APP lives in one namespace: leave out -A, or name the namespace with -n.")
    with sentence():
        where = "" if all_namespaces else place(namespace)
        apps, redrives = fetch(where, app)
        found = dlq_page.rows(apps, redrives, now=time.time())
        if output != Output.TABLE.value:
            click.echo(machine(found, output))
        elif not found:
            said = f"No KafkaConsumerApp with a dead-letter topic in {where or 'any namespace'}."
            click.echo(f"{said} It is asked for with spec.errorHandling.", err=True)
        else:
            console_for_people().print(dlq_page.table(found, namespaces=all_namespaces))


@dlq.command("show", epilog="Example: kubectl kca dlq show orders --error-class Timeout")
@click.argument("app")
@namespace_option
@choosing
@output_option
def show(app: str, namespace: str, output: str, **chosen: Any) -> None:
    """Show what the dead letters of APP are: by error, source, age and whose headers they carry.

    The operator reads them (a DeadLetterRedrive with dryRun, deleted at the end); nothing is moved.
    """
    with sentence():
        spec = {"dryRun": True, "to": "Park", "ttlSecondsAfterFinished": GRACE_S, "select": _select(**chosen)}
        wish = Wish(app=Key(place(namespace), app), spec=spec, purpose="show")
        body = _followed(wish, forget=True)
        status = body.get("status") or {}
        if phase_of(body) == "Failed":
            raise click.ClickException(str(status.get("message")))
        if output != Output.TABLE.value:
            fields = ("topic", "total", "matched", "report")
            click.echo(machine({name: status.get(name) for name in fields}, output))
        else:
            console_for_people().print(dlq_page.contents(status))


@dlq.command("redrive", epilog="Example: kubectl kca dlq redrive orders --since 24h --error-class Timeout --rate 100")
@click.argument("app")
@click.option(
    "--to",
    type=click.Choice(["Retry", "Source", "Topic"], case_sensitive=False),
    default="Retry",
    show_default=True,
    help="The first retry topic, the topic they came from, or another one (--topic).",
)
@click.option("--topic", help="With --to Topic: which; one of the connection's redriveTargets.")
@click.option("--allow-other-groups", is_flag=True, help="With --to Source: also when other groups read that topic.")
@click.option("--dry-run", is_flag=True, help="Only count and report.")
@namespace_option
@choosing
@moving
@output_option
def redrive(
    app: str,
    to: str,
    topic: str | None,
    allow_other_groups: bool,
    dry_run: bool,
    namespace: str,
    rate: float | None,
    name: str,
    wait: bool,
    output: str,
    **chosen: Any,
) -> None:
    """Bring dead letters of APP back to where they can be handled."""
    spec: dict[str, Any] = {"to": to.capitalize(), "select": _select(**chosen), "dryRun": dry_run}
    if topic:
        spec["topic"] = topic
    if allow_other_groups:
        spec["allowOtherGroups"] = True
    _move(app, spec, namespace=namespace, rate=rate, name=name, wait=wait, output=output, purpose="redrive")


@dlq.command("park", epilog="Example: kubectl kca dlq park orders --error-class Poison")
@click.argument("app")
@namespace_option
@choosing
@moving
@output_option
def park(app: str, namespace: str, rate: float | None, name: str, wait: bool, output: str, **chosen: Any) -> None:
    """Put dead letters of APP away, into its parking topic: nobody has to look at them again."""
    spec = {"to": "Park", "select": _select(**chosen)}
    _move(app, spec, namespace=namespace, rate=rate, name=name, wait=wait, output=output, purpose="park")


def _move(
    app: str,
    spec: dict[str, Any],
    *,
    namespace: str,
    rate: float | None,
    name: str,
    wait: bool,
    output: str,
    purpose: str,
) -> None:
    if rate is not None:
        spec["rate"] = {"recordsPerSecond": rate}
    with sentence():
        wish = Wish(app=Key(place(namespace), app), spec=spec, purpose=purpose, name=name)
        body = _followed(wish, forget=False) if wait else create(wish)
        if output != Output.TABLE.value:
            click.echo(machine(body, output))
        elif wait and spec.get("dryRun") and phase_of(body) != "Failed":
            console_for_people().print(dlq_page.contents(body.get("status") or {}))
        elif wait:
            click.echo(dlq_page.outcome(body))
        else:
            made = body["metadata"]
            click.echo(f"DeadLetterRedrive {made['name']} created; see `kubectl get dlr -n {made['namespace']} -w`")
    if phase_of(body) == "Failed":
        sys.exit(1)


def _followed(wish: Wish, *, forget: bool) -> Mapping[str, Any]:
    began, said = time.monotonic(), ""
    with progress([wish.app.name]) as told:

        def look(body: Mapping[str, Any]) -> None:
            nonlocal said
            told(0, part_of(body))
            words = str((body.get("status") or {}).get("message") or "")
            if not phase_of(body) and time.monotonic() - began > SILENCE:
                words = "no operator has taken this redrive up yet: is one running that watches the namespace?"
            if words and words != said and phase_of(body) not in ("Succeeded", "Failed"):
                said = words
                click.echo(words, err=True)

        return follow(wish, look=look, forget=forget)


def _select(
    *,
    since: float | None,
    until: float | None,
    error_class: str | None,
    key: str | None,
    headers: tuple[str, ...],
    max_records: int | None,
) -> dict[str, Any]:
    """As spec.select has it; only what was given."""
    pairs = [entry.partition("=") for entry in headers]
    for name, sign, _ in pairs:
        if not sign or not name:
            raise click.BadParameter(f"{name!r}: write NAME=REGEX, such as tenant=^blue$", param_hint="--header")
    names = [name for name, _, _ in pairs]
    if len(set(names)) < len(names):
        raise click.BadParameter("name each header once; one expression can say 'or': ^(a|b)$", param_hint="--header")
    found = {
        "since": None if since is None else duration(since),
        "until": None if until is None else duration(until),
        "errorClass": error_class,
        "key": key,
        "headers": {name: expression for name, _, expression in pairs} or None,
        "maxRecords": max_records,
    }
    return {name: value for name, value in found.items() if value is not None}
