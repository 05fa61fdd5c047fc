"""Commands about images."""

from pathlib import Path

import click

from dev.bed.imagebuild import build_image
from dev.bed.layout import layout
from dev.bed.progress import Progress
from dev.bed.root import one_at_a_time, require_root
from dev.bed.timings import Timings


@click.group("image")
def image() -> None:
    """Container images for the bed's node."""


@image.command("build")
@click.option("--name", default="sluicegate", show_default=True, help="The image becomes localhost/NAME:TAG.")
@click.option("--tag", default=None, help="Default: a digest of the content, so unchanged content is not rebuilt.")
@click.option("--file", "dockerfile", default="Dockerfile", type=click.Path(path_type=Path, exists=True))
@click.option("--context", default=".", type=click.Path(path_type=Path, exists=True, file_okay=False))
def build(*, name: str, tag: str | None, dockerfile: Path, context: Path) -> None:
    """Build an image, give it to the node, print its full name. Use it with imagePullPolicy: Never."""
    require_root("`image build`")
    where = layout()
    with one_at_a_time(), Progress(Timings(path=where.cache / "timings.json")) as progress:
        full = build_image(name=name, tag=tag, dockerfile=dockerfile, context=context, layout=where, progress=progress)
    click.echo(full)
