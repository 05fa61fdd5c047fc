"""Names that Kafka gives things, and what it accepts as such: broker addresses, topics, consumer groups."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from sluicegate.model.rule import QUOTED, Rule

_HOST = r"([a-zA-Z0-9]([-a-zA-Z0-9._]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])"
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_SERVERS = f"{_HOST}:{_PORT}(, ?{_HOST}:{_PORT})*"
_GROUP = r"[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?"
_TOPIC = "[a-zA-Z0-9._-]{1,249}"

BootstrapServers = Annotated[
    str,
    Field(min_length=1, max_length=2048),
    Rule(
        message="write host:port pairs separated by commas, such as kafka-0.kafka:9092,kafka-1.kafka:9092",
        cel=f"self.matches(r'^{_SERVERS}$')",
        found=QUOTED,
        holds=lambda servers: re.fullmatch(_SERVERS, servers) is not None,
    ),
]

TopicName = Annotated[
    str,
    Field(min_length=1, max_length=249),
    Rule(
        message="write a topic name as Kafka allows it: 1 to 249 of letters, digits, '.', '_' and '-', not '.' or '..'",
        cel=f"self.matches('^{_TOPIC}$') && self != '.' && self != '..'",
        found=QUOTED,
        holds=lambda name: re.fullmatch(_TOPIC, name) is not None and name not in (".", ".."),
    ),
    Rule(
        message="name a topic of your own: those that start with '__' are internal to Kafka",
        cel="!self.startsWith('__')",
        found=QUOTED,
        holds=lambda name: not name.startswith("__"),
    ),
]

ConsumerGroup = Annotated[
    str,
    Field(min_length=1, max_length=249),
    Rule(
        message="write the group.id of the consumers, without spaces around it or control characters in it",
        cel=f"self.matches(r'^{_GROUP}$')",
        found=QUOTED,
        holds=lambda group: re.fullmatch(_GROUP, group) is not None,
    ),
]
