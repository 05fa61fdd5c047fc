"""What is known of each app's topics, between the beat that asks Kafka and the looks that tell people."""

from __future__ import annotations

from collections.abc import Callable

from sluicegate.control.records import AppRecord
from sluicegate.model.resource import Key
from sluicegate.model.topic import TopicsView


class Book:
    """Views by app. ``wakes`` is called with the app whose view now says something else."""

    def __init__(self) -> None:
        self._views: dict[Key, tuple[str, TopicsView]] = {}
        self._wake: Callable[[Key], None] = lambda key: None

    def wakes(self, wake: Callable[[Key], None]) -> None:
        self._wake = wake

    def view(self, record: AppRecord) -> TopicsView | None:
        """None: nothing is known yet, or the app asks for no topics."""
        known = self._views.get(record.meta.key)
        if known is None or known[0] != record.meta.uid or record.spec is None or record.spec.error_handling is None:
            return None
        return known[1]

    def put(self, record: AppRecord, view: TopicsView) -> None:
        before = self.view(record)
        self._views[record.meta.key] = (record.meta.uid, view)
        if before is None or _told(before) != _told(view):
            self._wake(record.meta.key)

    def forget_unless(self, there: Callable[[Key], bool]) -> None:
        for key in [key for key in self._views if not there(key)]:
            del self._views[key]


def _told(view: TopicsView) -> object:
    return view.topics, view.reason, view.message
