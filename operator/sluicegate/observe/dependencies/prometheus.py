"""One number from Prometheus, by an instant query (`POST /api/v1/query`, prometheus.io/docs, "HTTP API").

What a query gives is a vector, a scalar or a string. A scalar, or a vector of one series, is a number; all else is a
mistake in the query, and which one is said in words.
"""

from __future__ import annotations

import base64
import json
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from yarl import URL

from sluicegate.model.signal import PrometheusCheck, PrometheusSource
from sluicegate.observe.dependencies.credentials import SecretReader, token, trust, user_and_password
from sluicegate.observe.dependencies.guard import Guard
from sluicegate.observe.dependencies.http import Reply, Request, exchange
from sluicegate.observe.dependencies.signal import Broken, Verdict
from sluicegate.telemetry.redact import remember

API = "api/v1/query"
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


async def figure(spec: PrometheusSource, *, secret: SecretReader, guard: Guard) -> float:
    """The number that the query gives now; finite. Broken with what came instead."""
    context = await trust(secret, spec.ca_secret_ref)
    request = Request(
        url=str(address(spec.url)),
        within=spec.timeout,
        headers=await _credentials(spec, secret),
        form={"query": spec.query, "timeout": f"{max(1, round(spec.timeout * 1000))}ms"},
    )
    return number(await exchange(request, guard=guard, context=context))


async def check(spec: PrometheusCheck, *, secret: SecretReader, guard: Guard) -> Verdict:
    """Whether the number is not as `failWhen` says. Prometheus being ill says nothing about the dependency: whatever
    cannot be read leaves the check without a verdict."""
    try:
        found = await figure(spec, secret=secret, guard=guard)
    except Broken as broken:
        raise Broken(broken.reason, str(broken)) from None
    failed = fails(found, limit=spec.fail_when)
    says = f"the query gives {found:g}, which {'is' if failed else 'is not'} {spec.fail_when}"
    return Verdict(passed=not failed, why=says)


def address(url: str) -> URL:
    """Of the query API below what the author wrote, who may have written it out already."""
    base = URL(url)
    if base.path.rstrip("/").endswith(f"/{API}"):
        return base
    return base.with_path(f"{base.path.rstrip('/')}/{API}", keep_query=True)


def fails(value: float, *, limit: str) -> bool:
    """``limit`` as in a spec: `> 0.05`."""
    match = re.fullmatch(r"(>=|<=|==|!=|>|<) ?(.+)", limit)
    if match is None:
        raise Broken("BadLimit", f"failWhen is {limit!r}; write an operator and a number, such as '> 0.05'")
    return _COMPARE[match.group(1)](value, float(match.group(2)))


def number(reply: Reply) -> float:
    """The one finite number in ``reply``. Broken with Prometheus' own words where it has some."""
    if reply.elsewhere:
        raise Broken("Redirected", f"it points to {reply.elsewhere}, which is not followed; write that as the url")
    body = _body(reply)
    if body.get("status") != "success" or reply.status != 200:
        words = body.get("error") or "no word of why"
        sort = f"{body['errorType']}: " if body.get("errorType") else ""
        raise Broken("QueryFailed", f"Prometheus answers {reply.status} ({sort}{words}); correct query, url or rights")
    data = body.get("data")
    result = data.get("result") if isinstance(data, dict) else None
    kind = data.get("resultType") if isinstance(data, dict) else None
    if kind == "string":
        raise Broken("NotANumber", "the query gives a string; write one that gives a number")
    if kind == "matrix":
        raise Broken("NotANumber", "the query gives a range of values; write one that gives a single number")
    if kind not in ("scalar", "vector") or not isinstance(result, list):
        raise Broken("NotPrometheus", f"the answer is no result of a query (resultType {kind!r}); correct the url")
    if kind == "scalar":
        return _finite(result)
    if not result:
        raise Broken("NothingFound", "the query gives nothing; correct it, or see that its series still exist")
    if len(result) > 1:
        raise Broken("ManySeries", f"the query gives {len(result)} series, not one; put sum(…) or max(…) around it")
    return _finite(result[0].get("value") if isinstance(result[0], dict) else None)


def _body(reply: Reply) -> dict[str, Any]:
    try:
        body = json.loads(reply.text)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    # What came is not shown: whoever may write a dependency would read other servers by it.
    if reply.status != 200:
        raise Broken("QueryFailed", f"it answers {reply.status} ({reply.kind}); correct the url or the credentials")
    raise Broken("NotPrometheus", f"the answer is not JSON ({reply.kind}); write the address of a Prometheus")


def _finite(sample: object) -> float:
    """Of `[time, "value"]`."""
    try:
        value = float(sample[1])  # type: ignore[index]
    except (TypeError, ValueError, IndexError, KeyError):
        raise Broken("NotPrometheus", "the answer holds no sample; correct the url") from None
    if not math.isfinite(value):
        raise Broken("NotANumber", f"the query gives {value}; guard it against dividing by zero, with `or` or `> 0`")
    return value


async def _credentials(spec: PrometheusSource, secret: SecretReader) -> Mapping[str, str]:
    if spec.bearer_token_secret_ref is not None:
        return {"Authorization": f"Bearer {await token(secret, spec.bearer_token_secret_ref)}"}
    if spec.basic_auth_secret_ref is not None:
        pair = base64.b64encode(":".join(await user_and_password(secret, spec.basic_auth_secret_ref)).encode()).decode()
        remember(pair)
        return {"Authorization": f"Basic {pair}"}
    return {}
