"""The page of the header contract names what the example writes and the redrive reads, in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from examples.consumer import headers
from sluicegate.redrive import dialects

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "header-contract.md").read_text(encoding="utf-8")
OURS = {name for name in headers.OWN if name.startswith("sluicegate.")}


def test_the_table_names_every_header_and_no_other() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert named == {*headers.OWN, dialects.REDRIVE_COUNT, dialects.REDRIVE_ID}


@pytest.mark.parametrize("language", ["java", "go", "typescript"])
def test_each_language_writes_all_of_them(language: str) -> None:
    (code,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert set(re.findall(r"sluicegate\.[a-z.-]+[a-z]", code)) == OURS


def test_the_redrive_reads_the_places_under_the_same_names() -> None:
    places = {dialects.ORIGINAL_TOPIC, dialects.ORIGINAL_PARTITION, dialects.ORIGINAL_OFFSET}
    assert places | {dialects.ORIGINAL_TIMESTAMP} <= OURS
