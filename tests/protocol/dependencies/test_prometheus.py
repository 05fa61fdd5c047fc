"""Signals from a real Prometheus, and from servers that are none."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from sluicegate.observe.dependencies.guard import Guard
from tests.support.answering import Answering, answering
from tests.support.certificates import certificates
from tests.support.prometheus import Prometheus, prometheus
from tests.support.signals import capacity, look, lost, usage, value

SHOWN = 'pool_size{db="orders"} 200\npool_size{db="users"} 50\nerrors_total 3\nbad NaN\nlarge +Inf\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with prometheus(tmp_path_factory.mktemp("prometheus")) as server:
        server.show(SHOWN)
        yield server


@pytest.fixture
async def other() -> AsyncIterator[Answering]:
    async with answering() as other:
        yield other


def asked(url: str, query: str = "x", **more: object) -> dict[str, object]:
    return {"prometheus": {"url": url, "query": query, "timeout": "2s", **more}}


@pytest.mark.parametrize(
    ("query", "figure"),
    [('pool_size{db="orders"}', 200), ("sum(pool_size)", 250), ("scalar(errors_total)", 3), ("2.5", 2.5)],
)
async def test_a_series_or_a_scalar_is_a_figure(server: Prometheus, query: str, figure: float) -> None:
    assert value(await capacity(asked(server.url, query))) == figure
    assert value(await usage(asked(f"{server.url}/api/v1/query", query))) == figure


@pytest.mark.parametrize(
    ("query", "reason", "says"),
    [
        ("nothing_of_this_name", "NothingFound", "gives nothing"),
        ("pool_size", "ManySeries", "2 series"),
        ("bad", "NotANumber", "nan"),
        ("large", "NotANumber", "inf"),
        ("errors_total / 0 - errors_total / 0", "NotANumber", "nan"),
        ("-errors_total", "NegativeFigure", "-3"),
        ('"many"', "NotANumber", "a string"),
        ("pool_size[1m]", "NotANumber", "range"),
        ("sum(", "QueryFailed", "parse error"),
        ("rate(pool_size)", "QueryFailed", "expected type range vector"),
    ],
)
async def test_a_query_that_gives_no_amount_is_a_lost_signal_in_words(
    server: Prometheus, query: str, reason: str, says: str
) -> None:
    found = lost(await capacity(asked(server.url, query)))
    assert found.reason == reason
    assert found.message.startswith("spec.capacity.prometheus: ")
    assert says in found.message


@pytest.mark.parametrize(("limit", "passed"), [("> 2", False), ("> 3", True), (">= 3", False), ("!= 3", True)])
async def test_the_check_fails_when_the_figure_is_as_it_says(server: Prometheus, limit: str, passed: bool) -> None:
    result = await look(asked(server.url, "errors_total", failWhen=limit))
    assert result.passed is passed
    assert f"the query gives 3, which {'is not' if passed else 'is'} {limit}" == result.why


async def test_a_prometheus_that_is_not_there_says_nothing_about_the_dependency() -> None:
    assert (await look(asked("http://127.0.0.1:9", failWhen="> 1"))).passed is None
    assert lost(await capacity(asked("http://127.0.0.1:9"))).reason == "Unreachable"


@pytest.mark.parametrize(
    ("status", "text", "reason", "says"),
    [
        (200, "<html>welcome</html>", "NotPrometheus", "not JSON"),
        (200, "[]", "NotPrometheus", "not JSON"),
        (200, "{}", "QueryFailed", "no word of why"),
        (200, '{"status": "success", "data": {}}', "NotPrometheus", "no result"),
        (200, '{"status": "success", "data": {"resultType": "vector", "result": [7]}}', "NotPrometheus", "sample"),
        (200, '{"status": "success", "data": {"resultType": "scalar", "result": [1]}}', "NotPrometheus", "sample"),
        (401, "who are you", "QueryFailed", "credentials"),
        (503, '{"status":"error","errorType":"unavailable","error":"starting up"}', "QueryFailed", "starting up"),
        (200, "9" * 1_000_001, "TooLarge", "1000000 bytes"),
        (200, "[" * 100_000, "NotPrometheus", "not JSON"),
    ],
)
async def test_an_answer_that_is_none_of_prometheus_is_a_lost_signal(
    other: Answering, status: int, text: str, reason: str, says: str
) -> None:
    other.status, other.text = status, text
    found = lost(await capacity(asked(other.url)))
    assert found.reason == reason
    assert says in found.message
    assert len(found.message) < 700
    assert "welcome" not in found.message


async def test_one_that_hangs_is_given_up_in_time(other: Answering) -> None:
    other.pause = 5.0
    began = time.monotonic()
    assert lost(await capacity(asked(other.url, timeout="300ms"))).reason == "TimedOut"
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/"])
async def test_a_redirect_is_not_followed_and_shown(other: Answering, to: str) -> None:
    other.status, other.headers = 302, {"Location": to}
    found = lost(await capacity(asked(other.url)))
    assert (found.reason, to in found.message) == ("Redirected", True)
    assert len(other.asked) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "169.254.169.254", "[fe80::1]"])
async def test_a_denied_address_is_never_asked(other: Answering, host: str) -> None:
    port = other.url.rsplit(":", 1)[1]
    found = lost(await capacity(asked(f"http://{host}:{port}"), guard=Guard()))
    assert (found.reason, other.asked) == ("AddressDenied", [])


async def test_credentials_are_sent_and_the_query_is_in_the_body(other: Answering) -> None:
    other.text = '{"status": "success", "data": {"resultType": "scalar", "result": [1, "7"]}}'
    bearer = asked(f"{other.url}/prom?tenant=a", "up", bearerTokenSecretRef={"name": "who", "key": "token"})
    assert value(await capacity(bearer, who={"token": "a-token-of-mine\n"})) == 7
    method, path, headers, text = other.asked[-1]
    assert (method, path, headers["Authorization"]) == (
        "POST", "/prom/api/v1/query?tenant=a", "Bearer a-token-of-mine",
    )  # fmt: skip
    assert "query=up" in text
    basic = asked(other.url, basicAuthSecretRef={"name": "who"})
    assert value(await capacity(basic, who={"username": "a", "password": "open"})) == 7
    assert other.asked[-1][2]["Authorization"] == "Basic YTpvcGVu"


@pytest.mark.parametrize(
    ("secrets", "reason"),
    [
        ({}, "SecretNotFound"),
        ({"who": {"other": "x"}}, "SecretKeyMissing"),
        ({"who": {"token": "two\nlines"}}, "SecretUnreadable"),
    ],
)
async def test_a_secret_that_is_not_as_it_must_be_is_named(
    other: Answering, secrets: dict[str, dict[str, str]], reason: str
) -> None:
    source = asked(other.url, bearerTokenSecretRef={"name": "who", "key": "token"})
    found = lost(await capacity(source, **secrets))
    assert (found.reason, "'who'" in found.message, other.asked) == (reason, True, [])


async def test_https_is_held_against_the_authority_of_the_secret(tmp_path_factory: pytest.TempPathFactory) -> None:
    tls = certificates(tmp_path_factory.mktemp("tls"), names="DNS:localhost")
    stranger = certificates(tmp_path_factory.mktemp("other"), names="DNS:localhost")
    async with answering(tls=tls) as server:
        server.text = '{"status": "success", "data": {"resultType": "scalar", "result": [1, "7"]}}'
        source = asked(server.url, caSecretRef={"name": "ca"})
        assert value(await capacity(source, ca={"ca.crt": tls.authority.read_text()})) == 7
        assert lost(await capacity(source, ca={"ca.crt": stranger.authority.read_text()})).reason == "TlsFailed"
        assert lost(await capacity(source, ca={"ca.crt": "rubbish"})).reason == "BadAuthority"
        assert lost(await capacity(asked(server.url))).reason == "TlsFailed"
        assert len(server.asked) == 1
