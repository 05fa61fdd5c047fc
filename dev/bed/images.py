"""The two places an image can be: buildah's storage, where it is made, and containerd, where it runs.

Buildah keeps its storage in the cache folder, so layers survive the bed. Nothing is pulled from a container registry.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dev.bed import command
from dev.bed.layout import Layout
from dev.bed.node import PAUSE_IMAGE, ctr


def buildah(*words: str | Path, layout: Layout, timeout: float, check: bool = True, log: Path | None = None) -> str:
    """Run buildah on the bed's own storage and settings, away from what the machine's user may have."""
    settings = layout.cache / "containers.conf"
    if not settings.exists():
        # Without this it leaves a lock file in /etc/cni.
        fresh = settings.with_suffix(".new")
        fresh.write_text(f'[network]\nnetwork_config_dir = "{layout.cache}/cni"\n')
        os.replace(fresh, settings)
    argv = ["buildah", "--root", layout.image_store, "--runroot", layout.image_run, *words]
    return command.run(argv, timeout=timeout, check=check, log=log, env={"CONTAINERS_CONF": str(settings)})


def exists(image: str, *, layout: Layout) -> bool:
    """Whether buildah's storage has the image, intact enough to be looked at."""
    named = buildah("images", "--format", "{{.Name}}:{{.Tag}}", layout=layout, timeout=30, check=False)
    return image in named.split()


def has(image: str, *, layout: Layout) -> bool:
    """Whether containerd has the image."""
    return image in command.run([*ctr(layout), "images", "ls", "-q"], timeout=30).split()


def deliver(image: str, *, layout: Layout) -> None:
    """Carry an image from buildah's storage to containerd."""
    with tempfile.TemporaryDirectory(dir=layout.state) as folder:
        archive = Path(folder) / "image.tar"
        buildah("push", "-q", image, f"oci-archive:{archive}:{image}", layout=layout, timeout=300)
        command.run([*ctr(layout), "images", "import", archive], timeout=300)


def commit(source: Path, *, config: Sequence[str], name: str, layout: Layout) -> None:
    """Make an image of one layer: a file, or what a folder holds."""
    container = buildah("from", "scratch", layout=layout, timeout=60).strip()
    try:
        buildah("add", "-q", container, source, "/", layout=layout, timeout=120)
        buildah("config", *config, container, layout=layout, timeout=60)
        buildah("commit", "-q", container, name, layout=layout, timeout=120)
    finally:
        buildah("rm", container, layout=layout, timeout=60, check=False)


def ensure_pause(*, program: Path, layout: Layout) -> None:
    """Put the pause image into containerd unless it is there."""
    if not has(PAUSE_IMAGE, layout=layout):
        commit(program, config=["--entrypoint", '["/pause"]'], name=PAUSE_IMAGE, layout=layout)
        deliver(PAUSE_IMAGE, layout=layout)
