"""What took minutes to build is kept whole or not at all."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dev.bed.cache import Cache
from dev.bed.process import Identity


def fill(folder: Path) -> None:
    (folder / "program").write_text("good")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(root=tmp_path)


def test_a_finished_entry_is_found(cache: Cache) -> None:
    made = cache.make("thing", fill=fill)
    assert cache.find("thing") == made
    assert (made / "program").read_text() == "good"


def test_an_interrupted_build_leaves_no_entry_and_the_next_one_succeeds(cache: Cache) -> None:
    def half(folder: Path) -> None:
        fill(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.make("thing", fill=half)
    assert cache.find("thing") is None
    assert cache.find(cache.make("thing", fill=fill).name) is not None


@pytest.mark.parametrize("damage", ["truncated", "replaced", "missing", "no manifest"])
def test_a_damaged_entry_is_not_found_and_is_made_again(cache: Cache, damage: str) -> None:
    entry = cache.make("thing", fill=fill)
    match damage:
        case "truncated":
            (entry / "program").write_text("go")
        case "replaced":
            (entry / "program").write_text("evil")
        case "missing":
            (entry / "program").unlink()
        case _:
            (entry / "manifest.json").unlink()
    assert cache.find("thing") is None
    assert (cache.make("thing", fill=fill) / "program").read_text() == "good"
    assert cache.find("thing") is not None


def test_an_entry_restored_with_other_times_is_found_by_its_content(cache: Cache) -> None:
    entry = cache.make("thing", fill=fill)
    os.utime(entry / "program", (1, 1))
    assert cache.find("thing") == entry


def test_a_program_that_outlived_its_build_is_ended_before_the_next(cache: Cache) -> None:
    target = cache.scratch("thing.part") / "program"
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(target)])
    identity = Identity.of(orphan.pid)
    assert identity is not None
    try:
        # Until the interpreter has been executed the child still shows this process's own arguments.
        time.sleep(0.2)
        cache.make("thing", fill=fill)
        assert identity.gone(within=5.0)
    finally:
        orphan.kill()
        orphan.wait()
