"""What the operator itself knows about one app; nothing, with the reason, where it cannot be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sluicegate.errors import SluicegateError
from sluicegate.model.resource import Key

if TYPE_CHECKING:
    from sluicegate.cli.reach import Way

Body = Mapping[str, Any]
WITHIN = 8.0
"""Seconds for the operator to answer a person who waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``live`` and ``decisions`` of the read API. ``why`` set: they could not be had, for this reason."""

    live: Body
    decisions: tuple[Body, ...] = ()
    why: str = ""


def ask(key: Key, way: Way) -> Asked:
    """What the operator knows; what stands in the way of that is in ``why`` and never raised."""
    try:
        return asyncio.run(_ask(key, way))
    except SluicegateError as error:
        return Asked(live={}, why=str(error))
    except TimeoutError:
        return Asked(live={}, why=f"the operator did not answer within {WITHIN:.0f} s")


async def _ask(key: Key, way: Way) -> Asked:
    from sluicegate.cli.reach import reached

    async with asyncio.timeout(WITHIN), reached(key, way) as (api, live):
        return Asked(live=live, decisions=tuple(await api.decisions()))
