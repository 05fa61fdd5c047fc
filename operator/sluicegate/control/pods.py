"""Pods by label, so that finding one workload's pods does not read a namespace of thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sluicegate.control.cache import Cache
from sluicegate.control.intake import each
from sluicegate.observe.workload import PodFact, pod

Body = Mapping[str, Any]


class PodIndex:
    """Facts by uid, and uids by (namespace, label, value)."""

    def __init__(self) -> None:
        self._facts: Cache[str, PodFact] = Cache()
        self._by_label: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)

    def mark(self) -> int:
        return self._facts.mark()

    def put(self, body: Body) -> str:
        """Take in one pod; returns its uid."""
        fact = pod(body)
        before = self._facts.get(fact.uid)
        version = body["metadata"].get("resourceVersion", "")
        if self._facts.put(fact.uid, fact, uid=fact.uid, resource_version=version):
            self._unlink(before)
            for name, value in fact.labels:
                self._by_label[(fact.namespace, name, value)].add(fact.uid)
        return fact.uid

    def drop(self, uid: str) -> None:
        before = self._facts.get(uid)
        if self._facts.drop(uid, uid=uid):
            self._unlink(before)

    def replace_all(self, bodies: Iterable[Body], *, mark: int) -> None:
        """Take in a whole list that was asked for at ``mark``."""
        present = (body for body in bodies if not self._facts.deleted_since(body["metadata"]["uid"], mark))
        seen = set(each(present, self.put))
        before = {fact.uid: fact for fact in self._facts.values()}
        for uid in self._facts.sweep_out(seen, mark=mark):
            self._unlink(before[uid])

    def candidates(self, *, namespace: str, selector: str) -> Collection[PodFact]:
        """Pods that match the rarest ``label=value`` of ``selector``; the caller checks the rest of it."""
        pairs = [part.split("=", 1) for part in selector.split(",") if "=" in part and "!" not in part]
        sets = [self._by_label.get((namespace, name.strip(), value.strip("= ")), set()) for name, value in pairs]
        if not sets:
            return [fact for fact in self._facts.values() if fact.namespace == namespace]
        return [fact for uid in min(sets, key=len) if (fact := self._facts.get(uid))]

    def _unlink(self, fact: PodFact | None) -> None:
        if fact is None:
            return
        for name, value in fact.labels:
            ref = (fact.namespace, name, value)
            self._by_label[ref].discard(fact.uid)
            if not self._by_label[ref]:
                del self._by_label[ref]
