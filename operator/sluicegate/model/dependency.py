"""`DownstreamDependency` and `ClusterDownstreamDependency`: something consumers use that has a limit.

Capacity and usage say how much there is to share; health checks (`model.health_check`) feed the breaker. The sources
of all three are in `model.signal`, what one app takes of it is in `model.dependency_ref`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from sluicegate.model.duration import PATTERN, Duration, between
from sluicegate.model.health_check import HealthCheck
from sluicegate.model.resource import Part
from sluicegate.model.rule import QUOTED, Rule
from sluicegate.model.signal import PostgresCapacity, PostgresUsage, PrometheusQuery
from sluicegate.model.units import UnitsFromZero

ANY_NAMESPACE = "*"
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAMESPACE = rf"([*]|{_LABEL})"


class UsageCount(StrEnum):
    """Whose use a usage figure counts."""

    TOTAL = "Total"
    OTHERS = "Others"


class BreakerMode(StrEnum):
    AUTO = "Auto"
    FORCED_OPEN = "ForcedOpen"
    DISABLED = "Disabled"
    METRICS_ONLY = "MetricsOnly"


class WhenOpen(StrEnum):
    """What happens to the consumers while the breaker is open."""

    HOLD = "Hold"
    FLOOR = "Floor"
    ZERO = "Zero"


class LossAction(StrEnum):
    """What is given out while a signal is lost."""

    HOLD = "Hold"
    USE_RESERVED = "UseReserved"


NamespaceOffer = Annotated[
    str,
    Field(min_length=1, max_length=63),
    Rule(
        message="write the name of a namespace, or '*' for all",
        cel=f"self.matches('^{_NAMESPACE}$')",
        found=QUOTED,
        holds=lambda name: re.fullmatch(_NAMESPACE, name) is not None,
    ),
]


class CapacityRule(Part):
    """How much there is, and how much of it may be shared out."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="set exactly one of value, prometheus and postgres",
            cel="[has(self.value), has(self.prometheus), has(self.postgres)].filter(given, given).size() == 1",
            holds=lambda part: [part.value, part.prometheus, part.postgres].count(None) == 2,
        ),
    )

    value: UnitsFromZero | None = None
    """The capacity in units. Exactly one of this, prometheus and postgres."""
    prometheus: PrometheusQuery | None = None
    """The capacity as a figure from Prometheus."""
    postgres: PostgresCapacity | None = None
    """The capacity as a setting of the PostgreSQL itself."""
    reserved: UnitsFromZero = 0.0
    """Units kept for others: people, migrations, jobs."""
    target_utilization_percent: int = Field(default=100, ge=1, le=100)
    """How much of what is left after reserved may be shared out."""


class UsageRule(Part):
    """What is in use now; what others use is not shared out."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="set exactly one of prometheus and postgres",
            cel="has(self.prometheus) != has(self.postgres)",
            holds=lambda part: (part.prometheus is None) != (part.postgres is None),
        ),
    )

    counts: UsageCount = UsageCount.TOTAL
    """Total: the figure counts these consumers, too, and they are taken out of it. Others: it does not."""
    prometheus: PrometheusQuery | None = None
    """The use as a figure from Prometheus. Exactly one of this and postgres."""
    postgres: PostgresUsage | None = None
    """The use as PostgreSQL itself sees it."""


class Recovery(Part):
    """How more is allowed again after the breaker has closed."""

    step_percent: int = Field(default=25, ge=1, le=100)
    """Percent of what can be shared out that is added at each step, at least one replica."""
    every: Annotated[Duration, between("1s", "24h")] = 60.0
    """Time between steps."""


class BreakerRule(Part):
    """When consumers stand back, and how they come back."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="raise maxOpenFor to openFor or more, or lower openFor",
            cel=(
                "!has(self.openFor) || !has(self.maxOpenFor) || self.openFor.size() < 2 || self.maxOpenFor.size() < 2"
                f" || !self.openFor.matches('{PATTERN}') || !self.maxOpenFor.matches('{PATTERN}')"
                " || duration(self.openFor) <= duration(self.maxOpenFor)"
            ),
            holds=lambda part: part.open_for <= part.max_open_for,
            field="maxOpenFor",
        ),
    )

    mode: BreakerMode = BreakerMode.AUTO
    """Auto follows the checks; ForcedOpen and Disabled do not; MetricsOnly shows the state and limits nothing."""
    open_for: Annotated[Duration, between("1s", "24h")] = 60.0
    """How long it stays open at least; doubled each time it opens again while recovering."""
    max_open_for: Annotated[Duration, between("1s", "24h")] = 600.0
    """The longest that openFor grows to."""
    recovery: Recovery = Recovery()
    """How more is allowed again after the breaker has closed."""
    when_open: WhenOpen = WhenOpen.HOLD
    """Hold what runs, go to the apps' minimum, or stop them (offsets of an empty group expire)."""


class SignalLoss(Part):
    """What to do when capacity or usage cannot be read."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="say how many units: set value beside action UseReserved",
            cel="!has(self.action) || self.action != 'UseReserved' || has(self.value)",
            holds=lambda part: part.action is not LossAction.USE_RESERVED or part.value is not None,
        ),
    )

    after: int = Field(default=3, ge=1, le=100)
    """A signal counts as lost after so many failures in a row."""
    action: LossAction = LossAction.HOLD
    """Hold what is given out, or share out so many units until the signal is back."""
    value: UnitsFromZero | None = None
    """With UseReserved: units shared out while the signal is lost."""


class DependencySpec(Part):
    """Something consumers use that has a limit."""

    unit: Annotated[str, Field(min_length=1, max_length=63)] = "connections"
    """What capacity and costPerReplica count; free text."""
    capacity: CapacityRule
    """How much there is."""
    usage: UsageRule | None = None
    """What is in use now; absent: nobody else uses it beyond reserved."""
    health: Annotated[
        tuple[HealthCheck, ...],
        Field(
            max_length=8,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
        ),
        Rule(
            message="give each check a name of its own",
            holds=lambda checks: len({one.name for one in checks}) == len(checks),
        ),
    ] = ()
    """Checks that feed the breaker; all must pass."""
    breaker: BreakerRule = BreakerRule()
    """When consumers stand back, and how they come back."""
    on_signal_loss: SignalLoss = SignalLoss()
    """What to do when capacity or usage cannot be read."""


class ClusterDependencySpec(DependencySpec):
    """Something consumers of several namespaces use that has a limit."""

    allowed_namespaces: Annotated[
        tuple[NamespaceOffer, ...],
        Field(min_length=1, max_length=256, json_schema_extra={"x-kubernetes-list-type": "set"}),
        Rule(message="name each namespace once", holds=lambda names: len(set(names)) == len(names)),
    ]
    """Namespaces whose apps may use it; '*' offers it to all."""

    def offered_to(self, namespace: str) -> bool:
        """Whether apps of ``namespace`` may use it."""
        return ANY_NAMESPACE in self.allowed_namespaces or namespace in self.allowed_namespaces
