"""Topics that go with their app, and apps that go without: nobody waits for what may not be deleted."""

from __future__ import annotations

import pytest

from sluicegate.control.clock import Clock
from sluicegate.control.records import AppRecord
from sluicegate.control.store import Store
from sluicegate.control.topics.deletion import Deletion
from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.model.resource import TOPICS_FINALIZER
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.model.topic_policy import TopicPolicy
from tests.support.api import Api
from tests.unit.control.bodies import app

NO_CONNECTION = Fault(FaultKind.CONFIGURATION, "there is no KafkaConnection 'main'", retriable=False)
HANDLING = {"errorHandling": {"topics": {"deletion": "Delete"}}}
LETS, FORBIDS = TopicPolicy(may_delete=True), TopicPolicy(may_delete=False)


class Away:
    """Brokers that never answer; ``asked`` how often they were."""

    def __init__(self) -> None:
        self.asked = 0

    async def topics(
        self,
        config: ClientConfig,
        order: TopicOrder,
        *,
        timeout: float,  # noqa: ASYNC109 (as the port has it)
    ) -> TopicAnswer:
        self.asked += 1
        fault = Fault(FaultKind.UNREACHABLE, "no broker answers")
        return TopicAnswer(topics={}, outcomes=(), config_keys=frozenset(), fault=fault, requests={}, at=0.0)


class Desk:
    """One app that is being deleted and holds the finalizer, beside the parts that look after it."""

    def __init__(self) -> None:
        self.api, self.store, self.kafka = Api(), Store(), Away()
        body = app()
        body["spec"] |= HANDLING
        body["metadata"]["finalizers"] = ["example.com/other", TOPICS_FINALIZER]
        self.api.put(body)
        self.api.watch(self.store)
        self.api.delete("KafkaConsumerApp", "orders")
        self.deletion = Deletion(
            store=self.store, kafka=self.kafka, finalizers=self.api, events=self.api, clock=Clock()
        )

    @property
    def waiting(self) -> AppRecord:
        (record,) = self.deletion.waiting()
        return record


@pytest.mark.parametrize("policy", [None, FORBIDS, TopicPolicy()], ids=["no connection", "forbidden", "not allowed"])
async def test_an_app_goes_at_once_where_its_topics_may_not_be_deleted_whatever_else_is_wrong(
    policy: TopicPolicy | None,
) -> None:
    desk = Desk()
    await desk.deletion.leave(desk.waiting, NO_CONNECTION, policy=policy)
    assert desk.store.apps.leaving() == ()
    ((_, body),) = desk.api.objects.items()
    assert body["metadata"]["finalizers"] == ["example.com/other"], "what others hold is theirs"
    assert desk.kafka.asked == 0
    assert desk.api.events == []


@pytest.mark.parametrize("config", [NO_CONNECTION, ClientConfig(settings=())], ids=["no access", "no answer"])
async def test_an_app_waits_while_its_topics_should_go_and_cannot_and_people_are_told(
    config: ClientConfig | Fault,
) -> None:
    desk = Desk()
    await desk.deletion.leave(desk.waiting, config, policy=LETS)
    (record,) = desk.store.apps.leaving()
    assert TOPICS_FINALIZER in record.meta.finalizers
    (note,) = desk.api.events
    assert note.reason == "TopicsNotDeleted"
    assert f"remove the finalizer {TOPICS_FINALIZER}" in note.message
    assert desk.deletion.waiting() == [], "it is not tried again at once"
