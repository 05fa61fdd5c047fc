"""Bugs that autoscalers are known for, put into a copy of the mind one at a time: a test named here must catch each.

What is shown is that the suite can fail, by the very test that is about the matter.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.mutation.run import ROOT, decide

IN_ITS_PLACE = """\
import sys
import pytest
from tests.mutation.run import Wrong
sys.meta_path.insert(0, Wrong(name=sys.argv[1], source=sys.stdin.read()))
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "--tb=no", "-rf", sys.argv[2]]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """``was`` in a file of decide/ becomes ``now``; ``test`` (file::name in tests/unit/decide) catches it."""

    file: str
    was: tuple[str, ...]
    now: tuple[str, ...]
    test: str


SEEDS = {
    "the lag is zero where a partition is missing": Seed(
        file="lag",
        was=("    if not unknown:\n        return Known",),
        now=("    if True:\n        return Known",),
        test="test_lag.py::test_a_sum_is_known_only_when_every_part_is",
    ),
    "what is wanted is clamped before the steps that hold it": Seed(
        file="deliberate",
        was=("course = begin(want.replicas, name=",),
        now=("course = begin(min(want.replicas, case.bounds.most), name=",),
        test="test_words.py::test_a_capped_decision_says_what_was_wanted_and_what_capped_it",
    ),
    "the window is forgotten at a failover": Seed(
        file="persist",
        was=('"wanted": [[_whole(one.at), one.replicas] for one in _thinned(memory.wanted)]',),
        now=('"wanted": []',),
        test="test_persist.py::test_thinning_the_window_never_forgets_its_maximum",
    ),
    "the heights of the last hour are forgotten at a failover": Seed(
        file="persist_arrivals",
        was=('"highs": _staircase(read.rates("highs"))',),
        now=('"highs": ()',),
        test="test_persist.py::test_many_heights_become_few_and_none_is_lowered",
    ),
    "a negative lag takes away from that of other partitions": Seed(
        file="lag",
        was=("if isinstance(position, int) and end is not None and position > end:",),
        now=("if False:",),
        test="test_lag.py::test_what_cannot_be_known_says_why",
    ),
    "capacity is learned from members that have nothing to do": Seed(
        file="capacity",
        was=(
            "    if max(waiting) <= enough * LEAST_MESSAGES / window:\n        return None\n",
            " and waiting[member] > enough * done / seconds",
            " if waited[member] > enough * moved[member] / seconds",
        ),
        now=("", "", ""),
        test="test_at_work.py::test_members_without_show_nothing",
    ),
    "the cap of the partitions has a tolerance": Seed(
        file="limits",
        was=("(shape.assignable - foreign) // consumers",),
        now=("round(1.1 * (shape.assignable - foreign)) // consumers",),
        test="test_limits.py::test_usable_replicas_are_what_is_assignable_beside_others",
    ),
    "an override ignores what dependencies give": Seed(
        file="deliberate",
        was=("        shares=case.shares,\n",),
        now=("        shares=() if case.spec.override else case.shares,\n",),
        test="test_shares.py::test_an_override_stays_within_the_share",
    ),
    "an app whose retries are due is taken for idle": Seed(
        file="zero",
        was=("total.value + due.records <= threshold",),
        now=("total.value <= threshold",),
        test="test_due.py::test_the_last_replica_stays_while_retries_are_due_or_nobody_knows",
    ),
    "retries are work before they are due": Seed(
        file="due",
        was=("waits = one.due\n",),
        now=("waits = max(one.due or 0, 100) if one.fault is None else None\n",),
        test="test_due.py::test_retries_that_are_not_due_ask_for_nothing",
    ),
    "a storm ends when the brokers do not answer": Seed(
        file="storm",
        was=("if base is not None and seen and _ends(seen) is not None:",),
        now=("since = None if _ends(seen) is None else since\n    if base is not None and seen:",),
        test="test_storm.py::test_what_cannot_be_read_neither_begins_a_storm_nor_ends_one",
    ),
    "breakers bind before shares": Seed(
        file="limits",
        was=('found.append((f"{STANDING_BACK}',),
        now=('found.insert(3, (f"{STANDING_BACK}',),
        test="test_shares.py::test_the_first_that_binds_among_shares_and_breakers_is_a_share",
    ),
    "a breaker that is open is no reason to keep what runs": Seed(
        file="deliberate",
        was=("if held is not None and course.value < case.replicas:",),
        now=("if False:",),
        test="test_shares.py::test_an_open_breaker_that_holds_lets_demand_change_nothing",
    ),
    "what is free is counted without pods on their way out": Seed(
        file="downstream.grants",
        was=("one.live - one.terminating) + one.terminating",),
        now=("one.desired)",),
        test="downstream/test_grants.py::test_what_terminating_pods_hold_is_free_only_when_they_are_gone",
    ),
    "what others use is the last sample": Seed(
        file="downstream.budget",
        was=("believed = _believed(others, before=before)",),
        now=("believed = others[-1]",),
        test="downstream/test_budget.py::test_a_sample_that_drops_to_zero_gives_nothing_away",
    ),
    "a topic that somebody else made in between is taken for ours": Seed(
        file="topics.told",
        was=("return seen.own >= MARKS",),
        now=("return True",),
        test="topics/test_outcomes.py::test_a_topic_that_others_made_in_between_is_theirs",
    ),
    "a topic that was made again by hand goes with the app": Seed(
        file="topics.deletion",
        was=("one.created and one.id == topic.id",),
        now=("one.created",),
        test="topics/test_deletion.py::test_a_topic_that_was_made_again_by_hand_stays",
    ),
    "what a person set on a topic of others is overwritten": Seed(
        file="topics.adoption",
        was=("if name not in seen.own and not reaches(",),
        now=("if not reaches(",),
        test="topics/test_adoption.py::test_a_managed_topic_keeps_what_a_person_set_on_it",
    ),
}


@pytest.mark.parametrize("seed", SEEDS.values(), ids=list(SEEDS))
def test_a_seeded_bug_is_caught_by_the_test_that_is_about_it(seed: Seed) -> None:
    source = (decide() / f"{seed.file.replace('.', '/')}.py").read_text(encoding="utf-8")
    for was, now in zip(seed.was, seed.now, strict=True):
        assert source.count(was) == 1, f"{was!r} is not in {seed.file} once: seed the bug anew"
        source = source.replace(was, now)
    done = subprocess.run(
        [sys.executable, "-c", IN_ITS_PLACE, f"sluicegate.decide.{seed.file}", f"tests/unit/decide/{seed.test}"],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == int(pytest.ExitCode.TESTS_FAILED), done.stdout + done.stderr
    assert re.search(rf"^FAILED \S*{re.escape(seed.test)}", done.stdout, re.MULTILINE), done.stdout
