"""What provisioning needs of Kafka and of the API server."""

from __future__ import annotations

from typing import Protocol

from sluicegate.model.kafka import ClientConfig
from sluicegate.model.topic_order import TopicAnswer, TopicOrder


class Topics(Protocol):
    """Topics of Kafka clusters; what goes wrong is in the answer."""

    async def topics(
        self,
        config: ClientConfig,
        order: TopicOrder,
        *,
        timeout: float,  # noqa: ASYNC109 (of the process behind it, which is killed then)
    ) -> TopicAnswer: ...
