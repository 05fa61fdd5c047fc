"""An image's tag changes with what is in the image, and with nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dev.bed.content import tag

DOCKERFILE = """\
FROM base AS build
COPY --chown=1:1 first.txt \\
     folder /src/
COPY --from=build /elsewhere /there
"""


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "first.txt").write_text("1")
    (tmp_path / "folder" / "deep" / "second.txt").write_text("2")
    (tmp_path / "unrelated.txt").write_text("3")
    return tmp_path


def digest(context: Path, *, base: str = "base:1") -> str:
    return tag(dockerfile=context / "Dockerfile", context=context, base=base)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: (c / "first.txt").write_text("x"),
        lambda c: (c / "folder" / "deep" / "second.txt").write_text("x"),
        lambda c: (c / "folder" / "new.txt").write_text(""),
        lambda c: (c / "folder" / "deep" / "second.txt").rename(c / "folder" / "second.txt"),
        lambda c: (c / "Dockerfile").write_text(DOCKERFILE + "LABEL a=b\n"),
    ],
)
def test_what_is_copied_decides(context: Path, change: Callable[[Path], object]) -> None:
    before = digest(context)
    change(context)
    assert digest(context) != before


def test_what_is_not_copied_does_not(context: Path) -> None:
    before = digest(context)
    (context / "unrelated.txt").write_text("x")
    (context / "folder" / "__pycache__").mkdir()
    (context / "folder" / "__pycache__" / "m.pyc").write_text("x")
    assert digest(context) == before


def test_another_base_is_another_image(context: Path) -> None:
    assert digest(context) != digest(context, base="base:2")
