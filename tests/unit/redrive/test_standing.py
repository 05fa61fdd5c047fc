from __future__ import annotations

import pytest

from sluicegate.redrive.standing import Standing, decode, encode
from sluicegate.redrive.track import Counts

STANDING = Standing(
    position=7,
    end=2**62,
    settled=5,
    whole=False,
    counts=Counts(scanned=2**40, matched=2**40, redriven=3, parked=2, skipped=1),
    ahead=4_000,
    repeated=2**40,
    proved=True,
)


def test_a_standing_survives_its_commit_and_fits_into_the_metadata_of_one() -> None:
    assert decode(7, encode(STANDING)) == STANDING
    assert len(encode(STANDING)) < 200


def test_to_go_on_is_to_have_the_same_counts() -> None:
    track = STANDING.track()
    assert (track.position, track.end, track.settled, track.whole) == (7, 2**62, 5, False)
    assert track.counts == STANDING.counts


@pytest.mark.parametrize("metadata", [None, "", "someone else's", "[]", "[2,1]", "{}", "[1,2]", '[1,"x",2,3,4,5,6,7]'])
def test_what_others_committed_is_not_taken_for_a_standing(metadata: str | None) -> None:
    assert decode(7, metadata) is None
