"""How many small mistakes in decide/ would go unnoticed? `make mutation`.

Each mutant (a file of decide/ with one change) is loaded in a process of its own in place of the file, then the tests
named for the file run, then the property tests with few examples; a test that fails has caught it, one that does not
come to an end has, too. A sample with a fixed seed, so that two runs can be compared. See docs/testing.md.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "unit" / "decide"
LIMIT = 90
"""Seconds for the tests of one mutant."""
SEED = 4
ALSO = {
    "absent": ["lag", "unknown"],
    "acted": ["standing", "stabilization"],
    "blind": ["edges"],
    "capacity": ["at_work"],
    "choose": ["blind", "edges", "zero", "unknown", "lag_per_replica"],
    "health": ["edges"],
    "invalid": ["edges"],
    "conditions": ["words", "health", "standing", "unknown"],
    "course": ["words", "limits"],
    "deliberate": ["trial", "stabilization", "standing", "limits", "words", "unknown"],
    "explain": ["words", "edges"],
    "fewer": ["law"],
    "fields": ["edges", "persist"],
    "incarnation": ["edges", "lag", "persist"],
    "law": ["time_lag"],
    "more": ["law"],
    "need": ["edges", "more"],
    "outlook": ["law"],
    "persist_arrivals": ["persist"],
    "picture": ["edges", "health", "members", "capacity", "law"],
    "residue": ["lag"],
    "rates": ["edges"],
    "time_lag": ["edges"],
    "lag_per_replica": ["edges"],
    "stabilization": ["edges"],
    "scene": ["edges", "rhythm", "outlook"],
    "track": ["rates", "health", "at_work"],
    "verdict": ["words", "health", "limits", "zero"],
    "want": ["words", "law"],
}
"""Tests under other names that are about the file."""
PROPERTIES = ("need", "law", "decide")


class Wrong(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads ``source`` as module ``name``."""

    def __init__(self, *, name: str, source: str) -> None:
        self._name, self._source = name, source

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, f"<mutant of {self._name}>", "exec"), module.__dict__)


def decide() -> Path:
    """The folder of the mind's files, without loading it."""
    found = importlib.util.find_spec("sluicegate")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "decide"


def tests_of(name: str) -> list[str]:
    """Tests of a file, its own first."""
    found = [TESTS / f"test_{one}.py" for one in (name, *ALSO.get(name, ()))]
    return [str(path) for path in found if path.exists()] + [
        str(ROOT / "tests" / "property" / f"test_{one}.py") for one in PROPERTIES
    ]


def _run(tests: Sequence[str], *, wrong: Wrong | None) -> str:
    """What becomes of a mutant by these tests: ``caught``, ``endless`` or ``survived``. None: there is no mutant."""
    child = os.fork()
    if child == 0:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        if wrong is not None:
            sys.meta_path.insert(0, wrong)
        os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])))
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "caught"
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "endless"


def sample(source: str, *, most: int, seed: int) -> list[Mutant]:
    """At most so many of a file's mutants, chosen by ``seed``; those that are the file itself are none."""
    same = mutants(source)
    chosen = random.Random(seed).sample(same, min(most, len(same)))
    return sorted(chosen, key=lambda one: (one.line, one.change))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="names in decide/ without .py; absent: all")
    parser.add_argument("--each", type=int, default=6, help="mutants of each file at most (default 6)")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("HYPOTHESIS_PROFILE", "few")
    names = chosen.files or sorted(path.stem for path in decide().glob("*.py") if path.stem != "__init__")
    _preload()
    assert "sluicegate.decide" not in sys.modules, "the mind must be loaded by each mutant's process anew"
    if _run(sorted({test for name in names for test in tests_of(name)}), wrong=None) != "survived":
        print("the tests fail without any mutant: nothing can be said")
        return 1
    begun, fate = time.monotonic(), {"caught": 0, "endless": 0, "survived": 0}
    for name in names:
        source = (decide() / f"{name}.py").read_text(encoding="utf-8")
        for one in sample(source, most=chosen.each, seed=chosen.seed):
            what = _run(tests_of(name), wrong=Wrong(name=f"sluicegate.decide.{name}", source=one.source))
            fate[what] += 1
            if what == "survived":
                print(f"survived {name}.py:{one.line}: {' '.join(one.change.split())}", flush=True)
    total = sum(fate.values())
    score = 100 * (total - fate["survived"]) / max(1, total)
    print(f"{total} mutants of {len(names)} files: {fate['caught']} caught, {fate['endless']} endless, ", end="")
    print(f"{fate['survived']} survived: {score:.0f} % in {time.monotonic() - begun:.0f} s")
    return 0


def _preload() -> None:
    """What every mutant's tests need and no mutant changes, so that it is loaded once."""
    import hypothesis.strategies

    import sluicegate.model.app
    import sluicegate.model.memory
    import sluicegate.model.recording

    assert hypothesis.strategies
    assert sluicegate.model.recording
    assert sluicegate.model.app
    assert sluicegate.model.memory


if __name__ == "__main__":
    sys.exit(main())
