"""The topics that a file is about, as the brokers have them; asked only where a person names the brokers."""

from __future__ import annotations

import asyncio
import time

from sluicegate.cli.documents import Document
from sluicegate.decide.topics.plan import Ask, wants_to_read
from sluicegate.model.app import AppSpec
from sluicegate.model.topic_order import TopicAnswer, TopicOrder

WITHIN = 20.0
"""Seconds for the whole look."""


def read_topics(documents: tuple[Document, ...], *, servers: str) -> TopicAnswer:
    """One look, without a change. ``servers`` host:port pairs, reached without TLS and credentials; Invalid where these
    are malformed. What Kafka says against it is in the answer."""
    from sluicegate.observe.kafka.config import plaintext
    from sluicegate.observe.kafka.pool import SweepPool

    config, names = plaintext(servers), _names(documents)

    async def look() -> TopicAnswer:
        pool = SweepPool(children=1, now=time.time)
        try:
            return await pool.topics(config, TopicOrder(read=names), timeout=WITHIN)
        finally:
            await pool.close()

    return asyncio.run(look())


def _names(documents: tuple[Document, ...]) -> tuple[str, ...]:
    """Sources and own topics of all apps in the file."""
    found: set[str] = set()
    for one in documents:
        if isinstance(one.spec, AppSpec):
            found |= wants_to_read(Ask(key=one.key, created=0.0, spec=one.spec))
    return tuple(sorted(found))
