"""Debian packages without their services: the bed wants programs, not servers of Debian's own making.

`policy-rc.d` is what Debian asks before a package starts a service (Debian policy, "invoke-rc.d"); postgresql-common
makes no cluster where its configuration says so. Files that are there already are somebody's, and stay as they are.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FILES: Final[tuple[tuple[Path, str, int], ...]] = (
    (Path("/usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", 0o755),
    (Path("/etc/postgresql-common/createcluster.d/sluicegate.conf"), "create_main_cluster = false\n", 0o644),
)


@contextlib.contextmanager
def unserved(*, files: tuple[tuple[Path, str, int], ...] = FILES) -> Iterator[None]:
    """While this lasts, an installed package neither starts a service nor makes a PostgreSQL cluster."""
    written: list[Path] = []
    made: list[Path] = []
    try:
        for path, text, mode in files:
            if path.exists():
                continue
            missing = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
            path.parent.mkdir(parents=True, exist_ok=True)
            made += missing
            path.write_text(text)
            path.chmod(mode)
            written.append(path)
        yield
    finally:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in made:
            with contextlib.suppress(OSError):  # A package has put something of its own there.
                folder.rmdir()
