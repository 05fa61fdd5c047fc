"""A tag that says what is in an image: the digest of everything its build reads.

The inputs are the Dockerfile, the base image and the files that COPY lines name. Unchanged content has the tag of an
image that exists already, so nothing is built, and a Deployment never runs stale code under a reused tag.
"""

import hashlib
import shlex
from collections.abc import Iterator
from pathlib import Path

IGNORED = ("__pycache__", ".egg-info")


def tag(*, dockerfile: Path, context: Path, base: str) -> str:
    """Twelve hexadecimal digits."""
    whole = hashlib.sha256(base.encode() + dockerfile.read_bytes())
    for source in sorted(set(_sources(dockerfile))):
        for file in _files(context / source):
            whole.update(f"{file.relative_to(context)}\0".encode() + file.read_bytes() + b"\0")
    return whole.hexdigest()[:12]


def _sources(dockerfile: Path) -> Iterator[str]:
    for line in dockerfile.read_text().replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        copies = words[1:] if words and words[0].upper() in ("COPY", "ADD") else []
        if copies and not any(word.startswith("--from") for word in copies):
            yield from [word for word in copies if not word.startswith("--")][:-1]


def _files(path: Path) -> list[Path]:
    found = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sorted(file for file in found if not any(part.endswith(IGNORED) for part in file.parts))
