"""Canaries: what was read from a Secret is never seen again in words."""

import base64
import json
from urllib.parse import quote

from sluicegate.telemetry.redact import MOST, Memory


def test_a_remembered_value_is_blotted_out_wherever_it_stands() -> None:
    memory = Memory()
    memory.remember("canary-7")
    assert memory.redact("user=x password=canary-7;canary-7") == "user=x password=[redacted];[redacted]"


def test_bytes_as_a_secret_holds_them_count_as_well() -> None:
    memory = Memory()
    memory.remember(b"canary-8\n")
    assert memory.redact("<canary-8>") == "<[redacted]>"


def test_the_base64_form_of_a_value_is_blotted_out_too() -> None:
    memory = Memory()
    memory.remember("canary-9")
    assert "Y2FuYXJ5" not in memory.redact(base64.b64encode(b"canary-9").decode())


def test_a_key_of_many_lines_is_blotted_out_line_by_line() -> None:
    memory = Memory()
    memory.remember("-----BEGIN PRIVATE KEY-----\nAAAAsecretline\nBBBBother\n-----END PRIVATE KEY-----")
    said = memory.redact("could not parse AAAAsecretline near -----BEGIN PRIVATE KEY-----")
    assert said == "could not parse [redacted] near -----BEGIN PRIVATE KEY-----"


def test_a_value_is_blotted_out_as_python_json_and_urls_would_quote_it() -> None:
    memory = Memory()
    value = "pa\"ss'wo\\rd/+"
    memory.remember(value)
    for said in (repr(value), json.dumps(value), quote(value, safe="")):
        assert "wo" not in memory.redact(said)


def test_a_longer_secret_is_not_betrayed_by_a_shorter_one_inside_it() -> None:
    memory = Memory()
    memory.remember("canary")
    memory.remember("canary-long")
    assert memory.redact("canary-long") == "[redacted]"


def test_signs_that_mean_something_in_patterns_are_taken_as_they_are() -> None:
    memory = Memory()
    memory.remember("p(a.s*s")
    assert memory.redact("p(a.s*s pxaxsxs") == "[redacted] pxaxsxs"


def test_an_empty_value_blots_out_nothing() -> None:
    memory = Memory()
    memory.remember("")
    memory.remember(b"\n \n")
    assert memory.redact("all is well") == "all is well"


def test_rotation_for_ever_does_not_grow_without_bound_and_forgets_the_oldest_first() -> None:
    memory = Memory()
    memory.remember("still-in-use")
    for number in range(MOST):
        memory.remember(f"canary-{number:06}")
        memory.remember("still-in-use")
    assert memory.redact("still-in-use") == "[redacted]"
    assert memory.redact("canary-000000") == "canary-000000"
