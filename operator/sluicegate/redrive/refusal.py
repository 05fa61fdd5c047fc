"""Why a redrive ends without having done what it was told."""

from __future__ import annotations

from sluicegate.errors import SluicegateError


class Refusal(SluicegateError):
    """A sentence for people, with what to do about it. Starting again would not help: the run has failed."""
