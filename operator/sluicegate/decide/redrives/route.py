"""From where to where a redrive moves dead letters; what cannot be done is said with field, value and remedy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from sluicegate.decide.topics.names import Named, first_retry_of, parking_of
from sluicegate.model.redrive import Destination, RedriveSpec
from sluicegate.model.topic import Role

ANY = ""
"""The key for records whose headers name no source that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One dead-letter topic: ``topics`` which topic to write to, by the topic that a record came from."""

    dead_letter: str
    topics: Mapping[str, str]
    parking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """``routes`` in the order in which they are taken; none with a ``problem``. ``shared`` the source topics that
    other groups may read, too, and would get the records again."""

    routes: tuple[Route, ...] = ()
    problem: str = ""
    shared: tuple[str, ...] = field(default=())

    @property
    def destination(self) -> str:
        """The topics that are written to, for people."""
        topics = {topic: None for route in self.routes for topic in (route.topics or {ANY: route.parking}).values()}
        return ", ".join(topics)


def routes(spec: RedriveSpec, *, app: str, named: Named, targets: Collection[str]) -> Routes:
    """``app`` its name; ``named`` its topics; ``targets`` what its connection lets redrives write besides."""
    if named.problem:
        return Routes(problem=f"spec.appRef.name: the topics of {app!r} have no names: {named.problem}")
    dead = [one for one in named.topics if one.role is Role.DEAD_LETTER]
    if not dead:
        return Routes(problem=f"spec.appRef.name: {app!r} has no dead-letter topic; give it spec.errorHandling")
    refused = _refused(spec, app=app, named=named, targets=targets)
    if refused:
        return Routes(problem=refused)
    found = tuple(
        Route(
            dead_letter=one.name,
            topics=_topics(spec, named=named, sources=one.sources),
            parking=parking_of(one.name),
        )
        for one in dead
    )
    shared = tuple(dict.fromkeys(source for one in dead for source in one.sources))
    return Routes(routes=found, shared=shared if spec.to is Destination.SOURCE else ())


def foreign_readers(spec: RedriveSpec, *, group: str, readers: Callable[[str], Collection[str]], shared: str) -> str:
    """Why a topic may not be written to again: the other groups that have offsets on it; empty when it may."""
    others = sorted(other for other in readers(shared) if other != group)
    if spec.allow_other_groups or not others:
        return ""
    return (
        f"spec.to: Source would give the records of {shared} to every group that reads it, also to "
        f"{', '.join(others)}; set allowOtherGroups: true if that is meant, or use to: Retry"
    )


def _refused(spec: RedriveSpec, *, app: str, named: Named, targets: Collection[str]) -> str:
    if spec.to is Destination.RETRY and not any(one.role is Role.RETRY for one in named.topics):
        return (
            f"spec.to: Retry needs a retry topic and {app!r} has none; give it spec.errorHandling.retry, or use "
            "to: Source"
        )
    if spec.to is Destination.TOPIC:
        if any(spec.topic in (one.name, parking_of(one.name)) for one in named.topics if one.role is Role.DEAD_LETTER):
            return f"spec.topic: {spec.topic!r} is where the dead letters come from; name another topic"
        if spec.topic not in targets:
            listed = ", ".join(sorted(targets)) or "none"
            return (
                f"spec.topic: {spec.topic!r} is not among redriveTargets of the app's KafkaConnection ({listed}); have "
                "it added there, or use to: Retry or Source"
            )
    return ""


def _topics(spec: RedriveSpec, *, named: Named, sources: Collection[str]) -> dict[str, str]:
    if spec.to is Destination.PARK:
        return {}
    if spec.to is Destination.TOPIC:
        return {ANY: spec.topic or ""}
    found = {}
    for source in sources:
        retry = first_retry_of(named, source)
        found[source] = retry.name if spec.to is Destination.RETRY and retry is not None else source
    if len(set(found.values())) == 1:
        found[ANY] = next(iter(found.values()))
    return found
