"""Every value that one object's field goes through, as a watch shows it: what a look now and then would miss."""

from __future__ import annotations

import subprocess
import threading
import time
from types import TracebackType
from typing import Self

from tests.support.wait import eventually


class Recorder:
    """Records a field while the ``with`` block runs. ``path`` as in kubectl's jsonpath: ``.spec.replicas``.

    The value at the start comes first; one that is written again unchanged is not a change.
    """

    def __init__(self, kind: str, name: str, *, namespace: str, path: str = ".spec.replicas") -> None:
        self._argv = [
            *("kubectl", "get", kind, name, "-n", namespace, "--watch"),
            *("-o", 'jsonpath={"x"}{' + path + '}{"\\n"}'),
        ]
        self._seen: list[tuple[float, str]] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._argv, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()
        eventually(lambda: self._seen, within=10, what="the watch shows the object", every=0.05)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def values(self) -> list[str]:
        """The values in their order, without repetitions."""
        return [value for _, value in self._seen]

    @property
    def numbers(self) -> list[int]:
        return [int(value) for value in self.values]

    @property
    def timed(self) -> list[tuple[float, int]]:
        """The numbers in their order, each with when the watch showed it (time.monotonic)."""
        return [(at, int(value)) for at, value in self._seen]

    def first(self, value: object, *, after: float = 0.0) -> float | None:
        """When (time.monotonic) the field first became ``value`` after this time; None while it has not."""
        return next((at for at, seen in self._seen if seen == str(value) and at >= after), None)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            value = line.strip().removeprefix("x")
            if not self._seen or self._seen[-1][1] != value:
                self._seen.append((time.monotonic(), value))
