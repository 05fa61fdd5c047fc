"""Orders and records for the tests of this room."""

from __future__ import annotations

from typing import Any

from sluicegate.model.kafka import ClientConfig
from sluicegate.model.redrive import RedriveSpec
from sluicegate.redrive.letter import Headers, Letter
from sluicegate.redrive.order import RedriveOrder

STARTED = 1_700_000_000.0
SOURCE, DEAD, PARKING = "orders", "orders.dlq", "orders.dlq.parked"


def order(**spec: Any) -> RedriveOrder:
    parsed = RedriveSpec.model_validate({"appRef": {"name": "orders"}, "to": "Source", **spec})
    return RedriveOrder(
        config=ClientConfig(settings=(("bootstrap.servers", "kafka:9092"),)),
        uid="0b5e",
        name="replay",
        namespace="shop",
        dead_letter=DEAD,
        destination=parsed.to,
        topics={SOURCE: SOURCE},
        group=f"{DEAD}.redrive.0b5e",
        settled=f"{DEAD}.settled",
        parking=PARKING,
        spec=parsed,
        started=STARTED,
    )


def letter(
    headers: Headers | None = None,
    *,
    key: bytes | None = b"k",
    value: bytes | None = b"v",
    partition: int = 1,
    offset: int = 17,
    age: float = 60.0,
) -> Letter:
    """A dead letter that came ``age`` seconds before the start."""
    return Letter(partition, offset, key, value, headers or [], round((STARTED - age) * 1000))
