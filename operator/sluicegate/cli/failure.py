"""How a command fails: one sentence on standard error and exit code 1, never a traceback for what a user can mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from sluicegate.errors import Bug, SluicegateError


@contextmanager
def sentence() -> Iterator[None]:
    """Turn our errors inside into a sentence; a Bug of ours keeps its traceback."""
    try:
        yield
    except Bug:
        raise
    except SluicegateError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(
            f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
        ) from error
