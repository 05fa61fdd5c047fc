"""Commands that hurt: the broker, pods, and processes in pods."""

import signal
import sys

import click

from dev.bed import brokerctl, pods
from dev.bed.layout import layout
from dev.bed.root import require_root

VERBS = {
    "kill": brokerctl.kill_broker,
    "pause": brokerctl.pause_broker,
    "resume": brokerctl.resume_broker,
    "start": brokerctl.start_broker,
    "stop": brokerctl.stop_broker,
}

_signal = click.option("--signal", "name", default="KILL", show_default=True, help="KILL, STOP, CONT, TERM, ...")
_container = click.option("--container", default=None, help="When the pod has more than one.")


@click.command("broker")
@click.argument("verb", type=click.Choice(sorted(VERBS)))
def broker(*, verb: str) -> None:
    """Kill (-9), stop, start, pause (SIGSTOP) or resume the broker."""
    require_root("`broker`", why="signals and enters processes of the bed")
    VERBS[verb](layout=layout())


@click.group("pod")
def pod() -> None:
    """Faults in a pod's main process and network."""


@pod.command("kill9")
@click.argument("namespace")
@click.argument("pod_name")
@click.argument("container", required=False)
def kill9(*, namespace: str, pod_name: str, container: str | None) -> None:
    """kill -9 of a container's first process; the kubelet restarts it."""
    require_root("`pod kill9`", why="signals and enters processes of the bed")
    click.echo(pods.signal_pod(pod=pod_name, in_namespace=namespace, container=container, layout=layout()))


@pod.command("signal")
@click.argument("namespace")
@click.argument("pod_name")
@_container
@_signal
def signal_command(*, namespace: str, pod_name: str, container: str | None, name: str) -> None:
    """Any signal to a container's first process, such as STOP and CONT."""
    require_root("`pod signal`", why="signals and enters processes of the bed")
    number = _number(name)
    click.echo(
        pods.signal_pod(pod=pod_name, in_namespace=namespace, container=container, number=number, layout=layout())
    )


@pod.command("netns", context_settings={"ignore_unknown_options": True})
@click.argument("namespace")
@click.argument("pod_name")
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED)
def netns(*, namespace: str, pod_name: str, argv: tuple[str, ...]) -> None:
    """Run a program of this machine in the pod's network namespace."""
    require_root("`pod netns`", why="signals and enters processes of the bed")
    done = pods.run_in_network(argv, pod=pod_name, in_namespace=namespace, layout=layout())
    click.echo(done.stdout, nl=False)
    click.echo(done.stderr, nl=False, err=True)
    sys.exit(done.returncode)


@click.group("process")
def process() -> None:
    """The processes inside a pod, such as the operator's sweep children."""


@process.command("list")
@click.argument("namespace")
@click.argument("pod_name")
@_container
def list_command(*, namespace: str, pod_name: str, container: str | None) -> None:
    """Pid on this machine and command line, the container's first process first."""
    require_root("`process list`", why="looks into the processes of pods")
    for found in pods.processes(pod=pod_name, in_namespace=namespace, container=container, layout=layout()):
        click.echo(f"{found.pid} {found.command}")


@process.command("kill")
@click.argument("namespace")
@click.argument("pod_name")
@click.argument("pattern")
@_container
@_signal
def kill_command(*, namespace: str, pod_name: str, pattern: str, container: str | None, name: str) -> None:
    """Signal the child processes whose command line matches a regular expression."""
    require_root("`process kill`", why="signals and enters processes of the bed")
    hit = pods.signal_process(
        pod=pod_name,
        in_namespace=namespace,
        matching=pattern,
        container=container,
        number=_number(name),
        layout=layout(),
    )
    for found in hit:
        click.echo(f"{found.pid} {found.command}")


def _number(word: str) -> int:
    try:
        return int(signal.Signals[f"SIG{word.upper().removeprefix('SIG')}"])
    except KeyError as error:
        raise click.BadParameter(f"there is no signal {word}") from error
