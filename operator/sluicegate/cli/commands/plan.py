"""`sluicegate plan -f FILE`: what would be done, without doing it."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

import click
import yaml

from sluicegate.cli.failure import sentence
from sluicegate.cli.options import Output, namespace_option, place, reach_options

DIFFERENT = 3
STRIMZI = "strimzi"
API_VERSIONS = ("v1beta2", "v1")


@click.command(epilog="Example: kubectl kca plan -f app.yaml -n shop")
@click.option(
    "--filename",
    "-f",
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="YAML of apps, connections and dependencies; - for standard input.",
)
@namespace_option
@click.option(
    "--bootstrap-servers",
    "servers",
    default="",
    metavar="HOST:PORT,…",
    help="Ask these brokers about topics, with TLS and credentials of the KafkaConnection, whose Secrets you must be "
    "allowed to get; by default what the operator told of topics is used.",
)
@click.option("--strimzi-cluster", default="", metavar="NAME", help="Strimzi's Kafka resource, for -o strimzi.")
@click.option(
    "--strimzi-api",
    type=click.Choice(API_VERSIONS),
    default=API_VERSIONS[0],
    show_default=True,
    help="Version of KafkaTopic, for -o strimzi; Strimzi from 1.0 on takes v1 only.",
)
@reach_options
@click.option(
    "--output",
    "-o",
    type=click.Choice([*(form.value for form in Output), STRIMZI]),
    default=Output.TABLE.value,
    show_default=True,
    help="Form of the output; strimzi: KafkaTopic manifests of the retry and dead-letter topics.",
)
def plan(
    filename: str,
    namespace: str,
    servers: str,
    strimzi_cluster: str,
    strimzi_api: str,
    operator_namespace: str,
    service_account: str,
    token: str,
    output: str,
) -> None:
    """Say what applying FILE would change: fields, topics, replicas, and who would have what of dependencies.

    Nothing is written. The operator's last look at an app is decided about anew with the new spec; where the operator
    cannot be reached, what is known without it is shown. Exit code 3 when something would change, topics among it.
    """
    from sluicegate.cli.documents import read_documents
    from sluicegate.cli.plan import lines
    from sluicegate.cli.plan_brokers import read_topics
    from sluicegate.cli.plan_fetch import fetch
    from sluicegate.cli.planning import plan as planned
    from sluicegate.cli.reach import Way
    from sluicegate.cli.strimzi import manifests, notes
    from sluicegate.errors import Invalid

    if (output == STRIMZI) != bool(strimzi_cluster):
        raise click.UsageError("-o strimzi and --strimzi-cluster NAME (of the Kafka resource) go together.")
    with sentence():
        source = "standard input" if filename == "-" else filename
        try:
            with click.open_file(filename, encoding="utf-8") as file:
                text = file.read()
        except UnicodeDecodeError as error:
            raise Invalid(f"{source} is not YAML: {error}") from None
        documents = read_documents(text, source=source, namespace=place(namespace), asked=namespace)
        way = Way(operator_namespace=operator_namespace, service_account=service_account, token=token)
        shown = fetch(documents.found, way)
        if servers:
            shown = replace(shown, brokers=read_topics(documents.found, shown, servers=servers))
        found = planned(documents, shown, now=time.time())
        topics = manifests(found, cluster=strimzi_cluster, version=strimzi_api) if output == STRIMZI else []
    for kind in found.ignored:
        click.echo(f"ignored: {kind}", err=True)
    for note in (*found.notes, *(notes(found) if output == STRIMZI else ())):
        click.echo(note, err=True)
    if output == STRIMZI:
        click.echo(yaml.safe_dump_all(topics, sort_keys=False, allow_unicode=True, explicit_start=True).rstrip())
    elif output == Output.TABLE.value:
        click.echo("\n".join(lines(found)))
    elif output == Output.JSON.value:
        click.echo(json.dumps(found.value(), indent=2, ensure_ascii=False))
    else:
        click.echo(yaml.safe_dump(found.value(), sort_keys=False, allow_unicode=True).rstrip())
    if found.changes:
        sys.exit(DIFFERENT)
