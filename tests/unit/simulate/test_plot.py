"""The picture of a day: its words, and that it is drawn the same each time."""

import sys
from pathlib import Path

import pytest

from sluicegate.errors import Invalid
from sluicegate.simulate.compare import compare
from sluicegate.simulate.outcome import Outcome
from sluicegate.simulate.plot import headline, plot
from tests.unit.simulate.test_compare import runs


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    laws = ("sluicegate", "keda", "static-max", "clairvoyant")
    return dict(zip(laws, compare(runs(*laws), told=lambda index, part: None), strict=True))


def test_the_headline_sets_our_law_against_the_best_other_autoscaler(outcomes: dict[str, Outcome]) -> None:
    words = headline(outcomes)
    hours = [f"{outcomes[name].replica_hours:.1f} replica-hours" for name in ("sluicegate", "keda")]
    assert words == f"sluicegate: 0 % late, {hours[0]}; keda: 0 % late, {hours[1]}"


def test_without_our_law_or_another_the_headline_says_what_there_is(outcomes: dict[str, Outcome]) -> None:
    assert headline({"static-max": outcomes["static-max"]}).startswith("static-max: 0 % late, ")


def test_the_same_day_makes_the_same_file(outcomes: dict[str, Outcome], tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        plot(tmp_path / name, arrivals=runs("keda")[0].arrivals, outcomes=outcomes, objective=60.0)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_without_matplotlib_it_says_what_to_install(
    outcomes: dict[str, Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(Invalid, match=r"pip install 'sluicegate\[simulate\]'"):
        plot(tmp_path / "out.svg", arrivals=runs("keda")[0].arrivals, outcomes=outcomes, objective=60.0)


def test_another_ending_is_refused(outcomes: dict[str, Outcome], tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"out\.pdf': end the name with \.svg or \.png"):
        plot(tmp_path / "out.pdf", arrivals=runs("keda")[0].arrivals, outcomes=outcomes, objective=60.0)
