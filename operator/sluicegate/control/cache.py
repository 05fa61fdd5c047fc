"""Objects by key, fed by a watch and put right by lists that take a while to arrive.

A list is older than what the watch brought while it was under way: it must neither drop an object that was made
meanwhile nor bring back one that was deleted. So every change has a number, a list says at which number it began,
and uids that were deleted since stay deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Entry(Generic[V]):
    value: V
    uid: str
    resource_version: str
    changed: int


class Cache(Generic[K, V]):
    """Latest value by key. A ``put`` of a version older than the known one of the same uid changes nothing."""

    def __init__(self) -> None:
        self._entries: dict[K, Entry[V]] = {}
        self._gone: dict[str, int] = {}
        self._changes = 0

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        return entry.value if entry else None

    def values(self) -> Iterator[V]:
        return (entry.value for entry in self._entries.values())

    def mark(self) -> int:
        """The number of the last change: take it before a list is asked for."""
        return self._changes

    def put(self, key: K, value: V, *, uid: str, resource_version: str) -> bool:
        """Whether the value was taken in."""
        known = self._entries.get(key)
        if known and known.uid == uid and is_older(resource_version, than=known.resource_version):
            return False
        self._changes += 1
        self._entries[key] = Entry(value, uid, resource_version, self._changes)
        return True

    def drop(self, key: K, *, uid: str) -> bool:
        """Forget an object, unless another of the same name has taken its place. Whether it was there."""
        self._changes += 1
        self._gone[uid] = self._changes
        known = self._entries.get(key)
        if known is None or known.uid != uid:
            return False
        del self._entries[key]
        return True

    def deleted_since(self, uid: str, mark: int) -> bool:
        """Whether the object was deleted after the list with this mark was asked for."""
        return self._gone.get(uid, 0) > mark

    def sweep_out(self, seen: Iterable[K], *, mark: int) -> list[K]:
        """Drop what a whole list, asked for at ``mark``, did not show; returns the keys dropped."""
        shown = set(seen)
        lost = [key for key, entry in self._entries.items() if key not in shown and entry.changed <= mark]
        for key in lost:
            del self._entries[key]
        self._gone = {uid: change for uid, change in self._gone.items() if change > mark}
        return lost


def is_older(version: str, *, than: str) -> bool:
    """Whether a resource version is surely older; versions that are no numbers never are."""
    return version.isdigit() and than.isdigit() and int(version) < int(than)
