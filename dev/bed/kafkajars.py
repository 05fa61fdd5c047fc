"""The broker's class path, resolved by Maven from the pom beside the recipe."""

import shutil
from pathlib import Path
from typing import Final

from dev.bed import command
from dev.bed.binaries import RECIPES
from dev.bed.cache import Cache, recipe_digest
from dev.bed.progress import Progress

KAFKA: Final = "4.1.1"
COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def _name() -> str:
    return f"kafka-{KAFKA}-{recipe_digest((RECIPES / 'kafka' / 'pom.xml').read_bytes())}"


def find(*, cache: Cache) -> Path | None:
    """The folder with the jars when the cache holds them, whole."""
    return cache.find(_name())


def fetch(*, cache: Cache, progress: Progress) -> Path:
    """The folder with the jars, fetched when the cache lacks them."""
    known = find(cache=cache)
    if known is not None:
        return known
    with progress.step("kafka", f"Fetching Kafka {KAFKA} (46 jars, 43 MB)", guess="about 20s"):
        return cache.make(_name(), fill=_copy)


def _copy(folder: Path) -> None:
    # Maven writes beside the pom it reads, hence a copy of it.
    shutil.copy(RECIPES / "kafka" / "pom.xml", folder / "pom.xml")
    argv: list[str | Path] = ["mvn", "-q", "-B", "-f", folder / "pom.xml", COPY, f"-DoutputDirectory={folder}"]
    command.run(argv, timeout=900)
