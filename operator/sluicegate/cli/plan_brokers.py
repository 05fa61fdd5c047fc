"""The topics that a file is about, as the brokers have them; asked only where a person names the brokers.

TLS and credentials are those of the app's KafkaConnection, read with the person's own rights.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from sluicegate.cli.documents import Document
from sluicegate.cli.planning import Shown
from sluicegate.decide.topics.plan import Ask, wants_to_read
from sluicegate.errors import Gone, Invalid
from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.kafka import ClientConfig
from sluicegate.model.parse import read_connection
from sluicegate.model.resource import Key
from sluicegate.model.topic_order import TopicAnswer, TopicOrder

WITHIN = 20.0
"""Seconds for the whole look."""


def read_topics(documents: tuple[Document, ...], shown: Shown, *, servers: str) -> TopicAnswer:
    """One look at all topics of the file's apps, without a change. ``servers`` host:port pairs.

    Invalid where these or the connection cannot be used, Denied where its Secrets may not be read; what Kafka says
    against the look is in the answer.
    """
    return asyncio.run(_read(documents, shown, servers))


async def _read(documents: tuple[Document, ...], shown: Shown, servers: str) -> TopicAnswer:
    from sluicegate.observe.kafka.pool import SweepPool

    config = await _config(documents, shown, servers)
    pool = SweepPool(children=1, now=time.time)
    try:
        return await pool.topics(config, TopicOrder(read=_names(documents)), timeout=WITHIN)
    finally:
        await pool.close()


async def _config(documents: tuple[Document, ...], shown: Shown, servers: str) -> ClientConfig:
    from sluicegate.observe.kafka.config import plaintext, resolve, secret_names

    try:
        without = plaintext(servers)
    except Invalid as error:
        words = str(error).removeprefix(f"{error.field}: ")
        raise Invalid(f"--bootstrap-servers: {words}") from None
    found = _connection(documents, shown)
    if found is None:
        return without
    key, spec = found
    secrets = await _secrets(secret_names(spec), namespace=key.namespace)
    return resolve(spec.model_copy(update={"bootstrap_servers": servers}), secrets=secrets)


def _connection(documents: tuple[Document, ...], shown: Shown) -> tuple[Key, ConnectionSpec] | None:
    """That of the file's first app that names one: in the same file, else in the cluster."""
    in_file = {one.key: one.spec for one in documents if isinstance(one.spec, ConnectionSpec)}
    for one in documents:
        ref = one.spec.kafka.connection_ref if isinstance(one.spec, AppSpec) else None
        if ref is None:
            continue
        key = Key(one.key.namespace, ref.name)
        if key in in_file:
            return key, in_file[key]
        for body in shown.bodies.get("KafkaConnection", ()):
            if (body["metadata"].get("namespace"), body["metadata"]["name"]) == (key.namespace, key.name):
                return key, read_connection(body)[1]
    return None


async def _secrets(names: tuple[str, ...], *, namespace: str) -> Mapping[str, Mapping[str, bytes]]:
    """Those of ``names`` that exist, decoded."""
    if not names:
        return {}
    from sluicegate.kube.client import Cluster

    found = {}
    async with await Cluster.connect() as cluster:
        for name in names:
            try:
                found[name] = await cluster.get_secret(namespace=namespace, name=name)
            except Gone:
                continue
    return found


def _names(documents: tuple[Document, ...]) -> tuple[str, ...]:
    """Sources and own topics of all apps in the file."""
    found: set[str] = set()
    for one in documents:
        if isinstance(one.spec, AppSpec):
            found |= wants_to_read(Ask(key=one.key, created=0.0, spec=one.spec))
    return tuple(sorted(found))
