"""The HTTP health check against servers that are well, ill, slow, elsewhere, or behind TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sluicegate.observe.dependencies.guard import Guard
from tests.support.answering import Answering, answering
from tests.support.certificates import certificates
from tests.support.mute import mute
from tests.support.signals import look


@pytest.fixture
async def server() -> AsyncIterator[Answering]:
    async with answering() as server:
        yield server


@pytest.mark.parametrize(("status", "expected", "passed"), [(200, 200, True), (204, 204, True), (500, 200, False)])
async def test_the_status_decides(server: Answering, status: int, expected: int, passed: bool) -> None:
    server.status = status
    result = await look({"http": {"url": f"{server.url}/healthz", "expectStatus": expected}})
    assert result.passed is passed
    assert str(status) in result.why
    assert server.asked[0][:2] == ("GET", "/healthz")


async def test_a_redirect_to_a_denied_address_is_a_failed_check_and_never_followed(server: Answering) -> None:
    server.status, server.headers = 301, {"Location": "http://169.254.169.254/"}
    result = await look({"http": {"url": server.url}})
    assert (result.passed, len(server.asked)) == (False, 1)
    assert "points to http://169.254.169.254/, which is not followed" in result.why


async def test_one_that_refuses_or_hangs_is_a_failed_check(server: Answering) -> None:
    assert (await look({"http": {"url": "http://127.0.0.1:9"}})).passed is False
    with mute(near="127.0.0.1:0") as silent:
        result = await look({"http": {"url": f"http://{silent}", "timeout": "300ms"}})
    assert (result.passed, "within 0.3 s" in result.why) == (False, True)


async def test_a_name_that_leads_nowhere_is_a_check_that_failed_itself() -> None:
    result = await look({"http": {"url": "http://nowhere.invalid", "timeout": "5s"}})
    assert (result.passed, "'nowhere.invalid' leads to no address" in result.why) == (None, True)


async def test_a_denied_name_is_a_check_that_failed_itself(server: Answering) -> None:
    guard = Guard.of(allow=["127.0.0.1"], deny=["localhost"])
    url = server.url.replace("127.0.0.1", "localhost")
    assert (await look({"http": {"url": url}}, guard=guard)).passed is None
    assert server.asked == []
    assert (await look({"http": {"url": server.url}}, guard=guard)).passed is True


async def test_a_certificate_that_does_not_hold_is_a_check_that_failed_itself(tmp_path: Path) -> None:
    tls = certificates(tmp_path, names="DNS:localhost")
    async with answering(tls=tls) as server:
        assert (await look({"http": {"url": server.url}})).passed is None
        trusted = {"http": {"url": server.url, "caSecretRef": {"name": "ca"}}}
        assert (await look(trusted, ca={"ca.crt": tls.authority.read_text()})).passed is True
        by_address = {"http": {"url": server.url.replace("localhost", "127.0.0.1"), "caSecretRef": {"name": "ca"}}}
        assert (await look(by_address, ca={"ca.crt": tls.authority.read_text()})).passed is None
