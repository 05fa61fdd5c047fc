"""Our own resources of one kind: parsed when their generation changes, the last good spec kept beside a bad one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from sluicegate.control.cache import Cache
from sluicegate.control.intake import each, is_leaving, shared
from sluicegate.control.records import Record
from sluicegate.errors import Invalid
from sluicegate.model.parse import parse_meta
from sluicegate.model.resource import Key

S = TypeVar("S")
Body = Mapping[str, Any]


class Shelf(Generic[S]):
    """Records by key (without a namespace for what is of the whole cluster). ``version`` grows whenever a spec appears,
    changes or goes. Objects on their way out are gone for everybody; those that wait for ``finalizer`` are aside."""

    def __init__(self, *, parse: Callable[[Body], S], finalizer: str = "") -> None:
        self._parse = parse
        self._finalizer = finalizer
        self._leaving: dict[Key, Record[S]] = {}
        self._cache: Cache[Key, Record[S]] = Cache()
        self.version = 0

    def get(self, key: Key) -> Record[S] | None:
        return self._cache.get(key)

    def all(self) -> tuple[Record[S], ...]:
        return tuple(self._cache.values())

    def leaving(self) -> tuple[Record[S], ...]:
        """Those that are being deleted and wait for the finalizer."""
        return tuple(self._leaving.values())

    def mark(self) -> int:
        return self._cache.mark()

    def put(self, body: Body) -> None:
        """Take in what a watch or a list showed. A spec that cannot be used leaves the last good one standing."""
        meta = parse_meta(body, namespace="")
        if is_leaving(body):
            self.drop(key=meta.key, uid=meta.uid)
            if self._finalizer and self._finalizer in meta.finalizers:
                record: Record[S] = Record(meta=meta, spec=None, status=shared(body.get("status") or {}))
                self._leaving[meta.key] = self._read(body, record)
            return
        self._leaving.pop(meta.key, None)
        known = self._cache.get(meta.key)
        same = known if known and known.meta.uid == meta.uid else None
        status = shared(body.get("status") or {})
        if same and same.meta.generation >= meta.generation:
            record = replace(same, meta=replace(meta, generation=same.meta.generation), status=status)
        else:
            record = self._read(body, Record(meta=meta, spec=same.spec if same else None, status=status))
        if self._cache.put(meta.key, record, uid=meta.uid, resource_version=meta.resource_version) and (
            same is None or same.meta.generation != record.meta.generation
        ):
            self.version += 1

    def drop(self, *, key: Key, uid: str) -> None:
        if key in self._leaving and self._leaving[key].meta.uid == uid:
            del self._leaving[key]
        if self._cache.drop(key, uid=uid):
            self.version += 1

    def replace_all(self, bodies: Iterable[Body], *, mark: int) -> None:
        """Take in a whole list that was asked for at ``mark``: what it does not show is gone."""

        def take(body: Body) -> Key:
            meta = parse_meta(body, namespace="")
            if not self._cache.deleted_since(meta.uid, mark):
                self.put(body)
            return meta.key

        seen = set(each(bodies, take))
        self._leaving = {key: record for key, record in self._leaving.items() if key in seen}
        if self._cache.sweep_out(seen, mark=mark):
            self.version += 1

    def wrote_status(self, record: Record[S], *, resource_version: str, status: Body) -> None:
        """Remember our own write: the watch brings it back only later."""
        known = self._cache.get(record.meta.key)
        if known and known.meta.uid == record.meta.uid:
            meta = replace(known.meta, resource_version=resource_version)
            self._cache.put(
                meta.key,
                replace(known, meta=meta, status=shared(status)),
                uid=meta.uid,
                resource_version=resource_version,
            )

    def _read(self, body: Body, record: Record[S]) -> Record[S]:
        try:
            return replace(record, spec=self._parse(body))
        except Invalid as refusal:
            return replace(record, refusal=refusal)
