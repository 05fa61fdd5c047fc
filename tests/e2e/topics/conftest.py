"""Plans for topics carried out on a real broker, through the real process that does it: the table of rules and
faults. Topics carry the test's own name and go with it."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from sluicegate.decide.topics.plan import Ask, Seen, TopicPlan, after, intent, plan, wants_to_read
from sluicegate.model.kafka import ClientConfig
from sluicegate.model.topic import BrokerTopic, Change, TopicsView
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool
from tests.support.broker import Broker
from tests.support.topics import ask

LIMIT = 30.0
GROUP = "g"


class Provider:
    """One app whose topics are looked after as the operator does it: read, plan, remember, change, remember."""

    def __init__(self, pool: SweepPool, access: ClientConfig, source: str) -> None:
        self.pool = pool
        self.access = access
        self.source = source
        self.retry, self.dlq = f"{source}.{GROUP}.retry-10s", f"{source}.{GROUP}.dlq"
        self.asked: Ask = ask(sources=(source,), group=GROUP)

    def wants(self, handling: Mapping[str, Any], **more: Any) -> None:
        """Another spec; what is remembered stays."""
        self.asked = replace(
            ask(handling, sources=(self.source,), group=GROUP, **more), remembered=self.asked.remembered
        )

    async def order(self, *changes: Change, read: tuple[str, ...] = ()) -> TopicAnswer:
        return await self.pool.topics(self.access, TopicOrder(read=read, changes=changes), timeout=LIMIT)

    async def plan(self) -> TopicPlan:
        answer = await self.order(read=tuple(sorted(wants_to_read(self.asked))))
        assert answer.fault is None, answer.fault
        return plan(self.asked, seen=Seen(topics=answer.topics, config_keys=answer.config_keys), now=time.time())

    def begun(self, planned: TopicPlan) -> None:
        """It stands remembered what the plan is about to make, and not what came of it."""
        about = intent(planned)
        self.asked = replace(self.asked, remembered=about.topics if about else planned.view.topics)

    async def round(self) -> TopicsView:
        """Read, plan and change; what comes of it is remembered."""
        planned = await self.plan()
        self.begun(planned)
        answer = await self.order(*planned.changes)
        assert answer.fault is None, answer.fault
        view = after(planned, answer.outcomes, now=time.time())
        self.asked = replace(self.asked, remembered=view.topics)
        return view

    async def settled(self) -> TopicsView:
        """A round after which nothing is left to do."""
        view = await self.round()
        left = await self.plan()
        assert left.changes == (), left.changes
        return view

    async def topic(self, name: str) -> BrokerTopic:
        found = (await self.order(read=(name,))).topics[name]
        assert isinstance(found, BrokerTopic), found
        return found


@pytest.fixture
async def pool() -> AsyncIterator[SweepPool]:
    pool = SweepPool(children=1, now=time.time)
    yield pool
    await pool.close()


@pytest.fixture
def name(broker: Broker) -> Iterator[str]:
    """Begins the names of all topics of a test; none exists yet."""
    name = f"topics-{uuid.uuid4().hex[:8]}"
    yield name
    broker.drop(topics=[topic for topic in broker.admin.list_topics(timeout=10).topics if topic.startswith(name)])


@pytest.fixture
def source(broker: Broker, name: str) -> str:
    """A topic of three partitions."""
    broker.create(name, partitions=3)
    return name


@pytest.fixture
def provider(pool: SweepPool, broker: Broker, name: str) -> Provider:
    return Provider(pool, config.plaintext(broker.bootstrap), name)
