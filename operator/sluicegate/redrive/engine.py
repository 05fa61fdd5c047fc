"""A redrive from its first record to its last: read, choose, write, commit what was acknowledged, again and again.

One thread and one loop. Nothing here waits for long: each turn hears commands, serves acknowledgements, commits and
reports when it is time, and moves on as far as rate, window and canary allow.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from sluicegate.model.redrive import Phase
from sluicegate.redrive.books import Books
from sluicegate.redrive.bulletin import EVERY, Bulletin
from sluicegate.redrive.canary import Stage, Trial
from sluicegate.redrive.command import Command, Go, Pause, Rate, Stop
from sluicegate.redrive.dialects import Origin, read
from sluicegate.redrive.fate import Fate, Judge
from sluicegate.redrive.letter import Letter
from sluicegate.redrive.order import RedriveOrder
from sluicegate.redrive.pace import Pace
from sluicegate.redrive.progress import Progress
from sluicegate.redrive.proving import Proving
from sluicegate.redrive.reading import BATCH, Reading
from sluicegate.redrive.refusal import Refusal
from sluicegate.redrive.selection import Selection
from sluicegate.redrive.sink import Sink
from sluicegate.redrive.source import Source
from sluicegate.redrive.track import Entry, Outcome
from sluicegate.redrive.watch import Watch

MOST_BYTES = 32 * 1024 * 1024
"""Written and not acknowledged."""
BYTES_A_SECOND = 64 * 1024 * 1024.0
"""However small the rate in records: large records must not fill the broker's network."""
MOST_PENDING = 50_000
"""Records read and not committed, for the sake of memory: many may be passed over while one is on its way."""
SHORTEST_WAIT = 0.02
"""Seconds: a few records at once cost less than each at its moment, and the pace's bucket holds them."""
LONGEST_WAIT = 0.05
LAST_WORDS = 10.0
"""Seconds for the last acknowledgements."""


class Held(NamedTuple):
    """A selected record that may not go yet."""

    letter: Letter
    origin: Origin
    entry: Entry
    fate: Fate


class Engine:
    """``heard`` tells commands that came, ``say`` reports; ``trouble`` what the clients complain of. ``watch`` opens
    the look behind the ends for a canary. ``clock`` seconds that only go on."""

    def __init__(
        self,
        order: RedriveOrder,
        *,
        source: Source,
        sink_of: Callable[[Callable[[Entry, Fate], None]], Sink],
        books: Books,
        judge: Judge,
        watch: Callable[[], Watch],
        heard: Callable[[], list[Command]],
        say: Callable[[Progress], None],
        trouble: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:
        spec = order.spec
        self._order = order
        self._sink = sink_of(self._acknowledged)
        self._books = books
        self._judge = judge
        self._heard = heard
        self._trouble = trouble
        self._clock = clock
        self._selection = Selection(spec.select, started=order.started)
        canary = None if spec.dry_run else spec.canary
        self._trial = Trial(canary, proved=books.proved, sent=books.counts.redriven)
        self._proving = Proving(self._trial, watch=watch)
        self._own_rate = spec.rate.records_per_second or math.inf
        now = clock()
        self._pace = Pace(records=self._own_rate, octets=BYTES_A_SECOND, now=now)
        # A dry run leaves no progress: it counts from nothing.
        former = None if spec.dry_run else order.counted.get("report")
        self._bulletin = Bulletin(books, started=order.started, told=former, say=say, now=now)
        self._reading = Reading(order.dead_letter, source, tracks=books.tracks)
        self._selected = books.counts.matched
        self._held: Held | None = None
        self._paused = ""
        self._stopped = False

    def run(self) -> None:
        """To the end, or until told to stop. The last report says how it ended; none is last after a stop."""
        phase, message = Phase.RUNNING, ""
        try:
            self._reading.begin()
            while not self._turn():
                pass
        except Refusal as refusal:
            phase, message = Phase.FAILED, str(refusal)
        if not self._sink.flush(LAST_WORDS) and phase is not Phase.FAILED:
            self._stopped = True
        if self._sink.refused and phase is not Phase.FAILED:
            self._stopped = True
        try:
            self._close_books(patient=phase is Phase.RUNNING)
        except Refusal as refusal:
            phase, message = Phase.FAILED, message or str(refusal)
        if phase is Phase.RUNNING and not self._stopped:
            phase, message = Phase.SUCCEEDED, self._bulletin.notes.words()
        self._bulletin.tell(phase, message or ("stopped" if self._stopped else ""), now=self._clock())
        self._proving.close()

    def _close_books(self, *, patient: bool) -> None:
        """The last commit. ``patient``: a run is over only when the broker has it; else what can be had is enough."""
        deadline = self._clock() + LAST_WORDS
        while True:
            now = self._clock()
            if self._books.commit(now=now, tidy=True) and self._books.settle(now=now, at_once=True):
                return
            for command in self._heard():
                self._obey(command)
            if now > deadline and (self._stopped or not patient):
                return
            self._bulletin.tell(Phase.RUNNING, self._words(now), now=now)
            time.sleep(EVERY)

    def _turn(self) -> bool:
        """One round; whether the run is over."""
        for command in self._heard():
            self._obey(command)
        if self._stopped:
            return True
        self._sink.serve()
        self._lay_aside_refused()
        now = self._clock()
        self._reading.check(now=now)
        if self._books.due(now=now):
            self._books.commit(now=now)
        self._books.settle(now=now)
        if self._bulletin.due(now=now):
            self._bulletin.tell(Phase.PAUSED if self._paused else Phase.RUNNING, self._words(now), now=now)
        if self._all_sent() and self._held is None:
            if self._trial.passed:
                return self._at_rest()
            self._look_back(now)
        elif self._trial.full and self._at_rest():
            self._look_back(now)
        elif self._paused:
            self._sink.wait(LONGEST_WAIT)
        else:
            self._move_on()
        return False

    def _at_rest(self) -> bool:
        """Whether nothing is on its way; waits a little if something is."""
        if self._sink.octets == 0 and not self._sink.refused:
            return True
        self._sink.wait(LONGEST_WAIT)
        return False

    def _all_sent(self) -> bool:
        return self._full() or self._reading.over

    def _full(self) -> bool:
        most = self._order.spec.select.max_records
        return most is not None and self._selected >= most

    def _move_on(self) -> None:
        if self._reading.empty and self._books.pending < MOST_PENDING and not self._full():
            self._reading.fill(within=LONGEST_WAIT)
        for _ in range(BATCH):
            if self._held is None:
                if self._reading.empty or self._full():
                    return
                self._held = self._weigh()
                if self._held is None:
                    continue
            wait = self._wait()
            if wait > 0:
                self._sink.wait(min(max(wait, SHORTEST_WAIT), LONGEST_WAIT))
                return
            try:
                self._carry_out(self._held)
            except BufferError:
                self._sink.wait(LONGEST_WAIT)
                return
            self._bulletin.count(self._held.letter, self._held.origin)
            self._held = None

    def _weigh(self) -> Held | None:
        """The next record with what becomes of it; None when nothing needs to be done."""
        taken = self._reading.take(now=self._clock())
        if taken is None:
            return None
        letter, entry = taken
        origin = read(letter.headers)
        if not self._selection.matches(letter, origin):
            self._pass(letter, entry, Outcome.PASSED_OVER)
            return None
        self._selected += 1
        if self._order.spec.dry_run:
            self._bulletin.count(letter, origin)
            self._pass(letter, entry, Outcome.SKIPPED)
            return None
        return Held(letter, origin, entry, self._judge.fate(letter, origin))

    def _pass(self, letter: Letter, entry: Entry, outcome: Outcome) -> None:
        self._books.done(entry, outcome)
        self._books.tracks[letter.partition].advance()

    def _wait(self) -> float:
        """Seconds before the next record may go."""
        if self._trial.full or self._books.ahead >= self._books.window or self._sink.octets > MOST_BYTES:
            return LONGEST_WAIT
        return self._pace.wait(now=self._clock())

    def _carry_out(self, held: Held) -> None:
        fate = held.fate
        if fate.topic:
            self._sink.write(held.letter, held.entry, fate)
            self._books.writes()
            self._pace.take(octets=fate.octets)
            if fate.outcome is Outcome.REDRIVEN:
                self._trial.sends()
        else:
            self._books.done(held.entry, fate.outcome)
        if fate.why:
            self._bulletin.notes.add(held.letter, outcome=fate.outcome, why=fate.why)

    def _acknowledged(self, entry: Entry, fate: Fate) -> None:
        self._books.done(entry, fate.outcome)

    def _lay_aside_refused(self) -> None:
        """Records that the broker found too large, though their topic's limit was not known here."""
        while self._sink.refused:
            refused = self._sink.refused[0]
            letter, why = refused.letter, f"topic {refused.fate.topic!r} does not take it: {refused.words}"
            if refused.fate.outcome is Outcome.PARKED:
                raise Refusal(f"{self._order.dead_letter}, {letter.place} could not be parked: {why}")
            origin = read(letter.headers)
            fate = self._judge.stuck(letter, origin, why=why)
            self._carry_out(Held(letter, origin, refused.entry, fate))
            self._sink.refused.popleft()

    def _look_back(self, now: float) -> None:
        """The canary's wait."""
        if self._trial.stage is Stage.SENDING and not self._at_rest():
            return
        if self._proving.look(now=now, within=LONGEST_WAIT):
            self._books.proved = True
            self._books.commit_all()

    def _obey(self, command: Command) -> None:
        match command:
            case Rate(per_second=per_second):
                told = math.inf if per_second is None else per_second
                self._pace.set(min(self._own_rate, told), now=self._clock())
            case Pause(why=why):
                self._paused = why or "paused"
            case Go():
                self._paused = ""
            case Stop():
                self._stopped = True

    def _words(self, now: float) -> str:
        waits = (self._paused, self._books.trouble, self._trouble(), self._trial.words(now=now))
        told = (*waits, self._bulletin.notes.words())
        return "; ".join(one for one in told if one)
