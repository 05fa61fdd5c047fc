"""Hears of closed connections: librdkafka tells most failures to its error callback, but these only to its log."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

_THREAD = re.compile(r"^\[thrd:[^]]*\]: ")


class Ear(logging.Logger):
    """Takes librdkafka's log lines: those about a connection that was closed go to ``tell``, others nowhere."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__("librdkafka", logging.INFO)
        self._tell = tell

    def log(self, level: int, msg: object, *args: object, **_: object) -> None:
        """The binding calls this from `poll` as ``log(level, format, facility, client, line)``.

        Failures above INFO also go to the error callback, with a code.
        """
        if level == logging.INFO and len(args) == 3 and args[0] == "FAIL":
            self._tell(_THREAD.sub("", str(args[2])))
