"""`sluicegate record`: the observations that decisions are made from, as they are made."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from sluicegate.cli.failure import sentence
from sluicegate.cli.options import namespace_option, place, reach_options, seconds
from sluicegate.errors import Transient
from sluicegate.model import duration

if TYPE_CHECKING:
    from sluicegate.cli.reach import Way
    from sluicegate.model.resource import Key

PATIENCE = 15.0
"""Seconds for the first line, beyond the time asked for: that begins with it."""
TOKEN_TIME = 3600.0
"""Seconds for which a token is asked when the recording has no end."""


@click.command(epilog="Example: kubectl kca record orders -n shop --for 10m > obs.jsonl")
@click.argument("app")
@namespace_option
@click.option(
    "--for",
    "span",
    metavar="DURATION",
    callback=seconds,
    help="How long, such as 10m; until interrupted when not given.",
)
@reach_options
def record(
    app: str, namespace: str, span: float | None, operator_namespace: str, service_account: str, token: str
) -> None:
    """Write what decisions about APP are made from to standard output: a line for each poll, for `replay`."""
    from sluicegate.cli.reach import Way
    from sluicegate.model.resource import Key

    with sentence():
        way = Way(
            operator_namespace=operator_namespace,
            token=token,
            service_account=service_account,
            seconds=TOKEN_TIME if span is None else span,
        )
        asyncio.run(_record(Key(place(namespace), app), way, span=span))


async def _record(key: Key, way: Way, *, span: float | None) -> None:
    """Until ``span`` seconds are over, or SIGINT or SIGTERM: a recording that was begun is whole at any line."""
    from sluicegate.cli.recording import lines

    told = Counter(span=span)
    writing = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: writing.cancel() if writing else None)
    try:
        first = None if span is None else span + PATIENCE
        async with asyncio.timeout(first) as limit, aclosing(lines(key, way, told=told.say)) as found:
            async for line in found:
                if span is not None and told.begin():
                    limit.reschedule(loop.time() + span)
                sys.stdout.write(line)
                sys.stdout.flush()
                told.count()
    except (TimeoutError, asyncio.CancelledError):
        pass
    finally:
        told.end()
    if not told.looks:
        raise Transient(f"nothing was recorded: the operator has not looked at {key} meanwhile")


class Counter:
    """How far a recording is, on standard error: rewritten in place on a terminal, at its end elsewhere."""

    def __init__(self, *, span: float | None) -> None:
        self._span = span
        self._begun = time.monotonic()
        self._lines = 0
        self._live = sys.stderr.isatty()

    @property
    def looks(self) -> int:
        """Observations taken down so far."""
        return max(0, self._lines - 1)

    def begin(self) -> bool:
        """Whether this is the beginning; the time counts from here."""
        if self._lines:
            return False
        self._begun = time.monotonic()
        return True

    def count(self) -> None:
        self._lines += 1
        if self._live:
            click.echo(f"\r\033[K{self._words()}", err=True, nl=False)

    def say(self, words: str) -> None:
        click.echo(f"\r\033[K{words}" if self._live else words, err=True)

    def end(self) -> None:
        if self._lines:
            self.say(self._words())

    def _words(self) -> str:
        spent = duration.show(round(time.monotonic() - self._begun))
        return f"{self.looks} observations in {spent}" + (f" of {duration.show(self._span)}" if self._span else "")
