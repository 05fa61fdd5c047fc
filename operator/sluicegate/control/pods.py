"""Pods by label, so that finding one workload's pods does not read a namespace of thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sluicegate.observe.workload import PodFact


class PodIndex:
    """Facts by uid, and uids by (namespace, label, value)."""

    def __init__(self) -> None:
        self._facts: dict[str, PodFact] = {}
        self._by_label: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)

    def put(self, fact: PodFact) -> None:
        self.drop(fact.uid)
        self._facts[fact.uid] = fact
        for name, value in fact.labels:
            self._by_label[(fact.namespace, name, value)].add(fact.uid)

    def drop(self, uid: str) -> None:
        fact = self._facts.pop(uid, None)
        if fact is None:
            return
        for name, value in fact.labels:
            ref = (fact.namespace, name, value)
            self._by_label[ref].discard(uid)
            if not self._by_label[ref]:
                del self._by_label[ref]

    def replace(self, facts: Iterable[PodFact]) -> None:
        seen = {fact.uid for fact in facts if self.put(fact) is None}
        for uid in self._facts.keys() - seen:
            self.drop(uid)

    def candidates(self, *, namespace: str, selector: str) -> Collection[PodFact]:
        """Pods that match the rarest ``label=value`` of ``selector``; the caller checks the rest of it."""
        pairs = [part.split("=", 1) for part in selector.split(",") if "=" in part and "!" not in part]
        sets = [self._by_label.get((namespace, name.strip(), value.strip("= ")), set()) for name, value in pairs]
        if not sets:
            return [fact for fact in self._facts.values() if fact.namespace == namespace]
        return [self._facts[uid] for uid in min(sets, key=len)]
