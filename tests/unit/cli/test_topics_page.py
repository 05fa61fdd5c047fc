"""docs/topics.md shows what the programs print: each example on the page is made here and looked for there."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from sluicegate.cli.plan import lines
from sluicegate.cli.topic_table import topic_table
from sluicegate.decide.client_config import KEYS, contents
from sluicegate.decide.topics.names import DEAD_LETTER, RETRY, topics_of
from sluicegate.model.app import AppSpec
from sluicegate.model.resource import Key
from tests.support.specs import APP_SPEC
from tests.unit.cli.bodies import shown
from tests.unit.cli.test_plan import deployment, planned
from tests.unit.cli.test_plan_topics import WELL, handled, told

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "topics.md").read_text()


def indented(said: list[str]) -> str:
    return "\n".join(f"    {line}".rstrip() for line in said)


def test_the_plan_on_the_page_is_what_plan_prints() -> None:
    new = handled(retry={"delays": ["10s", "1m"]}, deadLetter={"retention": "720h"})
    found = lines(planned(new, there=(handled(*WELL, partitions=24), deployment())))
    assert indented(found) in PAGE


def test_the_table_of_topics_on_the_page_is_what_status_draws() -> None:
    retries = [
        told(f"orders.orders-v1.retry-{delay}", role="Retry") | {"delay": delay} for delay in ("10m", "10s", "1m")
    ]
    drawn = topic_table(shown(topics=[*retries, told("orders.orders-v1.dlq")]))
    assert drawn is not None
    console = Console(width=200, record=True, file=StringIO())
    console.print(drawn)
    assert indented(console.export_text().splitlines()) in PAGE


def test_the_settings_on_the_page_are_those_of_the_config_map() -> None:
    spec, key = AppSpec.model_validate(APP_SPEC), Key("shop", "orders")
    found = contents(spec, key=key, bootstrap="kafka:9092", named=topics_of(spec, key=key))
    assert found["java.properties"] in PAGE
    assert found["librdkafka.properties"] in PAGE
    assert all(f"`{name}`" in PAGE for name in KEYS)


def test_the_presets_on_the_page_are_those_of_the_code() -> None:
    for preset, retry in RETRY.items():
        assert f"| `{preset.value}` | `{retry}` | `{DEAD_LETTER[preset]}` |" in PAGE
