"""Who may look at an app's observations: those whom the cluster's own rules let, asked anew every few seconds.

The operator knows nobody by itself. The API server says whose token it is (TokenReview) and whether they may
(SubjectAccessReview: `get` on `kafkaconsumerapps/observations`); its answers count for seconds, so that a right taken
away is taken away here, too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, Protocol, TypeVar

from sluicegate.errors import Denied
from sluicegate.model.resource import Key

LASTS = 10.0
"""Seconds for which an answer of the API server counts."""
MOST = 1024
"""Answers that are held at a time."""
AT_ONCE = 8
"""Questions to the API server at a time, whoever knocks."""
V = TypeVar("V")


class Stranger(Denied):
    """Nobody knows who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks, as the API server knows them; ``extra`` as sorted pairs."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Reviews(Protocol):
    """The API server's opinion. Errors are those of errors.py."""

    async def visitor(self, token: str) -> Visitor | None:
        """Whose token it is; None: nobody's (any more)."""
        ...

    async def may_observe(self, visitor: Visitor, key: Key) -> bool: ...


class Gate:
    """``now`` seconds of a clock that never runs backwards."""

    def __init__(self, reviews: Reviews, *, now: Callable[[], float] = time.monotonic) -> None:
        self._reviews = reviews
        self._visitors: _Answers[Visitor | None] = _Answers(now=now)
        self._rights: _Answers[bool] = _Answers(now=now)

    async def admit(self, token: str, key: Key) -> Visitor:
        """Who has shown this token, if they may look at the app. Stranger without a token that the cluster knows,
        Denied without the right, Transient when the API server does not answer."""
        if not token:
            raise Stranger("show who you are: send a token of the cluster as `Authorization: Bearer TOKEN`")
        visitor = await self._visitors.get(sha256(token.encode()).digest(), lambda: self._reviews.visitor(token))
        if visitor is None:
            raise Stranger("the cluster does not know this token, or it has expired: get a new one")
        if not await self._rights.get((visitor, key), lambda: self._reviews.may_observe(visitor, key)):
            raise Denied(
                f"{visitor.name} may not look at {key}: grant the verb 'get' on "
                f"'kafkaconsumerapps/observations' (API group sluicegate.dev) in namespace {key.namespace!r}"
            )
        return visitor


class _Answers(Generic[V]):
    """Answers that count for a while, the oldest given up first."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._held: dict[Hashable, tuple[float, V]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def get(self, question: Hashable, ask: Callable[[], Awaitable[V]]) -> V:
        found = self._fresh(question)
        if found is None:
            async with self._places:
                found = self._fresh(question)
                if found is None:
                    found = (self._now(), await ask())
                    self._held.pop(question, None)
                    self._held[question] = found
                    if len(self._held) > MOST:
                        del self._held[next(iter(self._held))]
        return found[1]

    def _fresh(self, question: Hashable) -> tuple[float, V] | None:
        found = self._held.get(question)
        return found if found and self._now() - found[0] < LASTS else None
