"""Topics of one cluster: changed as ordered, then described. Only what was ordered is ever written.

Everything is asked in batches, whatever the number of topics. Blocks the calling thread, within the order's limit.
"""

from __future__ import annotations

from sluicegate.model.kafka import ClientConfig, Fault
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka.topic_asking import Asking
from sluicegate.observe.kafka.topic_changing import Changing
from sluicegate.observe.kafka.topic_reading import Reading


class Topics:
    """Not thread-safe: one thread per connection and kind of order."""

    def __init__(self, config: ClientConfig) -> None:
        """KafkaException when librdkafka refuses a setting."""
        self._asking = Asking(config)
        self._reading = Reading(self._asking)
        self._changing = Changing(self._asking)

    def do(self, order: TopicOrder, *, limit: float) -> TopicAnswer:
        """Carry out ``order`` within ``limit`` seconds."""
        self._asking.begin(limit=limit)
        outcomes = self._changing.change(order.changes)
        topics, keys = self._reading.read(order.read)
        readers = self._reading.readers(order.readers_of) if order.readers_of else {}
        fault = readers if isinstance(readers, Fault) else None
        if all(isinstance(one, Fault) for one in topics.values()) and all(one.fault for one in outcomes):
            fault = self._asking.silence() or fault
        return TopicAnswer(
            topics=topics,
            outcomes=outcomes,
            config_keys=keys,
            fault=fault,
            readers={} if isinstance(readers, Fault) else readers,
            requests=dict(self._asking.client.requests),
        )
