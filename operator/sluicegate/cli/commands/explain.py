"""`sluicegate explain APP`: why this number."""

from __future__ import annotations

import json

import click
import yaml

from sluicegate.cli.failure import sentence
from sluicegate.cli.fetch import fetch_apps
from sluicegate.cli.options import Output, namespace_option, output_option, place
from sluicegate.cli.reasons import reasons


@click.command(epilog="Example: kubectl kca explain orders -n shop")
@click.argument("app")
@namespace_option
@output_option
def explain(app: str, namespace: str, output: str) -> None:
    """Say why APP runs as many replicas as it does, one line for each thing that counted."""
    with sentence():
        body = fetch_apps(namespace=place(namespace), name=app)[0]
    lines = reasons(body)
    if output == Output.TABLE.value:
        width = max(len(name) for name, _ in lines)
        for name, words in lines:
            click.echo(f"{name:{width}}  {words}")
        return
    value = {"app": app, "reasons": [{"what": name, "why": words} for name, words in lines]}
    if output == Output.JSON.value:
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))
    else:
        click.echo(yaml.safe_dump(value, sort_keys=False, allow_unicode=True).rstrip())
