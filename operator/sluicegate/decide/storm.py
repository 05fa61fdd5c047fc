"""When so much goes to the dead letters that the failure is not a matter of single messages.

Replicas do not help then, they only fail faster: none are added (Freeze), or as few run as may (Floor), until less
fails. What comes to the dead letters in the window of `errorHandling.storm` is held against what the group handled:
in the busiest window since the longest way through the retry topics began, for what fails at last was read first so
long ago. A burst whose poison arrives when nothing else is left to do is no storm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sluicegate.model.decision import Condition, Letters, Truth
from sluicegate.model.error_handling import ErrorHandling, StormAction
from sluicegate.model.memory import UNKNOWN, Memory, Poll, Tally, evolve
from sluicegate.model.topic import DeadLetters

LEAST = 10
"""Dead letters in a window below which nothing is called a storm."""
BEGINS, ENDS = 0.5, 0.9
"""Share of the window that must have been seen for a storm to begin, and to end."""
LONGEST_WAY = 3600.0
"""Seconds that are looked back for what was handled, at most."""
SPREAD = 1.5
"""Retries take longer than their delays."""
FINE, COARSE, MOST = 12, 2, 40
"""Tallies kept: in the present window, in each before it, in all of those."""
TYPE, REASON = "DeadLettering", "DeadLetterStorm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """``letters`` None: nothing is known of dead letters. ``storm`` the sentence that says why, empty without one."""

    letters: Letters | None = None
    storm: str = ""


CALM = Weather()


def watch(
    *, handling: ErrorHandling | None, seen: Sequence[DeadLetters], at: float, memory: Memory
) -> tuple[Weather, Memory]:
    """The weather, and memory with this look in it. ``at`` unix seconds of the look; ``memory.polls`` hold it already.

    What could not be read begins no storm and ends none.
    """
    if handling is None:
        forget = memory.tallies or memory.storm_since is not None
        return CALM, evolve(memory, tallies=(), storm_since=None) if forget else memory
    window, most = handling.storm.window, handling.storm.max_percent
    tallies = _tallied(handling, seen=seen, at=at, memory=memory)
    base = _base(tallies, window=window)
    rate = percent = None
    since = memory.storm_since
    if base is not None and seen and _ends(seen) is not None:
        newest = tallies[-1]
        seconds, came = newest.at - base.at, newest.came - base.came
        rate = came / seconds
        percent = _percent(rate, _busiest(tallies, window=window))
        many = came >= LEAST and percent > most
        if many and seconds >= BEGINS * window:
            since = at if since is None else since
        elif not many and seconds >= ENDS * window:
            since = None
        percent = percent if seconds >= BEGINS * window else None
    if (tallies, since) != (memory.tallies, memory.storm_since):
        memory = evolve(memory, tallies=tallies, storm_since=since)
    letters = _letters(seen, rate=rate, percent=percent) if seen else None
    return Weather(letters=letters, storm="" if since is None else _sentence(handling, percent=percent)), memory


def condition(weather: Weather) -> Condition | None:
    """`DeadLettering`; None while nothing is known."""
    if weather.storm:
        return Condition(type=TYPE, status=Truth.TRUE, reason=REASON, message=weather.storm)
    if weather.letters is None or weather.letters.records is None:
        return None
    return Condition(type=TYPE, status=Truth.FALSE, reason="SingleMessages")


def most(action: StormAction, *, replicas: int, least: int) -> int:
    """The most that may run in a storm, where ``replicas`` run now and ``least`` is minReplicas. One stays: with nobody
    at work it could not be seen to end."""
    return max(1, replicas if action is StormAction.FREEZE else least)


def _tallied(handling: ErrorHandling, *, seen: Sequence[DeadLetters], at: float, memory: Memory) -> tuple[Tally, ...]:
    ends = _ends(seen)
    before = memory.tallies[-1] if memory.tallies else None
    if ends is None or (before is not None and at <= before.at):
        return memory.tallies
    if before is None or before.topics != len(seen):
        return (Tally(at=at, topics=len(seen), ends=ends, came=0, handled=0.0),)
    newest = Tally(
        at=at,
        topics=len(seen),
        ends=ends,
        came=before.came + max(0, ends - before.ends),
        handled=before.handled + _handled(memory.polls, since=before.at),
    )
    window = handling.storm.window
    way = SPREAD * sum(handling.retry.seconds) if handling.retry else 0.0
    return _thinned((*memory.tallies, newest), window=window, span=window + min(LONGEST_WAY, way))


def _ends(seen: Sequence[DeadLetters]) -> int | None:
    ends = [one.ends for one in seen if one.ends is not None]
    return sum(ends) if seen and len(ends) == len(seen) else None


def _handled(polls: Sequence[Poll], *, since: float) -> float:
    """Messages of the sources that the group handled between ``since`` and the newest poll."""
    if len(polls) < 2 or polls[-1].at <= since:
        return 0.0
    newest = polls[-1]
    base = next((poll for poll in reversed(polls[:-1]) if poll.at <= since), polls[0])
    moved = sum(now - was for now, was in zip(newest.committed, base.committed, strict=True) if now > was != UNKNOWN)
    return moved * min(1.0, (newest.at - since) / (newest.at - base.at))


def _thinned(tallies: tuple[Tally, ...], *, window: float, span: float) -> tuple[Tally, ...]:
    """What is older than ``span`` goes but for one, what lies too close to its older neighbour, too."""
    now = tallies[-1].at
    kept: list[Tally] = []
    for one in tallies[:-1]:
        age = now - one.at
        apart = window / FINE if age <= 1.1 * window else max(window / COARSE, span / MOST)
        if age > span:
            kept = [one]
        elif not kept or one.at - kept[-1].at >= apart:
            kept.append(one)
    return (*kept, tallies[-1])


def _base(tallies: Sequence[Tally], *, window: float) -> Tally | None:
    """The newest that is a window old, else the oldest; None with fewer than two."""
    if len(tallies) < 2:
        return None
    limit = tallies[-1].at - window
    return next((one for one in reversed(tallies[:-1]) if one.at <= limit), tallies[0])


def _busiest(tallies: Sequence[Tally], *, window: float) -> float:
    """Messages a second that were handled in the busiest stretch of half a window or more; over all that was seen,
    where that is less."""
    best, start = 0.0, 0
    for end, newer in enumerate(tallies):
        while start + 1 < end and newer.at - tallies[start + 1].at >= window / 2:
            start += 1
        seconds = newer.at - tallies[start].at
        if seconds >= window / 2:
            best = max(best, (newer.handled - tallies[start].handled) / seconds)
    seconds = tallies[-1].at - tallies[0].at
    return max(best, (tallies[-1].handled - tallies[0].handled) / seconds if seconds > 0 else 0.0)


def _percent(letters: float, handled: float) -> float:
    if letters <= 0:
        return 0.0
    return min(100.0, 100.0 * letters / handled) if handled > 0 else 100.0


def _letters(seen: Sequence[DeadLetters], *, rate: float | None, percent: float | None) -> Letters:
    known = [one.records for one in seen if one.records is not None]
    fullest = max(seen, key=lambda one: -1 if one.records is None else one.records)
    return Letters(
        topic=fullest.topic,
        topics=len(seen),
        records=sum(known) if len(known) == len(seen) else None,
        oldest=min((one.oldest for one in seen if one.oldest is not None), default=None),
        rate=rate,
        percent=percent,
    )


def _sentence(handling: ErrorHandling, *, percent: float | None) -> str:
    share = "more" if percent is None else f"{percent:.0f} %, more"
    does = (
        "no replicas are added"
        if handling.storm.action is StormAction.FREEZE
        else "as few replicas run as minReplicas allows"
    )
    return (
        f"{share} than {handling.storm.max_percent} % of what is handled goes to the dead letters: what fails is not a "
        f"matter of single messages, look at the consumers' errors; {does} until it subsides"
    )
