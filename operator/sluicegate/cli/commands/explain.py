"""`sluicegate explain APP`: why this number."""

from __future__ import annotations

import json

import click
import yaml

from sluicegate.cli.explaining import explained
from sluicegate.cli.failure import sentence
from sluicegate.cli.fetch import fetch_apps
from sluicegate.cli.live import ask
from sluicegate.cli.options import Output, namespace_option, output_option, place, reach_options
from sluicegate.cli.reasons import reasons
from sluicegate.model.resource import Key


@click.command(epilog="Example: kubectl kca explain orders -n shop")
@click.argument("app")
@namespace_option
@reach_options
@output_option
def explain(app: str, namespace: str, operator_namespace: str, service_account: str, token: str, output: str) -> None:
    """Say why APP runs as many replicas as it does, one line for each thing that counted.

    The operator itself tells every step; where it cannot be reached, the status of the resource tells the rest.
    """
    from sluicegate.cli.reach import Way

    with sentence():
        where = place(namespace)
        body = fetch_apps(namespace=where, name=app)[0]
        way = Way(operator_namespace=operator_namespace, service_account=service_account, token=token)
        asked = ask(Key(where, app), way)
    decision = asked.live.get("decision")
    lines = explained(body, decision) if decision else reasons(body)
    if not decision:
        click.echo(f"from the status only: {asked.why or 'the operator has not looked at this app yet'}", err=True)
    if output == Output.TABLE.value:
        width = max(len(name) for name, _ in lines)
        for name, words in lines:
            click.echo(f"{name:{width}}  {words}")
        return
    source = "operator" if decision else "status"
    value = {"app": app, "source": source, "reasons": [{"what": name, "why": words} for name, words in lines]}
    if output == Output.JSON.value:
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))
    else:
        click.echo(yaml.safe_dump(value, sort_keys=False, allow_unicode=True).rstrip())
