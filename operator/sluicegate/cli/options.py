"""Options that several commands take, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import click

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


def place(namespace: str) -> str:
    """The namespace meant: the one given, else that of the kubeconfig's current context."""
    from sluicegate.kube.access import default_namespace

    return namespace or default_namespace()
