"""A redrive's progress never passes over a record, whatever order acknowledgements come in and wherever it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sluicegate.redrive.books import Books
from sluicegate.redrive.standing import Standing, decode
from sluicegate.redrive.survey import Survey
from sluicegate.redrive.track import DEALT_WITH, Outcome, Track

OUTCOMES = st.sampled_from(Outcome)


@given(
    outcomes=st.lists(OUTCOMES, max_size=40),
    gaps=st.lists(st.integers(1, 4), min_size=40, max_size=40),
    data=st.data(),
)
def test_position_and_settled_never_pass_over_a_record(
    outcomes: list[Outcome], gaps: list[int], data: st.DataObject
) -> None:
    offsets = [sum(gaps[: number + 1]) for number in range(len(outcomes))]
    end = (offsets[-1] if offsets else 0) + 3
    settled = data.draw(st.integers(0, end))
    track = Track(position=0, end=end, settled=settled)
    entries = {offset: track.take(offset) for offset in offsets}
    told = dict(zip(offsets, outcomes, strict=True))
    for offset in data.draw(st.permutations(offsets)):
        entries[offset].outcome = told[offset]
        track.advance()
        undone = [one for one, entry in entries.items() if entry.outcome is None]
        assert all(track.position <= one for one in undone)
        assert track.settled >= settled
        left = [one for one in offsets if one >= settled and (told[one] not in DEALT_WITH or one in undone)]
        assert all(track.settled <= one for one in left)
        done = [one for one in offsets if one < track.position]
        assert track.counts.scanned == len(done)
        assert track.counts.redriven == sum(told[one] is Outcome.REDRIVEN for one in done)
    track.reach(end)
    assert track.finished
    assert track.position == end
    whole = all(told[one] in DEALT_WITH for one in offsets if one >= settled)
    assert (track.settled == end) == (whole or settled == end)


class _Group:
    """A consumer group as a broker keeps it, which may refuse a commit."""

    trouble = ""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[int, str]] = {}
        self.well = True

    def commit(self, offsets: dict[int, tuple[int, str]]) -> bool:
        self.trouble = "" if self.well else "no coordinator"
        if self.well:
            self.kept |= offsets
        return self.well

    def standings(self) -> dict[int, Standing]:
        found = {number: decode(offset, metadata) for number, (offset, metadata) in self.kept.items()}
        return {number: standing for number, standing in found.items() if standing is not None}


RECORDS = 30


@given(data=st.data(), partitions=st.integers(1, 3), rate=st.sampled_from([1.0, 5.0, 0.0]))
def test_however_often_it_is_cut_off_every_record_is_written_and_the_repeats_stay_below_what_is_told(
    data: st.DataObject, partitions: int, rate: float
) -> None:
    progress, settled = _Group(), _Group()
    written: dict[tuple[int, int], int] = {}
    for life in range(data.draw(st.integers(1, 5), label="lives") + 1):
        books = Books(_survey(progress, partitions), progress=progress, settled=settled, rate=rate, now=0.0)
        progress.well = True
        assert books.commit_all()
        last = life > 0 and data.draw(st.booleans(), label="to the end")
        finished = _live(books, progress, written, data=data, to_the_end=last)
        if finished:
            progress.well = True
            assert books.commit(now=1e6, tidy=True)
            assert set(written) == {(number, offset) for number in range(partitions) for offset in range(RECORDS)}
            assert sum(written.values()) - len(written) <= books.repeated
            assert books.counts.redriven == partitions * RECORDS
            assert all(offset == RECORDS for offset, _ in progress.kept.values())
            return


def _survey(progress: _Group, partitions: int) -> Survey:
    former = progress.standings()
    tracks = {
        number: former[number].track() if number in former else Track(position=0, end=RECORDS, settled=0)
        for number in range(partitions)
    }
    return Survey(
        tracks=tracks,
        here=partitions,
        rooms={},
        ahead=max((one.ahead for one in former.values()), default=0),
        repeated=max((one.repeated for one in former.values()), default=0),
    )


def _live(
    books: Books, progress: _Group, written: dict[tuple[int, int], int], *, data: st.DataObject, to_the_end: bool
) -> bool:
    """Random steps of one process; whether it reached the end (else it is cut off)."""
    waiting = []
    now = 0.0
    for _ in range(10_000 if to_the_end else data.draw(st.integers(0, 60), label="steps")):
        now += 0.3
        if to_the_end:
            progress.well = True
        open_ = [number for number, track in books.tracks.items() if not track.read]
        if not open_ and not waiting:
            return True
        may_write = bool(open_) and books.ahead < books.window
        if may_write and (not waiting or data.draw(st.booleans())):
            number = open_[0] if to_the_end else data.draw(st.sampled_from(open_))
            track = books.tracks[number]
            offset = track.read_to
            entry = track.take(offset)
            books.writes()
            written[number, offset] = written.get((number, offset), 0) + 1
            waiting.append(entry)
        elif waiting:
            books.done(waiting.pop(0 if to_the_end else data.draw(st.integers(0, len(waiting) - 1))), Outcome.REDRIVEN)
        if books.due(now=now):
            if not to_the_end:
                progress.well = data.draw(st.booleans())
            books.commit(now=now)
        assert books.ahead <= books.window
    return False
