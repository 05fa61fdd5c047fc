"""Each answer of the API server becomes the error by which the rooms know what to do."""

import json

import pytest

from sluicegate.errors import Conflict, Denied, Gone, Invalid, SluicegateError, Transient
from sluicegate.kube.errors import of_answer, of_silence


def error(status: int, message: str = "", *, body: bytes | None = None) -> SluicegateError:
    raw = body if body is not None else json.dumps({"kind": "Status", "message": message}).encode()
    return of_answer(status=status, body=raw, verb="update", resource="deployments.apps/scale", where=" 'orders'")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Denied),
        (403, Denied),
        (404, Gone),
        (408, Transient),
        (409, Conflict),
        (410, Transient),
        (413, Invalid),
        (422, Invalid),
        (429, Transient),
        (500, Transient),
        (503, Transient),
        (504, Transient),
    ],
)
def test_a_status_code_means_one_kind_of_error(status: int, kind: type[SluicegateError]) -> None:
    assert type(error(status, "words")) is kind


def test_a_missing_right_is_named_so_that_it_can_be_granted() -> None:
    words = str(error(403, 'deployments.apps "orders" is forbidden'))
    assert "grant the verb 'update' on 'deployments.apps/scale'" in words
    assert 'deployments.apps "orders" is forbidden' in words


@pytest.mark.parametrize("body", [b"", b"upstream reset", b"[1]", b"\xff\xfe", b'{"message": null}'])
def test_a_body_that_is_not_a_status_does_no_harm(body: bytes) -> None:
    assert isinstance(error(502, body=body), Transient)


def test_a_proxy_s_page_does_not_flood_the_log() -> None:
    assert len(str(error(502, body=b"x" * 100_000))) < 1_000


def test_silence_is_transient_and_has_words_even_for_an_error_without() -> None:
    found = of_silence(TimeoutError(), verb="get", resource="pods", where="")
    assert isinstance(found, Transient)
    assert str(found) == "get pods: no answer from the API server (TimeoutError)"
