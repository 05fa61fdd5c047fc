"""The bed's command line: parse, call, print."""

import sys
import time

import click

from dev.bed import leftovers
from dev.bed.addresses import KAFKA_PLAIN
from dev.bed.cache import Cache
from dev.bed.clifaults import broker, pod, process
from dev.bed.cliimage import image
from dev.bed.command import stop_all
from dev.bed.down import down
from dev.bed.environment import exports
from dev.bed.errors import BedError
from dev.bed.layout import layout
from dev.bed.progress import Progress, spell
from dev.bed.root import one_at_a_time, require_root
from dev.bed.status import status
from dev.bed.timings import Timings
from dev.bed.up import up


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """A one-node Kubernetes and a Kafka broker on this machine, for tests. One bed per machine."""


@cli.command("up")
@click.option("--fresh", is_flag=True, help="Throw away the state of an earlier bed first.")
def up_command(*, fresh: bool) -> None:
    """Start the bed; builds and fetches what is missing. Safe to repeat, also after a crash."""
    require_root("`up`")
    where, began = layout(), time.monotonic()
    with one_at_a_time(), Progress(Timings(path=where.cache / "timings.json")) as progress:
        if fresh:
            down(layout=where)
        up(layout=where, progress=progress)
    click.echo(f"The bed is up ({spell(time.monotonic() - began)}): Kubernetes and Kafka at {KAFKA_PLAIN}.")
    click.echo('For this shell: eval "$(.venv/bin/python -m dev.bed env)"')


@cli.command("down")
@click.option("--keep-state", is_flag=True, help="Keep the cluster's and the broker's data for the next `up`.")
def down_command(*, keep_state: bool) -> None:
    """Stop everything and remove every trace but the cache."""
    require_root("`down`")
    began = time.monotonic()
    with one_at_a_time():
        down(layout=layout(), keep_state=keep_state)
    click.echo(f"The bed is down ({spell(time.monotonic() - began)}).")


@cli.command("env")
def env_command() -> None:
    """Shell lines that point tools and tests at the bed."""
    click.echo("\n".join(exports(layout=layout(), cache=Cache(root=layout().cache))))


@cli.command("status")
def status_command() -> None:
    """What runs, and whether it answers; exit 1 when not all does."""
    require_root("`status`", why="reads the keys of the bed")
    lines, well = status(layout=layout())
    click.echo("\n".join(lines))
    sys.exit(0 if well else 1)


@cli.command("verify-clean")
def verify_clean_command() -> None:
    """After `down`: exit 1 and list what is left on this machine."""
    left = list(leftovers.everything(layout=layout()))
    for thing in left:
        click.echo(f"left behind: {thing}")
    sys.exit(1 if left else 0)


for _command in (broker, pod, process, image):
    cli.add_command(_command)


def main() -> None:
    """Run; an error a person can act on is one sentence and exit 1."""
    try:
        cli(standalone_mode=False)
    except BedError as error:
        click.echo(f"{error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        stop_all()
        click.echo("Interrupted; the next `up` goes on from here.", err=True)
        sys.exit(130)
