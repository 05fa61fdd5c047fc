"""Who may look: only those whom the API server lets, and not longer than for seconds after it does no more."""

from __future__ import annotations

import asyncio

import pytest

from sluicegate.control.gate import LASTS, MOST, Gate, Stranger, Visitor
from sluicegate.errors import Denied, Transient
from sluicegate.model.resource import Key

ORDERS = Key("shop", "orders")
ANN = Visitor(name="ann", groups=("buyers",))


class Cluster:
    """Knows tokens, and who may look at what; ``asked`` counts questions."""

    def __init__(self) -> None:
        self.visitors = {"ann's": ANN}
        self.rights = {("ann", ORDERS)}
        self.asked: list[str] = []
        self.down = False

    async def visitor(self, token: str) -> Visitor | None:
        self.asked.append("who")
        await asyncio.sleep(0)
        if self.down:
            raise Transient("no answer from the API server")
        return self.visitors.get(token)

    async def may_observe(self, visitor: Visitor, key: Key) -> bool:
        self.asked.append("may")
        return (visitor.name, key) in self.rights


class Time:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


async def test_a_right_is_asked_for_once_in_a_while_and_gone_soon_after_it_was_taken_away() -> None:
    cluster, now = Cluster(), Time()
    gate = Gate(cluster, now=now)
    assert await gate.admit("ann's", ORDERS) == ANN
    assert await gate.admit("ann's", ORDERS) == ANN
    assert cluster.asked == ["who", "may"]
    cluster.rights.clear()
    now.seconds += LASTS
    with pytest.raises(Denied, match="ann may not look at shop/orders: grant the verb 'get' on 'kafkaconsumerapps/obs"):
        await gate.admit("ann's", ORDERS)


async def test_a_token_taken_back_opens_nothing_soon_after() -> None:
    cluster, now = Cluster(), Time()
    gate = Gate(cluster, now=now)
    await gate.admit("ann's", ORDERS)
    cluster.visitors.clear()
    now.seconds += LASTS
    with pytest.raises(Stranger, match="does not know this token"):
        await gate.admit("ann's", ORDERS)


async def test_one_app_is_not_another_and_no_token_is_nobody() -> None:
    gate = Gate(Cluster(), now=Time())
    await gate.admit("ann's", ORDERS)
    with pytest.raises(Denied, match="shop/billing"):
        await gate.admit("ann's", Key("shop", "billing"))
    with pytest.raises(Stranger, match="Authorization: Bearer TOKEN"):
        await gate.admit("", ORDERS)


async def test_an_api_server_that_does_not_answer_lets_nobody_in_and_is_asked_again() -> None:
    cluster = Cluster()
    gate = Gate(cluster, now=Time())
    cluster.down = True
    with pytest.raises(Transient):
        await gate.admit("ann's", ORDERS)
    cluster.down = False
    assert await gate.admit("ann's", ORDERS) == ANN


async def test_many_who_knock_at_once_with_one_token_are_one_question() -> None:
    cluster = Cluster()
    gate = Gate(cluster, now=Time())
    await asyncio.gather(*(gate.admit("ann's", ORDERS) for _ in range(5)))
    assert cluster.asked.count("may") == 1
    assert cluster.asked.count("who") <= 5


async def test_made_up_tokens_do_not_fill_the_memory() -> None:
    gate = Gate(Cluster(), now=Time())
    for number in range(MOST + 50):
        with pytest.raises(Stranger):
            await gate.admit(f"made up {number}", ORDERS)
    assert len(gate._visitors._held) == MOST
