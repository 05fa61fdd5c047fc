"""`sluicegate plan -f FILE`: what would be done, without doing it."""

from __future__ import annotations

import json
import sys
import time

import click
import yaml

from sluicegate.cli.failure import sentence
from sluicegate.cli.options import Output, namespace_option, output_option, place, reach_options

DIFFERENT = 3


@click.command(epilog="Example: kubectl kca plan -f app.yaml -n shop")
@click.option(
    "--filename",
    "-f",
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="YAML of apps, connections and dependencies; - for standard input.",
)
@namespace_option
@reach_options
@output_option
def plan(filename: str, namespace: str, operator_namespace: str, service_account: str, token: str, output: str) -> None:
    """Say what applying FILE would change, what replicas would come of it, and who would have what of dependencies.

    Nothing is written. The operator's last look at an app is decided about anew with the new spec; where the operator
    cannot be reached, what is known without it is shown. Exit code 3 when something would change.
    """
    from sluicegate.cli.documents import read_documents
    from sluicegate.cli.plan import lines
    from sluicegate.cli.plan_fetch import fetch
    from sluicegate.cli.planning import plan as planned
    from sluicegate.cli.reach import Way
    from sluicegate.errors import Invalid

    with sentence():
        source = "standard input" if filename == "-" else filename
        try:
            with click.open_file(filename, encoding="utf-8") as file:
                text = file.read()
        except UnicodeDecodeError as error:
            raise Invalid(f"{source} is not YAML: {error}") from None
        documents = read_documents(text, source=source, namespace=place(namespace), asked=namespace)
        way = Way(operator_namespace=operator_namespace, service_account=service_account, token=token)
        found = planned(documents, fetch(documents.found, way), now=time.time())
    for kind in found.ignored:
        click.echo(f"ignored: {kind}", err=True)
    for note in found.notes:
        click.echo(note, err=True)
    if output == Output.TABLE.value:
        click.echo("\n".join(lines(found)))
    elif output == Output.JSON.value:
        click.echo(json.dumps(found.value(), indent=2, ensure_ascii=False))
    else:
        click.echo(yaml.safe_dump(found.value(), sort_keys=False, allow_unicode=True).rstrip())
    if found.changes:
        sys.exit(DIFFERENT)
