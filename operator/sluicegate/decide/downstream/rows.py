"""Answers of health checks in a row: what opens a breaker, and what is needed to close it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sluicegate.decide.downstream.breaker_words import Result, Row
from sluicegate.model.health_check import HealthCheck, OnError

FRESH = 3
"""Looks that may be missing before what a check told last is no evidence any more."""


def counted(
    rows: Sequence[Row], *, checks: Sequence[HealthCheck], results: Iterable[Result], now: float
) -> tuple[Row, ...]:
    """``rows`` of ``checks`` with the answers that are new in ``results``; one for each check, in their order."""
    before: Mapping[str, Row] = {row.check: row for row in rows}
    newest: Mapping[str, Result] = {result.check: result for result in results}
    return tuple(_counted(before.get(one.name, Row(check=one.name)), one, newest.get(one.name), now) for one in checks)


def anew(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Nothing counted yet; an answer that was counted is not counted again."""
    return tuple(Row(check=row.check, at=row.at) for row in rows)


def without_successes(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Failures only: nobody tried the dependency while these answers came."""
    return tuple(replace(row, successes=0) for row in rows)


def failed(rows: Sequence[Row], *, checks: Sequence[HealthCheck]) -> HealthCheck | None:
    """The first check with `failureThreshold` failures in a row."""
    by_name = {row.check: row for row in rows}
    return next((one for one in checks if by_name[one.name].failures >= one.failure_threshold), None)


def missing(rows: Sequence[Row], *, checks: Sequence[HealthCheck], now: float) -> tuple[str, ...]:
    """Names of the checks without `successThreshold` good answers in a row whose last is fresh."""
    by_name = {row.check: row for row in rows}
    return tuple(one.name for one in checks if not _well(by_name[one.name], one, now))


def fresh_for(check: HealthCheck) -> float:
    """Seconds for which an answer is evidence: three intervals; of looks, where these may take longer than one."""
    source = check.http or check.prometheus or check.postgres
    return FRESH * max(check.interval, source.timeout if source else 0.0)


def _counted(row: Row, check: HealthCheck, result: Result | None, now: float) -> Row:
    if result is None or not _is_new(result, row, now):
        return row
    passed = result.passed
    if passed is None:
        if check.on_error is OnError.IGNORE:
            return row
        passed = False
    counted_before = row if result.at - row.at <= fresh_for(check) else Row(check=row.check)
    if passed:
        return Row(check=row.check, successes=counted_before.successes + 1, at=result.at)
    return Row(check=row.check, failures=counted_before.failures + 1, at=result.at)


def _is_new(result: Result, row: Row, now: float) -> bool:
    """A row from the future was counted before the clock was set back: any other answer is newer."""
    return result.at > row.at or (row.at > now and result.at != row.at)


def _well(row: Row, check: HealthCheck, now: float) -> bool:
    return row.successes >= check.success_threshold and now - row.at <= fresh_for(check)
