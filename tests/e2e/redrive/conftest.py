"""Redrives on a real broker; no operator and no cluster are needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.broker import Broker
from tests.support.dead_letters import Letters


@pytest.fixture
def letters(broker: Broker) -> Iterator[Letters]:
    letters = Letters(broker)
    yield letters
    letters.clean()
