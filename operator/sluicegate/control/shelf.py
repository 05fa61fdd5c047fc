"""The latest known state of one kind of resource, by key: stale news is dropped, our own writes count at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from sluicegate.control.records import Record
from sluicegate.errors import Invalid
from sluicegate.model.parse import parse_meta
from sluicegate.model.resource import Key

S = TypeVar("S")
Body = Mapping[str, Any]


class Shelf(Generic[S]):
    """Records of one kind. ``version`` grows whenever a spec appears, changes or goes."""

    def __init__(self, *, parse: Callable[[Body], S]) -> None:
        self._parse = parse
        self._records: dict[Key, Record[S]] = {}
        self.version = 0

    def get(self, key: Key) -> Record[S] | None:
        return self._records.get(key)

    def all(self) -> tuple[Record[S], ...]:
        return tuple(self._records.values())

    def put(self, body: Body) -> Key:
        """Take in what a watch or a list showed. A spec that cannot be used leaves the last good one standing."""
        meta = parse_meta(body)
        known = self._records.get(meta.key)
        if known and known.meta.uid != meta.uid:
            known = None
        if known and is_older(meta.resource_version, than=known.meta.resource_version):
            return meta.key
        status = body.get("status") or {}
        if known and known.meta.generation == meta.generation:
            self._records[meta.key] = replace(known, meta=meta, status=status)
            return meta.key
        self.version += 1
        try:
            record = Record(meta=meta, spec=self._parse(body), status=status)
        except Invalid as refusal:
            record = Record(meta=meta, spec=known.spec if known else None, refusal=refusal, status=status)
        self._records[meta.key] = record
        return meta.key

    def drop(self, *, key: Key, uid: str) -> None:
        """Forget an object, unless another of the same name has taken its place."""
        if (known := self._records.get(key)) and known.meta.uid == uid:
            del self._records[key]
            self.version += 1

    def replace_all(self, bodies: Iterable[Body]) -> None:
        """Take in a whole list: what is not in it is gone."""
        seen = {self.put(body) for body in bodies}
        for key in self._records.keys() - seen:
            del self._records[key]
            self.version += 1

    def wrote_status(self, record: Record[S], *, resource_version: str, status: Body) -> None:
        """Remember our own write: the watch brings it back only later."""
        known = self._records.get(record.meta.key)
        if known and known.meta.uid == record.meta.uid:
            if is_older(resource_version, than=known.meta.resource_version):
                return
            meta = replace(known.meta, resource_version=resource_version)
            self._records[record.meta.key] = replace(known, meta=meta, status=status)


def is_older(version: str, *, than: str) -> bool:
    """Whether a resource version is surely older; versions that are no numbers never are."""
    return version.isdigit() and than.isdigit() and int(version) < int(than)
