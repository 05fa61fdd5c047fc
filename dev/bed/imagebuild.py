"""From a Dockerfile of this repository to an image that containerd runs."""

import configparser
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dev.bed import baseimage, content
from dev.bed.cache import Cache
from dev.bed.errors import BedError
from dev.bed.images import buildah, deliver, exists, has
from dev.bed.layout import Layout
from dev.bed.progress import Progress

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def build_image(
    *,
    name: str,
    dockerfile: Path,
    context: Path,
    layout: Layout,
    progress: Progress,
    tag: str | None = None,
) -> str:
    """Build `localhost/<name>:<tag>` unless it is there, give it to containerd, return its full name.

    Without a tag the content decides it. Needs a running bed. Raises BedError with the last line of a failed build.
    """
    if not layout.containerd_socket.exists():
        raise BedError("There is no bed to build the image for: run `up` first.")
    cache = Cache(root=layout.cache)
    base = baseimage.ensure(cache=cache, layout=layout, progress=progress)
    image = f"localhost/{name}:{tag or content.tag(dockerfile=dockerfile, context=context, base=base)}"
    if tag is None and has(image, layout=layout):
        return image
    if tag is not None or not exists(image, layout=layout):
        with progress.step(f"image-{name}", f"Building the image {image}", guess="30s at first, then 8s"):
            _build(image, dockerfile=dockerfile, context=context, base=base, layout=layout)
    deliver(image, layout=layout)
    return image


def _build(image: str, *, dockerfile: Path, context: Path, base: str, layout: Layout) -> None:
    with tempfile.TemporaryDirectory(dir=layout.state) as folder:
        mounts = dict(_machine_settings(Path(folder) / "pip.conf"))
        volumes = [word for source, target in mounts.items() for word in ("--volume", f"{source}:{target}:ro")]
        flags = ["--isolation=chroot", "--layers", "--force-rm", *volumes, "--build-arg", f"BASE_IMAGE={base}"]
        words = ["bud", *flags, "-f", str(dockerfile), "-t", image, str(context)]
        buildah(*words, layout=layout, timeout=900, log=layout.logs / "images.log")


def _machine_settings(scratch: Path) -> Iterator[tuple[Path, Path]]:
    """What pip needs on this machine and the image must not keep: index settings, private authorities, local wheels.

    Mounted for the build only. Files and environment variables that configure pip here are merged into one file.
    """
    if CERTIFICATES.exists():
        yield CERTIFICATES, CERTIFICATES
    merged = configparser.RawConfigParser()
    home = Path.home()
    places = ["/etc/pip.conf", f"{home}/.pip/pip.conf", f"{home}/.config/pip/pip.conf"]
    places.append(os.environ.get("PIP_CONFIG_FILE", ""))
    merged.read([place for place in places if os.path.isfile(place)])
    if not merged.has_section("global"):
        merged.add_section("global")
    for variable, value in os.environ.items():
        if variable.startswith("PIP_") and variable != "PIP_CONFIG_FILE":
            merged.set("global", variable.removeprefix("PIP_").lower().replace("_", "-"), value)
    with scratch.open("w") as stream:
        merged.write(stream)
    scratch.chmod(0o600)
    yield scratch, Path("/etc/pip.conf")
    for setting in ("cert", "client-cert", "find-links"):
        for word in re.split(r"\s+", merged.get("global", setting, fallback="")):
            if os.path.isabs(word) and os.path.exists(word):
                yield Path(word), Path(word)
