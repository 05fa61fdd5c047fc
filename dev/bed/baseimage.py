"""The base of every image built here: a minimal Debian with Python, from packages, without a container registry."""

import inspect
import shutil
from pathlib import Path
from typing import Final

from dev.bed import command
from dev.bed.cache import Cache, recipe_digest
from dev.bed.images import commit, exists
from dev.bed.layout import Layout
from dev.bed.progress import Progress

PACKAGES: Final = (
    *("python3", "python3-venv", "ca-certificates", "usr-is-merged", "base-files", "base-passwd", "dash"),
    *("coreutils", "sed", "procps", "netbase", "tzdata"),
)
"""`usr-is-merged` keeps perl out: 72 MB instead of 131."""

_SETTINGS: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_USELESS: Final = ("doc", "man", "locale", "info", "lintian", "bash-completion")


def name() -> str:
    """The base image's name; it changes with the recipe."""
    return f"localhost/sluicegate-base:{recipe_digest(*PACKAGES, inspect.getsource(_make_base))}"


def ensure(*, cache: Cache, layout: Layout, progress: Progress) -> str:
    """Make the base image unless storage has it."""
    image = name()
    if not exists(image, layout=layout):
        with progress.step("base-image", "Making the base image from Debian packages", guess="about 20s"):
            _make_base(image, scratch=cache.scratch("base-image"), layout=layout)
    return image


def _make_base(image: str, *, scratch: Path, layout: Layout) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    root, debs = scratch / "root", scratch / "debs"
    for folder in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "tmp", "run", "proc", "sys", "dev", "etc/ssl/certs"):
        (root / folder).mkdir(parents=True)
    for folder in ("bin", "sbin", "lib", "lib64"):
        (root / folder).symlink_to(f"usr/{folder}")
    (debs / "partial").mkdir(parents=True)
    # An empty status file makes apt resolve the whole closure; it writes nothing outside the scratch folder.
    (scratch / "status").touch()
    options = {
        "Dir::State::status": str(scratch / "status"),
        "Dir::Cache::archives": str(debs),
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
    }
    apt = ["apt-get", "-y", "-qq", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]
    command.run([*apt, "--download-only", "install", *PACKAGES], timeout=300)
    for deb in sorted(debs.glob("*.deb")):
        archive = scratch / "data.tar"
        command.run(["sh", "-c", f"dpkg-deb --fsys-tarfile '{deb}' > '{archive}'"], timeout=60)
        command.run(["tar", "-x", "--keep-directory-symlink", "-C", root, "-f", archive], timeout=60)
    for table in ("passwd", "group"):
        shutil.copy(root / f"usr/share/base-passwd/{table}.master", root / f"etc/{table}")
    authorities = sorted((root / "usr/share/ca-certificates/mozilla").glob("*.crt"))
    (root / "etc/ssl/certs/ca-certificates.crt").write_text("".join(path.read_text() for path in authorities))
    (root / "usr/bin/sh").unlink(missing_ok=True)
    (root / "usr/bin/sh").symlink_to("dash")
    (root / "tmp").chmod(0o1777)
    for folder in _USELESS:
        shutil.rmtree(root / "usr/share" / folder, ignore_errors=True)
    command.run(["ldconfig", "-r", root], timeout=60)
    config = [word for key, value in _SETTINGS.items() for word in ("--env", f"{key}={value}")]
    commit(root, config=config, name=image, layout=layout)
    shutil.rmtree(scratch, ignore_errors=True)
