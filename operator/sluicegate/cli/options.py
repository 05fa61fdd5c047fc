"""Options that several commands take, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import click

from sluicegate.model import duration

F = TypeVar("F", bound=Callable[..., Any])


class Output(StrEnum):
    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


namespace_option = click.option(
    "--namespace", "-n", default="", help="Namespace; that of the kubeconfig's context when not given."
)
output_option = click.option(
    "--output",
    "-o",
    type=click.Choice([form.value for form in Output]),
    default=Output.TABLE.value,
    show_default=True,
    help="Form of the output.",
)

operator_option = click.option(
    "--operator-namespace",
    default="",
    envvar="SLUICEGATE_OPERATOR_NAMESPACE",
    help="Where the operator runs; looked for in all namespaces when not given.",
)
account_option = click.option(
    "--as-service-account",
    "service_account",
    default="",
    metavar="NAME",
    help="Show the operator a token of this account of the app's namespace, where the kubeconfig holds none.",
)
token_option = click.option(
    "--token",
    default="",
    envvar="SLUICEGATE_TOKEN",
    help="The token to show the operator; better given as SLUICEGATE_TOKEN, which no process list shows.",
)


def reach_options(command: F) -> F:
    """Options of commands that ask the operator itself."""
    return operator_option(account_option(token_option(command)))


def dependency_options(command: F) -> F:
    """The argument and options of commands that are about one dependency."""
    kind = click.option(
        "--kind",
        type=click.Choice(["dsd", "cdsd"]),
        default="dsd",
        show_default=True,
        help="DownstreamDependency (in a namespace) or ClusterDownstreamDependency.",
    )
    return click.argument("dependency")(kind(namespace_option(output_option(command))))


def seconds(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """A callback for options: a duration as in our resources (`90s`, `10m`)."""
    if value is None:
        return None
    try:
        return duration.parse(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: {error}") from None


def place(namespace: str) -> str:
    """The namespace meant: the one given, else that of the kubeconfig's current context."""
    from sluicegate.kube.access import default_namespace

    return namespace or default_namespace()
