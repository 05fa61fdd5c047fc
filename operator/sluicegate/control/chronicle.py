"""What can be looked up about each app while the operator runs: its last decisions, and what they were made from.

Of decisions the last fifty are held, of observations the last one; further ones go to those who follow an app at that
moment, and are held by nobody. A follower that reads too slowly misses looks: the next one it gets then carries the
memory that it was decided with, so that a replay stays exact.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sluicegate.control.records import AppRecord
from sluicegate.control.ring import Ring
from sluicegate.decide import acted
from sluicegate.errors import Transient
from sluicegate.model.app import AppSpec
from sluicegate.model.decision import Decision
from sluicegate.model.memory import Memory
from sluicegate.model.observation import Observation
from sluicegate.model.recording import Acted, Look, verdict_line
from sluicegate.model.resource import Key

WAITING = 8
"""Looks that wait for one follower."""
FOLLOWERS = 64
"""Followers at a time, of all apps together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One look at one app: what was seen, what was remembered before, what was decided, what became of it."""

    spec: AppSpec
    generation: int
    observation: Observation
    memory: Memory
    now: float
    poll: float
    decision: Decision
    acted: Acted | None
    left: Memory
    """The memory that a replay has after it."""

    def look(self, *, after: Entry | None) -> Look:
        """As a recording has it, where ``after`` is the entry of the line before."""
        follows = after is not None and (self.memory is after.left or self.memory == after.left)
        return Look(
            spec=self.spec,
            generation=self.generation,
            observation=self.observation,
            memory=None if follows or after is None else self.memory,
            now=self.now,
            poll=self.poll,
            decision=verdict_line(self.decision),
            acted=self.acted,
            told=True,
        )


def became(left: Memory, *, decision: Decision, after: Memory) -> tuple[Acted | None, Memory]:
    """What became of ``decision``, and the memory that a replay has then. ``left`` is the memory that `decide` gave,
    ``after`` that of the process when the write was over."""
    if after.acted_at is None or (after.acted_at, after.acted_on) == (left.acted_at, left.acted_on):
        return None, left
    wrote = Acted(at=after.acted_at, version=after.acted_version)
    return wrote, acted(left, decision=decision, now=wrote.at, version=wrote.version)


class Follower:
    """Gets every look at one app from now on."""

    def __init__(self) -> None:
        self._waiting: deque[Entry] = deque(maxlen=WAITING)
        self._news = asyncio.Event()
        self._over = False

    def take(self, entry: Entry) -> None:
        self._waiting.append(entry)
        self._news.set()

    def end(self) -> None:
        self._over = True
        self._news.set()

    async def entries(self) -> AsyncIterator[Entry]:
        """Until the app is gone."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                yield self._waiting.popleft()
            if self._over:
                return


@dataclass(slots=True, kw_only=True)
class Story:
    """Of one app (one uid)."""

    uid: str
    ring: Ring = field(default_factory=Ring)
    entry: Entry | None = None
    decision: tuple[Decision, str, bool] | None = None
    """The last one, its name, and whether its number was written."""
    followers: set[Follower] = field(default_factory=set)


class Chronicle:
    """The stories of all apps."""

    def __init__(self) -> None:
        self._stories: dict[Key, Story] = {}
        self._following = 0

    def note(self, record: AppRecord, decision: Decision, *, identity: str, entry: Entry | None) -> None:
        """After each decision. ``entry`` None: nothing was observed, since the spec cannot be used."""
        story = self._open(record)
        written = entry is not None and entry.acted is not None
        story.ring.add(decision, identity=identity, written=written)
        story.decision = (decision, identity, written)
        if entry is not None:
            story.entry = entry
            for follower in story.followers:
                follower.take(entry)

    def story(self, key: Key) -> Story | None:
        return self._stories.get(key)

    def decisions(self, key: Key) -> list[dict[str, Any]]:
        """The last ones, oldest first; none for an app that was never looked at."""
        story = self._stories.get(key)
        return story.ring.accounts() if story else []

    @contextmanager
    def following(self, record: AppRecord) -> Iterator[Follower]:
        """A follower while inside, which gets what is held first. Transient when there are too many already."""
        if self._following >= FOLLOWERS:
            raise Transient(f"{FOLLOWERS} streams are open already: try again when one has ended")
        story = self._open(record)
        follower = Follower()
        if story.entry is not None:
            follower.take(story.entry)
        story.followers.add(follower)
        self._following += 1
        try:
            yield follower
        finally:
            self._following -= 1
            story.followers.discard(follower)

    def forget_unless(self, there: Callable[[Key], bool]) -> None:
        """Let go of apps that are no more; their streams end."""
        for key in [key for key in self._stories if not there(key)]:
            _end(self._stories.pop(key))

    def _open(self, record: AppRecord) -> Story:
        key = record.meta.key
        story = self._stories.get(key)
        if story is None or story.uid != record.meta.uid:
            if story is not None:
                _end(story)
            story = self._stories[key] = Story(uid=record.meta.uid)
        return story


def _end(story: Story) -> None:
    for follower in story.followers:
        follower.end()
