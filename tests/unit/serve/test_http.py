"""The operator's port, over real HTTP."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from sluicegate.serve.http import serving


class Health:
    alive = ""
    ready = "the first whole list has not come in yet"


def exposition() -> Iterator[bytes]:
    yield b"# TYPE a gauge\n"
    yield b"a 1\n"


@pytest.fixture
async def health() -> Health:
    return Health()


@pytest.fixture
async def url(health: Health) -> AsyncIterator[str]:
    checks = {"alive": lambda: health.alive, "ready": lambda: health.ready}
    async with serving(host="127.0.0.1", port=0, exposition=exposition, **checks) as port:
        yield f"http://127.0.0.1:{port}"


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_metrics_come_whole_though_made_in_pieces(url: str) -> None:
    assert await get(f"{url}/metrics") == (200, "# TYPE a gauge\na 1\n")


async def test_readiness_says_what_is_missing_and_turns_when_it_is_there(url: str, health: Health) -> None:
    assert await get(f"{url}/readyz") == (503, "the first whole list has not come in yet\n")
    health.ready = ""
    assert await get(f"{url}/readyz") == (200, "ok\n")


async def test_liveness_says_what_hangs(url: str, health: Health) -> None:
    assert (await get(f"{url}/livez"))[0] == 200
    health.alive = "the control loop has not turned for 31 s"
    assert await get(f"{url}/livez") == (503, "the control loop has not turned for 31 s\n")


async def test_there_is_nothing_else(url: str) -> None:
    assert (await get(f"{url}/"))[0] == 404
    async with aiohttp.ClientSession() as session, session.post(f"{url}/livez") as answer:
        assert answer.status == 405


async def test_a_port_that_is_taken_is_an_error_and_not_silence(url: str) -> None:
    taken = int(url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="address already in use"):
        async with serving(host="127.0.0.1", port=taken, exposition=exposition, alive=str, ready=str):
            raise AssertionError("served on a port that was taken")
