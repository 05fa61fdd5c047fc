"""What a restart must not forget, in at most 2 kB of JSON in ``status.memory``, and back from whatever is found there.

Everything is bounded on its own; the parts that can be had again are left out first when it is too much. A resource's
status can be edited by anybody who may: what does not make sense is taken for absent, and a time in the future for
now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sluicegate.decide import persist_arrivals
from sluicegate.decide.fields import Fields
from sluicegate.decide.incarnation import topic_mark
from sluicegate.decide.stabilization import HOUR
from sluicegate.model.memory import VERSION, Memory, Reversal, Sample, Wanted

LIMIT = 2048
GHOSTS = 60.0
"""Seconds for which the member of a pod that ended may stay in its group: longer than usual session time-outs."""
TRUSTED = 360.0
"""Seconds since the last write of memory after which a window counts as not seen: memory is written every five
minutes, or a little later."""
MOST_WANTED, MOST_NAMED = 16, 16
LONGEST_NAME = 48
DOWN_SLOT = HOUR / 12
OPTIONAL = ("residue", "firstEnd", "day", "highs", "leads", "transactional", "reversals")
"""Left out in this order while the whole is too long."""


def persist(memory: Memory) -> dict[str, Any]:
    """As JSON values; at most `LIMIT` bytes when written without spaces."""
    at = memory.seen_at
    found: dict[str, Any] = {
        "v": VERSION,
        "at": _whole(at),
        "blind": memory.blind_polls > 0 or None,
        "started": _whole(memory.started),
        "lastScaleUpAt": _whole(memory.last_up),
        "lastScaleDownAt": _whole(memory.last_down),
        "actedAt": _whole(memory.acted_at),
        "downs": _slots(memory.downs),
        "wanted": [[_whole(one.at), one.replicas] for one in _thinned(memory.wanted)],
        "target": memory.target_uid or None,
        "written": memory.written,
        "acceptedAt": _whole(memory.accepted_at),
        "acceptedBy": _name(memory.accepted_by) or None,
        "usable": memory.usable,
        "partitions": memory.count,
        "assignor": _name(memory.assignor) or None,
        "foreign": memory.foreign or None,
        "translated": memory.translated or None,
        "uncommitted": memory.uncommitted_proven or None,
        "idleSince": _whole(memory.idle_since),
        "commitPeriod": _short(memory.gap),
        "capacity": _capacity(memory),
        "rest": _short(memory.rest),
        "demandDown": _whole(memory.demand_down),
        **persist_arrivals.persist(memory),
        "leads": [_short(lead) for lead in memory.leads] or None,
        "reversals": [[_whole(one.at), _name(one.manager)] for one in memory.reversals[-6:]] or None,
        "topics": "".join(topic_mark(topic, id_) for topic, id_ in memory.topic_ids) or None,
        "transactional": list(memory.transactional[:MOST_NAMED]) or None,
        "residue": [list(one) for one in memory.residue[:MOST_NAMED]] or None,
        "stormSince": _whole(memory.storm_since),
        "firstEnd": [list(one) for one in memory.first_end[:MOST_NAMED]] or None,
    }
    kept = {name: value for name, value in found.items() if value not in (None, [])}
    for name in OPTIONAL:
        if len(json.dumps(kept, separators=(",", ":"))) > LIMIT:
            kept.pop(name, None)
    return kept


def restore(data: Mapping[str, Any] | None, *, now: float) -> Memory:
    """Memory from what `persist` gave, at ``now``; an empty one from anything else.

    What was wanted since the last write died with the process that saw it: a gap longer than a few polls is one, and
    the stabilisation window begins anew after it.
    """
    if not isinstance(data, Mapping) or data.get("v") != VERSION:
        return Memory()
    read = Fields(data, now=now)
    at = read.time("at")
    trusted = at is not None and now - at <= TRUSTED
    capacity = Fields(read.mapping("capacity"), now=now)
    acted_at = read.time("actedAt")
    last_up, last_down = read.time("lastScaleUpAt"), read.time("lastScaleDownAt")
    marks = read.text("topics")
    return Memory(
        started=read.time("started") if trusted else None,
        seen_at=at if trusted else None,
        blind_polls=1 if read.flag("blind") else 0,
        wanted=tuple(Wanted(at=when, replicas=count) for when, count in read.pairs("wanted", ahead=HOUR) if count >= 0)
        if trusted
        else (),
        downs=tuple(sorted(when for when, count in read.pairs("downs") for _ in range(min(count, 3600)))),
        last_up=last_up,
        last_down=last_down,
        acted_at=acted_at,
        order=None,
        leads=tuple(min(300.0, max(10.0, lead)) for lead in read.numbers("leads"))[:5],
        target_uid=read.text("target"),
        written=read.count("written"),
        accepted_at=read.time("acceptedAt"),
        accepted_by=read.text("acceptedBy"),
        reversals=tuple(Reversal(at=when, manager=who) for when, who in read.named("reversals")),
        usable=read.count("usable"),
        count=read.count("partitions"),
        assignor=read.text("assignor"),
        foreign=read.count("foreign") or 0,
        ghosts_until=now + GHOSTS if trusted else 0.0,
        translated=read.flag("translated"),
        uncommitted_proven=read.flag("uncommitted"),
        idle_since=read.time("idleSince") if trusted else None,
        gap=read.number("commitPeriod"),
        rest=read.number("rest"),
        demand_down=read.time("demandDown"),
        **persist_arrivals.restore(data, trusted=trusted, now=now),
        samples=tuple(
            Sample(at=when, rate=rate)
            for when, rate in ((capacity.time("at"), capacity.number("value")),) * 2
            if when is not None and rate
        ),
        bound=capacity.number("bound") or 0.0,
        bound_at=capacity.time("boundAt"),
        topic_marks=tuple(marks[at_ : at_ + 8] for at_ in range(0, len(marks), 8)),
        transactional=tuple(read.texts("transactional")),
        residue=tuple(read.residues("residue")),
        first_end=tuple(read.ends("firstEnd")),
        storm_since=read.time("stormSince"),
    )


def _whole(at: float | None) -> int | None:
    return None if at is None else round(at)


def _name(text: str) -> str:
    """What is kept of a name that others chose."""
    return "".join(letter for letter in text if letter.isascii() and letter.isprintable())[:LONGEST_NAME]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")


def _thinned(wanted: tuple[Wanted, ...]) -> list[Wanted]:
    """At most so many; where two are made one, the higher number keeps the later time."""
    kept = list(wanted)
    while len(kept) > MOST_WANTED:
        gaps = [newer.at - older.at for older, newer in pairwise(kept)]
        index = gaps.index(min(gaps))
        kept[index : index + 2] = [Wanted(at=kept[index + 1].at, replicas=kept[index].replicas)]
    return kept


def _slots(downs: tuple[float, ...]) -> list[list[int]]:
    """[time, how many] by five minutes, each counted at its latest: a budget is never widened by a restart."""
    slots: dict[int, list[float]] = {}
    for at in downs:
        slots.setdefault(int(at // DOWN_SLOT), []).append(at)
    return [[round(max(times)), len(times)] for _, times in sorted(slots.items())][-13:]


def _capacity(memory: Memory) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    if memory.samples:
        rates = sorted(sample.rate for sample in memory.samples)
        found |= {"value": _short(rates[len(rates) // 2]), "at": _whole(memory.samples[-1].at)}
    if memory.bound_at is not None:
        found |= {"bound": _short(memory.bound), "boundAt": _whole(memory.bound_at)}
    return found or None
