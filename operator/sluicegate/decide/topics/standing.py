"""How one topic stands beside what it should be, and what must change: missing, ours, or somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluicegate.decide.topics.settings import HEADERS_BYTES, Wish
from sluicegate.model import duration
from sluicegate.model.error_handling import Adoption, Drift, Provisioner, TopicRules
from sluicegate.model.kafka import Fault
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Role, TopicStanding, TopicState

NUMBERS = frozenset({"retention.ms", "max.message.bytes"})
"""Settings of which somebody else's topic may have more than is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``changes`` to make; ``standing`` before they are made."""

    standing: TopicStanding
    changes: tuple[Change, ...] = ()


def judge(wish: Wish, *, seen: BrokerTopic | Fault | None, before: TopicStanding | None, rules: TopicRules) -> Judged:
    """``seen``: the topic as it is, None where there is none; ``before``: what is remembered of it."""
    if wish.problem:
        return _told(wish, before, state=TopicState.REFUSED, message=wish.problem)
    if isinstance(seen, Fault):
        return _told(wish, before, state=TopicState.WAITING, message=f"{wish.topic.name}: {seen.message}")
    if seen is None:
        return _missing(wish, before, rules)
    if is_ours(seen, before):
        return _ours(wish, seen, rules)
    return _theirs(wish, seen, rules)


def is_ours(seen: BrokerTopic, before: TopicStanding | None) -> bool:
    """Whether this app's operator made it: remembered with this very id, or remembered as about to be made."""
    if before is None:
        return False
    # A topic that was only just made has no id in the status yet: brokers tell it when they are asked again.
    made = before.created or before.state is TopicState.CREATING
    return made and before.id in ("", seen.id)


def _missing(wish: Wish, before: TopicStanding | None, rules: TopicRules) -> Judged:
    if rules.provisioner is Provisioner.NONE:
        said = f"{wish.topic.name} does not exist, and topics.provisioner is None: create it"
        return _told(wish, None, state=TopicState.MISSING, message=said)
    change = Change(
        kind=ChangeKind.CREATE,
        topic=wish.topic.name,
        partitions=wish.partitions,
        replication=wish.replication,
        config=dict(wish.config),
    )
    standing = TopicStanding(topic=wish.topic, state=TopicState.MISSING, message=f"{wish.topic.name} does not exist")
    return Judged(standing=standing, changes=(change,))


def _ours(wish: Wish, seen: BrokerTopic, rules: TopicRules) -> Judged:
    grow = _growth(wish, seen)
    wrong = {name: value for name, value in wish.config.items() if seen.config.get(name) != value}
    if rules.provisioner is Provisioner.NONE:
        return _checked(wish, seen, created=True)
    replication = _replication(wish, seen)
    if rules.drift is Drift.REPORT and wrong:
        said = f"{wish.topic.name} was changed: {differences(wrong, seen)}; topics.drift is Report"
        standing = _standing(wish, seen, state=TopicState.DRIFTED, created=True, message=said)
        return Judged(standing=standing, changes=grow)
    configure = _configuration(wish, wrong)
    said = f"{wish.topic.name}: {differences(wrong, seen)}" if wrong else replication or wish.note
    state = TopicState.DRIFTED if wrong else TopicState.IN_SYNC
    return Judged(standing=_standing(wish, seen, state=state, created=True, message=said), changes=(*grow, *configure))


def _theirs(wish: Wish, seen: BrokerTopic, rules: TopicRules) -> Judged:
    if rules.adoption is Adoption.NEVER:
        said = f"{wish.topic.name} exists and was not made here; topics.adoption is Never: choose another nameTemplate"
        return Judged(standing=_standing(wish, seen, state=TopicState.INCOMPATIBLE, created=False, message=said))
    if rules.adoption is Adoption.CHECK or rules.provisioner is Provisioner.NONE:
        return _checked(wish, seen, created=False)
    # Settings that a person set on the topic itself are kept, fitting or not.
    unset = {
        name: value for name, value in wish.config.items() if name not in seen.own and not _fits(name, value, seen)
    }
    changes = (*_growth(wish, seen), *_configuration(wish, unset))
    kept = [words for name, words in _faults(wish, seen).items() if name in seen.own]
    if kept:
        said = f"{wish.topic.name} was not made here, and settings that a person made are kept: {'; '.join(kept)}"
        standing = _standing(wish, seen, state=TopicState.INCOMPATIBLE, created=False, message=said)
        return Judged(standing=standing, changes=changes)
    state = TopicState.DRIFTED if unset else TopicState.IN_SYNC
    said = f"{wish.topic.name}: {differences(unset, seen)}" if unset else ""
    return Judged(standing=_standing(wish, seen, state=state, created=False, message=said), changes=changes)


def _checked(wish: Wish, seen: BrokerTopic, *, created: bool) -> Judged:
    """Nothing is written: only what would lose messages is said."""
    faults = _faults(wish, seen)
    if seen.partitions < wish.partitions:
        faults = {"": f"{seen.partitions} partitions instead of at least {wish.partitions}", **faults}
    if not faults:
        return Judged(standing=_standing(wish, seen, state=TopicState.IN_SYNC, created=created, message=""))
    said = f"{wish.topic.name} does not fit: {'; '.join(faults.values())}"
    if not created:
        said += "; it was not made here: change it, or set topics.adoption to Manage"
    return Judged(standing=_standing(wish, seen, state=TopicState.INCOMPATIBLE, created=created, message=said))


def _faults(wish: Wish, seen: BrokerTopic) -> dict[str, str]:
    """What about somebody else's topic would lose messages, by setting."""
    found = {}
    for name in ("cleanup.policy", "retention.ms", "max.message.bytes"):
        if not _fits(name, wish.config[name], seen):
            found[name] = f"{name} is {seen.config.get(name)} instead of {_least(name, wish)}"
    if wish.topic.role is Role.RETRY and not _fits("message.timestamp.type", "LogAppendTime", seen):
        found["message.timestamp.type"] = "message.timestamp.type is CreateTime instead of LogAppendTime"
    return found


def _fits(name: str, value: str, seen: BrokerTopic) -> bool:
    found = seen.config.get(name)
    if name not in NUMBERS or found is None:
        return found == value
    slack = HEADERS_BYTES if name == "max.message.bytes" else 0
    return int(found) < 0 or int(found) >= int(value) - slack


def _least(name: str, wish: Wish) -> str:
    value = wish.config[name]
    if name == "retention.ms":
        return f"at least {value} ({duration.show(int(value) / 1000)})"
    return f"at least {value}" if name in NUMBERS else value


def _growth(wish: Wish, seen: BrokerTopic) -> tuple[Change, ...]:
    if seen.partitions >= wish.partitions:
        return ()
    return (Change(kind=ChangeKind.GROW, topic=wish.topic.name, partitions=wish.partitions),)


def _configuration(wish: Wish, config: Mapping[str, str]) -> tuple[Change, ...]:
    if not config:
        return ()
    return (Change(kind=ChangeKind.CONFIGURE, topic=wish.topic.name, config=dict(config)),)


def _replication(wish: Wish, seen: BrokerTopic) -> str:
    if wish.replication is None or seen.replication >= wish.replication:
        return ""
    return (
        f"{wish.topic.name} has {seen.replication} replicas of each partition where {wish.replication} are asked for; "
        "this is not changed here: reassign its partitions"
    )


def differences(config: Mapping[str, str], seen: BrokerTopic) -> str:
    """Setting by setting, what is and what should be."""
    return ", ".join(f"{name} is {seen.config.get(name)} instead of {value}" for name, value in sorted(config.items()))


def _standing(wish: Wish, seen: BrokerTopic, *, state: TopicState, created: bool, message: str) -> TopicStanding:
    return TopicStanding(
        topic=wish.topic,
        state=state,
        partitions=seen.partitions,
        id=seen.id,
        created=created,
        message=message,
    )


def _told(wish: Wish, before: TopicStanding | None, *, state: TopicState, message: str) -> Judged:
    """Nothing can be done; what is remembered stands."""
    return Judged(
        standing=TopicStanding(
            topic=wish.topic,
            state=state,
            partitions=before.partitions if before else None,
            id=before.id if before else "",
            created=before.created if before else False,
            message=message,
        )
    )
