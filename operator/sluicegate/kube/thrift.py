"""What kopf need not do for each event: it would copy each body several times to find changes we never ask it for."""

from __future__ import annotations

from typing import Any

import kopf


class Nothing(kopf.DiffBaseStorage):
    """Remembers no last handled state: `on.event` handlers have none."""

    def build(self, **_: Any) -> kopf.BodyEssence:
        return kopf.BodyEssence({})

    def fetch(self, **_: Any) -> None:
        return None

    def store(self, **_: Any) -> None:
        return None


class NoProgress(kopf.ProgressStorage):
    """Remembers no progress: `on.event` handlers are called once and never again."""

    def fetch(self, **_: Any) -> None:
        return None

    def store(self, **_: Any) -> None:
        return None

    def purge(self, **_: Any) -> None:
        return None

    def touch(self, **_: Any) -> None:
        return None

    def clear(self, *, essence: kopf.BodyEssence) -> kopf.BodyEssence:
        return essence
