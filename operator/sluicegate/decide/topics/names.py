"""Names of retry, dead-letter and parking topics: templates filled in, cut where Kafka would refuse them.

Everything that names such a topic asks here: provisioning, the sweep, the ConfigMap for clients, redrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

from sluicegate.model import duration
from sluicegate.model.app import AppSpec
from sluicegate.model.error_handling import ErrorHandling, Preset
from sluicegate.model.resource import Key
from sluicegate.model.topic import Role, TopicName

LONGEST = 249
"""Characters that Kafka takes in a topic's name."""
_LEGAL = re.compile("[a-zA-Z0-9._-]+")
_HASH = 10
MOST_TOPICS = 128
"""Of one app: as many as its status can tell of."""
RETRY: Mapping[Preset, str] = {
    Preset.SLUICEGATE: "{topic}.{group}.retry-{delay}",
    Preset.SPRING: "{topic}-retry-{index}",
    Preset.SHARE_GROUP: "{topic}.{group}.retry-{delay}",
}
DEAD_LETTER: Mapping[Preset, str] = {
    Preset.SLUICEGATE: "{topic}.{group}.dlq",
    Preset.SPRING: "{topic}-dlt",
    Preset.SHARE_GROUP: "dlq.{topic}.{group}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """``topics`` sorted by role and name, empty where ``problem`` says what is wrong: field, value and remedy."""

    topics: tuple[TopicName, ...] = ()
    problem: str = ""


def topics_of(spec: AppSpec, *, key: Key) -> Named:
    """The topics that the app's error handling asks for; none without one."""
    handling = spec.error_handling
    if handling is None or not spec.topics:
        return Named()
    found: dict[str, TopicName] = {}
    for one in chain(_retries(spec, handling, key=key), _dead_letters(spec, handling, key=key)):
        before = found.get(one.name)
        if before is not None and (before.role, before.delay) != (one.role, one.delay):
            return Named(problem=_shared(before, one))
        found[one.name] = one if before is None else _joined(before, one)
    topics = tuple(sorted(found.values(), key=lambda one: (one.role is Role.DEAD_LETTER, one.index, one.name)))
    problem = _problem(spec, topics)
    return Named(problem=problem) if problem else Named(topics=topics)


def dead_letter_of(named: Named, source: str) -> TopicName | None:
    """Where messages of ``source`` go that no retry helps; None where nothing is asked for."""
    return next((one for one in named.topics if one.role is Role.DEAD_LETTER and source in one.sources), None)


def first_retry_of(named: Named, source: str) -> TopicName | None:
    """The first retry topic of ``source``; None without retries."""
    retries = [one for one in named.topics if one.role is Role.RETRY and source in one.sources]
    return min(retries, key=lambda one: one.index, default=None)


def parking_of(dead_letter: str) -> str:
    """The topic for dead letters that have come back too often."""
    return cut(f"{dead_letter}.parked")


def settled_group(dead_letter: str) -> str:
    """The consumer group whose committed offsets say up to where dead letters were dealt with."""
    return cut(f"{dead_letter}.settled")


def progress_group(dead_letter: str, uid: str) -> str:
    """The consumer group in which one redrive keeps how far it is."""
    return cut(f"{dead_letter}.redrive.{uid[:8]}")


def cut(name: str) -> str:
    """``name``, or its beginning and a hash of the whole where it is longer than Kafka takes."""
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - _HASH - 1]}-{sha256(name.encode()).hexdigest()[:_HASH]}"


def _retries(spec: AppSpec, handling: ErrorHandling, *, key: Key) -> Iterable[TopicName]:
    if handling.retry is None:
        return
    template = handling.retry.name_template or RETRY[handling.preset]
    delays = handling.retry.seconds
    # Equal delays share one topic, whichever place in the list they have.
    for index, delay in enumerate(dict.fromkeys(delays)):
        for source in spec.topics or ():
            name = _filled(template, source=source, spec=spec, key=key, index=index, delay=delay)
            same = tuple(one for one in delays if one == delay)
            yield TopicName(role=Role.RETRY, name=name, sources=(source,), delays=same, index=index)


def _dead_letters(spec: AppSpec, handling: ErrorHandling, *, key: Key) -> Iterable[TopicName]:
    template = handling.dead_letter.name_template or DEAD_LETTER[handling.preset]
    for source in spec.topics or ():
        name = _filled(template, source=source, spec=spec, key=key, index=0, delay=0.0)
        yield TopicName(role=Role.DEAD_LETTER, name=name, sources=(source,))


def _filled(template: str, *, source: str, spec: AppSpec, key: Key, index: int, delay: float) -> str:
    values = {
        "topic": source,
        "group": _legal(spec.consumer_group),
        "index": str(index),
        "delay": duration.show(delay),
        "delayMs": str(round(delay * 1000)),
        "app": key.name,
        "namespace": key.namespace,
    }
    return cut(re.sub(r"\{(\w+)\}", lambda token: values[token[1]], template))


def _legal(group: str) -> str:
    """A group id may hold what a topic's name may not; a hash keeps two of them apart."""
    if _LEGAL.fullmatch(group):
        return group
    return f"{re.sub('[^a-zA-Z0-9._-]', '-', group)}-{sha256(group.encode()).hexdigest()[:_HASH]}"


def _joined(one: TopicName, other: TopicName) -> TopicName:
    sources = tuple(dict.fromkeys((*one.sources, *other.sources)))
    return TopicName(
        role=one.role, name=one.name, sources=sources, delays=one.delays, index=min(one.index, other.index)
    )


def _shared(one: TopicName, other: TopicName) -> str:
    field = "retry" if one.role is other.role else "deadLetter"
    return (
        f"spec.errorHandling.{field}.nameTemplate: two different topics would both be named {one.name!r}; "
        "add {delay} or {index} to the template of the retry topics, or another word to one of them"
    )


def _problem(spec: AppSpec, topics: tuple[TopicName, ...]) -> str:
    """Why these names will not do; empty when they will."""
    if len(topics) > MOST_TOPICS:
        return (
            f"spec.errorHandling.retry: {len(spec.topics or ())} topics with these delays would need {len(topics)} "
            f"retry and dead-letter topics, and an app may have {MOST_TOPICS}: write fewer delays, or name templates "
            "with {group} and without {topic}, so that the sources share them"
        )
    for one in topics:
        field = "retry" if one.role is Role.RETRY else "deadLetter"
        where = f"spec.errorHandling.{field}.nameTemplate: {one.name!r}"
        if one.name in (spec.topics or ()):
            return f"{where} is one of spec.topics; add a word to the template, such as {{topic}}.{{group}}.dlq"
        if one.name in (".", ".."):
            return f"{where} is no name that Kafka takes; add a word to the template"
        if one.name.startswith("__"):
            return f"{where} would be internal to Kafka; begin the template with something other than '__'"
    return _collision([*(spec.topics or ()), *(one.name for one in topics)])


def _collision(names: Iterable[str]) -> str:
    """Kafka's metrics write '.' and '_' alike, so it refuses two names that differ in these only."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.replace(".", "_"), name)
        if other != name:
            return (
                f"spec.errorHandling: the names {other!r} and {name!r} differ in '.' and '_' only, which Kafka does "
                "not allow; change one of the templates"
            )
    return ""
