"""Things that take minutes to make, kept whole or not at all.

An entry is filled in a scratch folder and renamed into place, so an interrupted build leaves no half entry. A manifest
lists each file with size, time and digest: `find` notices truncated, replaced or missing files, and such an entry is
thrown away and made again. Content is hashed only when a file's time does not match (a restored CI cache, a touched
file): hashing 500 MB at every start would cost more than the start.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dev.bed.process import arguments, everyone

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """A folder of finished entries, plus `tmp` for what is being made."""

    root: Path

    def find(self, name: str) -> Path | None:
        """The entry's folder when it is there and whole."""
        entry = self.root / name
        try:
            manifest = json.loads((entry / MANIFEST).read_text())
            whole = all(_same(entry / file, known) for file, known in manifest.items())
        except (OSError, ValueError, KeyError, AttributeError):
            return None
        return entry if whole else None

    def make(self, name: str, *, fill: Callable[[Path], None]) -> Path:
        """Fill a scratch folder and put it in the entry's place; a broken entry of that name is replaced."""
        scratch = self.scratch(f"{name}.part")
        _end_orphans(scratch)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        fill(scratch)
        files = sorted(path for path in scratch.rglob("*") if path.is_file())
        (scratch / MANIFEST).write_text(
            json.dumps({str(f.relative_to(scratch)): _describe(f) for f in files}, indent=1)
        )
        entry = self.root / name
        shutil.rmtree(entry, ignore_errors=True)
        os.replace(scratch, entry)
        return entry

    def scratch(self, name: str) -> Path:
        """A path for work in progress on the same file system; what it holds may outlive a failed build."""
        return self.root / "tmp" / name


def recipe_digest(*parts: str | bytes) -> str:
    """Eight hexadecimal digits that change when the way a thing is made changes."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode() if isinstance(part, str) else part)
        whole.update(b"\0")
    return whole.hexdigest()[:8]


def _end_orphans(scratch: Path) -> None:
    """Kill programs that still write there, because the `up` that started them was killed itself."""
    for pid in everyone():
        if pid != os.getpid() and any(word.startswith(f"{scratch}/") for word in arguments(pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _describe(file: Path) -> dict[str, object]:
    stat = file.stat()
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": digest}


def _same(file: Path, known: dict[str, object]) -> bool:
    stat = file.stat()
    if stat.st_size != known["size"]:
        return False
    return stat.st_mtime_ns == known["mtime_ns"] or _describe(file)["sha256"] == known["sha256"]
