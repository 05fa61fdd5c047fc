"""Container images: a minimal Debian base, the pause image, and the ones built from this repository.

Buildah keeps its storage in the cache folder, so layers survive the bed. Nothing is pulled from a container registry.
"""

import inspect
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dev.bed import command
from dev.bed.cache import Cache, recipe_digest
from dev.bed.layout import Layout
from dev.bed.node import PAUSE_IMAGE, ctr
from dev.bed.progress import Progress

BASE_PACKAGES: Final = (
    *("python3", "python3-venv", "ca-certificates", "usr-is-merged", "base-files", "base-passwd", "dash"),
    *("coreutils", "sed", "procps", "netbase", "tzdata"),
)
"""`usr-is-merged` keeps perl out: 72 MB instead of 131."""

_SETTINGS: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_USELESS: Final = ("doc", "man", "locale", "info", "lintian", "bash-completion")


def base_image() -> str:
    """The base image's name; it changes with the recipe."""
    return f"localhost/sluicegate-base:{recipe_digest(*BASE_PACKAGES, inspect.getsource(_make_base))}"


def buildah(layout: Layout) -> list[str]:
    """Buildah on the bed's own storage, away from images the machine's user may have."""
    return ["buildah", "--root", str(layout.image_store), "--runroot", str(layout.image_run)]


def exists(image: str, *, layout: Layout) -> bool:
    """Whether buildah's storage has the image, intact enough to be looked at."""
    named = command.run([*buildah(layout), "images", "--format", "{{.Name}}:{{.Tag}}"], timeout=30, check=False)
    return image in named.split()


def ensure_base(*, cache: Cache, layout: Layout, progress: Progress) -> str:
    """Make the base image unless storage has it."""
    name = base_image()
    if not exists(name, layout=layout):
        with progress.step("base-image", "Making the base image from Debian packages", guess="about 20s"):
            _make_base(name, scratch=cache.scratch("base-image"), layout=layout)
    return name


def ensure_pause(*, program: Path, cache: Cache, layout: Layout) -> None:
    """Put the pause image into containerd unless it is there."""
    if has(PAUSE_IMAGE, layout=layout):
        return
    with tempfile.TemporaryDirectory(dir=cache.root) as folder:
        archive = Path(folder) / "pause.tar"
        _commit([program], to="/", config=["--entrypoint", '["/pause"]'], name=PAUSE_IMAGE, layout=layout)
        save(PAUSE_IMAGE, archive=archive, layout=layout)
        load(archive, layout=layout)


def has(image: str, *, layout: Layout) -> bool:
    """Whether containerd has the image."""
    return image in command.run([*ctr(layout), "images", "ls", "-q"], timeout=30).split()


def save(image: str, *, archive: Path, layout: Layout) -> None:
    """Write an image from storage to an OCI archive."""
    command.run([*buildah(layout), "push", "-q", image, f"oci-archive:{archive}:{image}"], timeout=300)


def load(archive: Path, *, layout: Layout) -> None:
    """Give an OCI archive to containerd, under the name it carries."""
    command.run([*ctr(layout), "images", "import", archive], timeout=300)


def _make_base(name: str, *, scratch: Path, layout: Layout) -> None:
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
    command.run([*apt, "--download-only", "install", *BASE_PACKAGES], timeout=300)
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
    _commit([root], to="/", config=config, name=name, layout=layout)
    shutil.rmtree(scratch, ignore_errors=True)


def _commit(sources: Sequence[Path], *, to: str, config: Sequence[str], name: str, layout: Layout) -> None:
    tool = buildah(layout)
    container = command.run([*tool, "from", "scratch"], timeout=60).strip()
    command.run([*tool, "add", "-q", container, *sources, to], timeout=120)
    command.run([*tool, "config", *config, container], timeout=60)
    command.run([*tool, "commit", "-q", "--rm", container, name], timeout=120)
