"""What goes wrong in practice, each in the shortest simulated time that shows it, with the inequality that must hold.

The whole days, all laws side by side, are in docs/scenarios.md; here each promise of the law has a world that would
break it. Objective 60 s, replicas of 100 messages/s, seeds fixed: the same every time.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, ClassVar

import pytest

from sluicegate.model.app import AppSpec
from sluicegate.simulate.arrivals import arrivals_for
from sluicegate.simulate.compare import Run
from sluicegate.simulate.outcome import Change, Outcome
from sluicegate.simulate.together import Together, together
from sluicegate.simulate.workload import read_workload

HOUR = 3600


def lived(
    *, by: str = "sluicegate", declared: bool = True, hold: str = "15m", uses: int | None = None, **world: Any
) -> Outcome:
    """What ``by`` made of the world with these fields (as in YAML); 24 partitions unless said otherwise. The app
    declares that a replica ``uses`` so many units of orders-db."""
    return _lived(by, declared, hold, uses, json.dumps({"partitions": 24, "seed": 5, **world}))


@cache
def _lived(by: str, declared: bool, hold: str, uses: int | None, world: str) -> Outcome:
    return run(by=by, declared=declared, hold=hold, uses=uses, world=world).outcome()


def run(
    *, by: str, declared: bool = True, hold: str = "15m", uses: int | None = None, weight: int = 1, world: str
) -> Run:
    workload = read_workload(world)
    scaling: dict[str, Any] = {"maxReplicas": workload.most_partitions, "lagObjective": "60s"}
    scaling["scaleDown"] = {"outageHold": hold}
    if declared:
        scaling["capacityPerReplica"] = 100
    app = AppSpec.model_validate(
        {
            "scaleTargetRef": {"name": "app"},
            "kafka": {"bootstrapServers": "kafka:9092"},
            "consumerGroup": "app",
            "scaling": scaling,
            "dependencies": [{"name": "orders-db", "costPerReplica": uses, "weight": weight}] if uses else [],
        }
    )
    return Run(law=by, app=app, objective=60.0, workload=workload, arrivals=arrivals_for(workload))


def arrivals(kind: str, *, hours: float, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "seconds": round(hours * HOUR), **more}


def downs(outcome: Outcome, *, since: float, until: float) -> list[Change]:
    return [one for one in outcome.changes if since <= one.second < until and one.after < one.before]


def mean(outcome: Outcome, *, since: float, until: float) -> float:
    """Replicas written, on the average."""
    return float(outcome.desired[round(since) : round(until)].mean())


def late(outcome: Outcome, *, but: tuple[int, ...] = ()) -> float:
    """Per cent of the messages of all partitions ``but`` some."""
    counted = [index for index in range(len(outcome.late_by_partition)) if index not in but]
    messages = int(outcome.messages_by_partition[counted].sum())
    return 100 * float(outcome.late_by_partition[counted].sum()) / messages


class TestDownstreamKnee:
    """A database that bears twelve replicas; 108 % of what they can do arrives for half an hour."""

    WORLD: ClassVar[dict[str, Any]] = {
        "downstream": {"knee": 12, "slope": 0.5},
        "arrivals": arrivals("steps", hours=2, base=400, peak=1296, at=[1800], lengthSeconds=1800),
    }

    @pytest.mark.parametrize("declared", [True, False])
    def test_replicas_stay_at_or_below_the_knee_most_of_the_time(self, declared: bool) -> None:
        outcome = lived(declared=declared, **self.WORLD)
        assert float((outcome.desired > 12).mean()) < 0.2

    @pytest.mark.parametrize("declared", [True, False])
    def test_nine_tenths_are_handled_and_no_fewer_than_by_a_replica_for_each_partition(self, declared: bool) -> None:
        outcome = lived(declared=declared, **self.WORLD)
        assert outcome.unprocessed < 0.1 * outcome.messages
        assert outcome.delay_p99_s <= 1.1 * lived(by="static-max", **self.WORLD).delay_p99_s


class TestDeclaredKnee:
    """The same database, and people have said that it bears 120 connections, ten a replica."""

    WORLD: ClassVar[dict[str, Any]] = {
        **TestDownstreamKnee.WORLD,
        "dependencies": [{"name": "orders-db", "capacity": 120, "costPerReplica": 10, "beyond": "Admitted"}],
    }

    @pytest.mark.parametrize("declared", [True, False])
    def test_no_replica_runs_beyond_the_knee_and_all_before_it_do(self, declared: bool) -> None:
        outcome = lived(declared=declared, uses=10, **self.WORLD)
        assert outcome.peak_replicas == 12

    @pytest.mark.parametrize("declared", [True, False])
    def test_less_is_late_for_fewer_replica_hours_than_when_the_knee_has_to_be_found(self, declared: bool) -> None:
        told, found = lived(declared=declared, uses=10, **self.WORLD), lived(declared=declared, **self.WORLD)
        assert told.late_percent < 0.8 * found.late_percent
        assert told.replica_hours < 0.9 * found.replica_hours
        assert told.delay_max_s < 0.6 * found.delay_max_s
        assert told.scalings <= 4

    @pytest.mark.parametrize("other", ["keda", "keda-tuned", "flink"])
    def test_others_make_it_slower_by_all_they_add(self, other: str) -> None:
        told, by = lived(uses=10, **self.WORLD), lived(by=other, **self.WORLD)
        assert told.unprocessed == 0
        assert told.late_percent < 0.7 * by.late_percent
        assert told.replica_hours < 0.6 * by.replica_hours


class TestConnections:
    """A database refuses whoever comes when its connections are gone: 120 beside the 40 of others, ten a replica. A
    burst comes up to 96 % of what twelve replicas can do."""

    WORLD: ClassVar[dict[str, Any]] = {
        "dependencies": [{"name": "orders-db", "capacity": 160, "costPerReplica": 10, "others": 40}],
        "arrivals": arrivals("steps", hours=2, base=300, peak=1150, at=[1800]),
    }

    @pytest.mark.parametrize("declared", [True, False])
    def test_with_a_share_nobody_is_refused_and_the_burst_is_handled(self, declared: bool) -> None:
        outcome = lived(declared=declared, uses=10, **self.WORLD)
        assert outcome.refused_hours == 0
        assert outcome.peak_replicas == 12
        assert outcome.late_percent < 3
        assert outcome.unprocessed == 0

    @pytest.mark.parametrize("by", ["sluicegate", "keda", "keda-tuned"])
    def test_without_one_replicas_stand_before_a_database_that_refuses_them(self, by: str) -> None:
        without, told = lived(by=by, **self.WORLD), lived(uses=10, **self.WORLD)
        assert without.refused_hours is not None
        assert without.refused_hours > 1
        assert without.late_percent > 10 * told.late_percent
        assert without.replica_hours > 1.5 * told.replica_hours

    def test_what_others_take_meanwhile_is_not_used(self) -> None:
        growing = [{"at": 0, "units": 40}, {"at": 3000, "units": 80}]
        dependency = {**self.WORLD["dependencies"][0], "others": growing}
        burst = arrivals("steps", hours=2, base=300, peak=1150, at=[4500])
        outcome = lived(uses=10, **{**self.WORLD, "dependencies": [dependency], "arrivals": burst})
        assert outcome.refused_hours == 0
        assert outcome.peak_replicas == 8

    def test_a_rolling_update_finds_the_units_for_the_pods_that_it_adds(self) -> None:
        alone = [{"name": "orders-db", "capacity": 120, "costPerReplica": 10}]
        rollout: dict[str, Any] = {"rollout": [{"at": 2100, "surge": 2}]}
        outcome = lived(uses=10, **{**self.WORLD, "dependencies": alone}, **rollout)
        assert outcome.refused_hours == 0
        assert outcome.peak_replicas == 10

    def test_pods_that_take_minutes_to_start_do_not_hide_what_others_use(self) -> None:
        """What is in use is counted with our own connections: those of a pod that starts are not there yet."""
        burst = arrivals("steps", hours=2, base=300, peak=1700, at=[1800], lengthSeconds=1800)
        outcome = lived(uses=10, startSeconds=180, **{**self.WORLD, "arrivals": burst})
        assert outcome.peak_replicas == 12
        assert outcome.refused_hours == 0


class TestTwoAppsOnOneDependency:
    """A database for 24 replicas of two apps at weights 2:1. The lighter one bursts first, the other ten minutes later;
    either would take all of it, and when one has done its work the other takes what is left over."""

    @staticmethod
    @cache
    def both(by: str, uses: int | None) -> Together:
        worlds = [
            {
                "partitions": 24,
                "seed": seed,
                "initialReplicas": 3,
                "dependencies": [{"name": "orders-db", "capacity": 120, "costPerReplica": 5}],
                "arrivals": arrivals("steps", hours=2, base=150, peak=2200, at=[at], lengthSeconds=length),
            }
            for seed, at, length in ((5, 1800, 1800), (6, 1200, 2400))
        ]
        weights = (2, 1)
        return together(
            [
                run(by=by, uses=uses, weight=weight, world=json.dumps(world))
                for weight, world in zip(weights, worlds, strict=True)
            ]
        )

    def test_the_capacity_is_never_exceeded_and_nobody_is_refused(self) -> None:
        lived = self.both("sluicegate", 5)
        assert lived.most_used["orders-db"] <= 120
        assert [one.refused_hours for one in lived.outcomes] == [0, 0]
        heavy, light = lived.outcomes
        assert int((heavy.desired + light.desired).max()) <= 24

    def test_one_alone_takes_all_that_is_free_and_two_that_want_all_settle_by_their_weights(self) -> None:
        heavy, light = self.both("sluicegate", 5).outcomes
        assert light.desired[1500] + heavy.desired[1500] == 24
        assert light.desired[1500] > 20
        assert (int(heavy.desired[2400]), int(light.desired[2400])) == (16, 8)

    def test_they_settle_in_two_changes_each_and_stay_there_while_both_want_more(self) -> None:
        heavy, light = self.both("sluicegate", 5).outcomes
        for one in (heavy, light):
            assert sum(1800 <= change.second < 5400 for change in one.changes) <= 2

    @pytest.mark.parametrize("by", ["sluicegate", "keda"])
    def test_undeclared_the_first_has_it_all_and_the_other_is_refused(self, by: str) -> None:
        shared, wild = self.both("sluicegate", 5).outcomes[0], self.both(by, None).outcomes[0]
        assert wild.refused_hours is not None
        assert wild.refused_hours > 4
        assert wild.unprocessed > 0.1 * wild.messages
        assert shared.unprocessed == 0


class TestPoison:
    """One partition's next message cannot be handled for an hour."""

    WORLD: ClassVar[dict[str, Any]] = {"arrivals": arrivals("steady", hours=2.5, base=400)}

    def test_one_partition_that_stands_still_raises_nothing_and_lets_the_others_be_in_time(self) -> None:
        stuck = lived(**self.WORLD, stuck=[{"partition": 7, "from": 3600, "to": 7200}])
        free = lived(**self.WORLD)
        assert stuck.desired[3600:7200].max() <= free.desired[3600:7200].max()
        assert late(stuck, but=(7,)) == 0
        assert late(stuck) > 1


class TestSkew:
    """Zipf exponents of the partitions' shares, and a jump to three times as much that nothing announced."""

    @pytest.mark.parametrize("skew", [0.15, 0.3, 0.4])
    def test_the_fullest_member_is_as_good_as_in_time(self, skew: float) -> None:
        world: dict[str, Any] = {"skew": skew, "arrivals": arrivals("steps", hours=2, base=300, peak=1000, at=[3600])}
        outcome = lived(**world)
        keda = lived(by="keda-tuned", **world)
        assert outcome.late_percent <= 1.1 * keda.late_percent + 0.1
        assert outcome.replica_hours < 0.8 * keda.replica_hours


class TestTenfoldSteps:
    """From a sixteenth of a replica for each partition to ten times as much, a quarter of an hour long."""

    WORLD: ClassVar[dict[str, Any]] = {
        "arrivals": arrivals("steps", hours=3, base=150, peak=1500, at=[2700, 8100]),
        "initialReplicas": 3,
    }

    def test_the_cap_is_reached_in_one_order_and_given_up_within_half_an_hour(self) -> None:
        outcome = lived(**self.WORLD)
        first = [one for one in outcome.changes if 2700 <= one.second < 3600]
        assert [one.after for one in first] == [24]
        assert first[0].second < 2700 + 30
        assert outcome.desired[2700 + 900 + 1800] <= 3

    def test_a_few_are_late_at_the_jump_that_nothing_announced_and_fewer_than_with_keda(self) -> None:
        outcome = lived(**self.WORLD)
        assert outcome.late_percent < 1
        assert outcome.late_percent <= lived(by="keda-tuned", **self.WORLD).late_percent
        assert outcome.scalings <= 8


class TestHourlyBatches:
    @pytest.mark.parametrize("base", [100, 0], ids=["with a base load", "with nothing between"])
    def test_replicas_go_between_batches_and_few_messages_are_late(self, base: int) -> None:
        world: dict[str, Any] = {"arrivals": arrivals("hourly", hours=6, base=base, peak=1620), "initialReplicas": 2}
        outcome = lived(**world)
        assert outcome.replica_hours < 0.5 * 24 * 6
        assert outcome.late_percent <= lived(by="keda-tuned", **world).late_percent


class TestOutageUpstream:
    """The producers fall silent for twelve minutes and come back."""

    WORLD: ClassVar[dict[str, Any]] = {
        "arrivals": arrivals("outage", hours=1.5, base=1000, at=[2700], lengthSeconds=720),
        "initialReplicas": 12,
    }

    def test_no_step_down_follows_silence_within_outage_hold(self) -> None:
        outcome = lived(**self.WORLD)
        assert downs(outcome, since=2700, until=2700 + 720) == []
        assert outcome.late_percent == 0

    def test_without_one_they_go(self) -> None:
        assert downs(lived(hold="0s", **self.WORLD), since=2700, until=2700 + 720)

    def test_it_has_an_end(self) -> None:
        world: dict[str, Any] = {
            **self.WORLD,
            "arrivals": arrivals("outage", hours=1.5, base=1000, at=[2700], lengthSeconds=2700),
        }
        assert downs(lived(**world), since=2700 + 900, until=5400)


class TestLagUnknown:
    """The coordinator cannot be asked for ten minutes, from one minute into a burst that began at half an hour."""

    WORLD: ClassVar[dict[str, Any]] = {
        "arrivals": arrivals("steps", hours=1.5, base=300, peak=1500, at=[1800], lengthSeconds=1800),
        "initialReplicas": 6,
    }
    DARK: ClassVar[dict[str, Any]] = {"faults": [{"kind": "LagUnknown", "from": 1860, "to": 2460}]}

    def test_nothing_goes_in_the_dark_and_few_messages_are_late(self) -> None:
        outcome = lived(**self.WORLD, **self.DARK)
        assert downs(outcome, since=1860, until=2470) == []
        assert outcome.late_percent < 2

    def test_dark_from_the_first_second_of_the_burst_takes_nothing_away_either(self) -> None:
        dark: dict[str, Any] = {"faults": [{"kind": "LagUnknown", "from": 1801, "to": 2400}]}
        assert downs(lived(**self.WORLD, **dark), since=1800, until=2410) == []

    def test_one_unknown_partition_holds_what_runs_while_the_others_fall(self) -> None:
        part: dict[str, Any] = {"faults": [{"kind": "PartitionUnknown", "from": 3500, "to": 5000, "partition": 3}]}
        assert downs(lived(**self.WORLD, **part), since=3600, until=5000) == []
        assert downs(lived(**self.WORLD), since=3600, until=5000)


class TestRollout:
    """A rolling update in the middle of a burst, two pods at a time, each a rebalance that stops everybody."""

    WORLD: ClassVar[dict[str, Any]] = {
        "rebalance": {"protocol": "eager"},
        "arrivals": arrivals("steps", hours=1.5, base=300, peak=1500, at=[1800], lengthSeconds=1800),
        "initialReplicas": 6,
    }

    def test_nothing_goes_while_pods_are_replaced_and_it_costs_no_more_than_to_a_replica_for_each_partition(
        self,
    ) -> None:
        rollout: dict[str, Any] = {"rollout": [{"at": 2100, "surge": 2}]}
        outcome = lived(**self.WORLD, **rollout)
        assert downs(outcome, since=2100, until=3300) == []
        assert outcome.late_percent <= lived(by="static-max", **self.WORLD, **rollout).late_percent + 1


class TestGrowth:
    """The topic grows from 12 to 24 partitions when twelve members are not enough any more."""

    def test_the_cap_rises_with_the_partitions(self) -> None:
        world: dict[str, Any] = {
            "partitions": 12,
            "growth": [{"at": 3600, "partitions": 24}],
            "arrivals": arrivals("steps", hours=2, base=600, peak=1500, at=[3000], lengthSeconds=4200),
        }
        outcome = lived(**world)
        assert outcome.desired[:3600].max() == 12
        assert outcome.peak_replicas > 12
        assert outcome.max_over_cap == 0


class TestSlowStarters:
    """120 s from an order to a member at work: as long as two objectives."""

    WORLD: ClassVar[dict[str, Any]] = {
        "startSeconds": 120,
        "startNoise": 15,
        "rebalance": {"protocol": "eager"},
        "arrivals": arrivals("diurnal", hours=5, base=300, peak=6000),
    }

    def test_a_rise_is_met_ahead_of_time_without_flapping(self) -> None:
        outcome = lived(**self.WORLD)
        assert outcome.late_percent < 1
        assert outcome.scalings < lived(by="keda-tuned", **self.WORLD).scalings / 3


class TestSlowCommits:
    def test_commits_every_half_minute_cost_a_tenth_more_replicas_at_most(self) -> None:
        world: dict[str, Any] = {"arrivals": arrivals("diurnal", hours=6, base=300, peak=2000)}
        seldom, often = lived(commitSeconds=30, **world), lived(commitSeconds=5, **world)
        assert seldom.replica_hours <= 1.1 * often.replica_hours
        assert seldom.late_percent < 0.1


class TestCapacityHalves:
    """What was declared, or learned, is not true any more after an hour and a half."""

    @pytest.mark.parametrize("declared", [True, False])
    def test_slower_members_are_seen_and_more_of_them_run(self, declared: bool) -> None:
        halves = [{"at": 3600, "factor": 1}, {"at": 7200, "factor": 0.5}]
        outcome = lived(declared=declared, capacity=halves, arrivals=arrivals("steady", hours=4, base=700))
        assert mean(outcome, since=9000, until=14_400) > 1.5 * mean(outcome, since=2700, until=3600)
        assert outcome.late_percent < 1
        assert outcome.unprocessed < 700 * 60


class TestRestart:
    """The operator is gone for five minutes at the start of a burst, and for one on the way down."""

    def test_it_takes_up_where_it_stopped(self) -> None:
        world: dict[str, Any] = {
            "faults": [
                {"kind": "OperatorDown", "from": 1800, "to": 1920},
                {"kind": "OperatorDown", "from": 3700, "to": 3760},
            ],
            "arrivals": arrivals("steps", hours=1.75, base=300, peak=1500, at=[1800], lengthSeconds=1800),
            "initialReplicas": 6,
        }
        outcome = lived(**world)
        back = next(one for one in outcome.changes if one.second >= 1800)
        assert back.second <= 1940
        assert back.after >= 15
        assert outcome.final_replicas <= 6


class TestDependencyLimit:
    """What all replicas use together bears 800 messages/s, and 1,000 come for half an hour."""

    def test_replicas_that_handle_no_more_are_not_piled_up(self) -> None:
        outcome = lived(
            dependencies=[{"name": "database", "messagesPerSecond": 800}],
            arrivals=arrivals("steps", hours=2, base=400, peak=1000, at=[1800], lengthSeconds=1800),
        )
        assert float((outcome.desired > 12).mean()) < 0.3
        assert outcome.unprocessed == 0
