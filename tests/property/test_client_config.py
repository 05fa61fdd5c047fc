"""The ConfigMap for clients, over random groups, delays and hands of others: read back as meant, written once."""

from __future__ import annotations

import copy
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from examples.consumer.routes import parse
from sluicegate.act.config_map import is_ours, made, renewed
from sluicegate.decide.client_config import KEYS, contents
from sluicegate.decide.topics.names import dead_letter_of, topics_of
from sluicegate.model import duration
from sluicegate.model.app import AppSpec
from sluicegate.model.resource import Key
from tests.support.specs import APP_SPEC

APP = Key("shop", "orders")
GROUPS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(
    lambda text: text == text.strip(" ")
)
DELAYS = st.lists(st.integers(min_value=1, max_value=604_800).map(lambda s: f"{s}s"), min_size=1, max_size=6)
TOPICS = st.lists(st.from_regex("[a-z][a-z0-9-]{0,10}", fullmatch=True), min_size=1, max_size=4, unique=True)
WORDS = st.text("abcdefgh.-_", min_size=1, max_size=8).filter(lambda name: name not in KEYS)


@st.composite
def specs(draw: st.DrawFn) -> AppSpec:
    retry = {"retry": {"delays": draw(DELAYS)}} if draw(st.booleans()) else {}
    body = {**APP_SPEC, "consumerGroup": draw(GROUPS), "topics": draw(TOPICS), "errorHandling": retry}
    return AppSpec.model_validate(body)


def data_of(spec: AppSpec) -> dict[str, str]:
    return contents(spec, key=APP, bootstrap="kafka:9092", named=topics_of(spec, key=APP))


def read_by_java(text: str) -> dict[str, str]:
    """As `java.util.Properties.load` has it, for the one `=` and the escapes that may be there."""
    text.encode("latin-1")
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            units = re.findall(r"\\u[0-9a-f]{4}|\\\\|[^\\]", value)
            assert "".join(units) == value, f"an escape that Java does not know: {value}"
            codes = [int(unit[2:], 16) if len(unit) == 6 else ord(unit[-1]) for unit in units]
            found[name] = b"".join(code.to_bytes(2, "big") for code in codes).decode("utf-16-be")
    return found


@given(specs())
def test_both_kinds_of_clients_read_the_group_that_was_meant(spec: AppSpec) -> None:
    found = data_of(spec)
    assert read_by_java(found["java.properties"])["group.id"] == spec.consumer_group
    assert f"\ngroup.id={spec.consumer_group}\n" in found["librdkafka.properties"]


@given(specs())
def test_every_attempt_has_its_step_in_the_order_of_the_spec(spec: AppSpec) -> None:
    found = data_of(spec)
    handling = spec.error_handling
    assert handling is not None
    wanted = handling.retry.seconds if handling.retry else ()
    steps = [step.rpartition("=") for step in found.get("retry.topics", "").split(",") if step]
    assert [duration.parse(delay) for _, _, delay in steps] == list(wanted) * len(spec.topics or ())
    known = {one.name for one in topics_of(spec, key=APP).topics}
    assert {name for name, _, _ in steps} <= known


@given(specs().filter(lambda spec: len(spec.topics or ()) == 1))
def test_the_example_consumer_reads_the_attempts_that_were_meant(spec: AppSpec) -> None:
    found = data_of(spec)
    read = parse(found.get("retry.topics", ""), found["dead.letter.topic"])
    handling = spec.error_handling
    assert handling is not None
    assert [one.delay for one in read.retries] == list(handling.retry.seconds if handling.retry else ())
    assert read.dead_letters == found["dead.letter.topic"]


@given(specs())
def test_every_source_has_a_place_for_its_dead_letters(spec: AppSpec) -> None:
    named = topics_of(spec, key=APP)
    told = data_of(spec)["dead.letter.topic"]
    for source in spec.topics or ():
        topic = dead_letter_of(named, source)
        assert topic is not None
        assert told == topic.name or f"{source}={topic.name}" in told.split(",")


@given(specs(), specs(), st.dictionaries(WORDS, st.text(max_size=5), max_size=4))
def test_what_was_written_needs_no_second_write_and_what_others_added_stays(
    before: AppSpec, after: AppSpec, others: dict[str, str]
) -> None:
    body: dict[str, Any] = made(name="orders-kafka", app=APP, uid="1", data=data_of(before))
    assert renewed(body, app=APP, uid="1", data=data_of(before)) is None
    body["metadata"]["resourceVersion"] = "1"
    body["data"] |= others
    as_it_was = copy.deepcopy(body)
    new = renewed(body, app=APP, uid="1", data=data_of(after)) or body
    assert body == as_it_was, "the body that was read was changed"
    assert is_ours(new, app=APP)
    assert new["data"] == {**others, **data_of(after)}
    assert renewed(new, app=APP, uid="1", data=data_of(after)) is None
