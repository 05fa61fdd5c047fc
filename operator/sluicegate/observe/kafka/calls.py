"""Calls to one cluster: each within its limit and the sweep's deadline, each ending in a value or a Kafka error.

Besides the answers it hears what the client reports of its connections: an admin call only says that it timed out.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException

from sluicegate.model.kafka import ClientConfig
from sluicegate.observe.kafka import faults
from sluicegate.observe.kafka.admin import Admin
from sluicegate.observe.kafka.ear import Ear
from sluicegate.observe.kafka.redact import redact, redact_error, secrets_of
from sluicegate.observe.kafka.window import in_window

K = TypeVar("K")
LONGEST = 6.0
"""Seconds for one call; a leader or coordinator that is down costs a sweep so much, once."""
GRACE = 1.0
"""Seconds after a call's own time-out until it counts as lost."""
SLICE = 0.25
"""Seconds between two looks at what the client reports of its connections."""
REASONS_KEPT = 32
DEFINITE = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._AUTHENTICATION, KafkaError._SSL, KafkaError._RESOLVE})
"""Connection errors after which an answer is not to be expected, unless it comes from another broker soon."""


class Calls:
    """``deadline`` monotonic seconds after which nothing is asked. ``heard`` the connection errors since the last
    `forget`, newest last; ``closed`` how the last connection that failed without an error did.
    """

    def __init__(self, config: ClientConfig) -> None:
        """KafkaException when librdkafka refuses a setting."""
        self.deadline = 0.0
        self.heard: deque[KafkaError] = deque(maxlen=REASONS_KEPT)
        self.closed = ""
        self._secrets = secrets_of(config)
        self._settings: dict[str, Any] = dict(config.settings)
        self._settings |= {"error_cb": self._hear, "logger": Ear(self._hear_closing)}
        self.admin = Admin(self._settings)

    def limit(self, longest: float) -> float:
        """Seconds that a call may take now; not positive when the deadline has passed."""
        return min(longest, self.deadline - time.monotonic())

    def submit(self, call: Callable[[float], Future[Any]], *, longest: float = LONGEST) -> Future[Any]:
        """Begin ``call`` with its limit."""
        return self.submit_many([""], lambda limit: {"": call(limit)}, longest=longest)[""]

    def submit_many(
        self, keys: Sequence[K], call: Callable[[float], dict[K, Future[Any]]], *, longest: float = LONGEST
    ) -> dict[K, Future[Any]]:
        """Begin ``call``, which has a future for each of ``keys``."""
        limit = self.limit(longest)
        failure = KafkaException(late())
        if limit > 0:
            try:
                return call(limit)
            except KafkaException as error:
                failure = error
        failed: Future[Any] = Future()
        failed.set_exception(failure)
        return dict.fromkeys(keys, failed)

    def wait(self, pending: Mapping[K, Future[Any]], *, patience: float = LONGEST) -> dict[K, Any | KafkaError]:
        """The outcome of each; for longer than ``patience`` seconds only while there is hope."""
        began = time.monotonic()
        for future in pending.values():
            while not future.done():
                waited = time.monotonic() - began
                if waited > LONGEST + GRACE or (waited > patience and self.is_hopeless()):
                    break
                try:
                    future.exception(timeout=SLICE)
                except TimeoutError:
                    self.listen()
        self.listen()
        return {key: self._outcome(future) for key, future in pending.items()}

    def each(
        self,
        groups: Sequence[str],
        *,
        ask: Callable[[str], Future[Any]],
        tell: Callable[[str, Any | KafkaError, float], None],
    ) -> None:
        """``ask`` one coordinator request per group, and ``tell`` each outcome and when (monotonic) it came."""
        timed_out = False
        for one in in_window(groups, ask=ask, longest=LONGEST + GRACE, idle=self.listen):
            found = self._outcome(one.future)
            timed_out = timed_out or (isinstance(found, KafkaError) and found.code() == KafkaError._TIMED_OUT)
            tell(one.group, found, one.at)
        if timed_out:
            # librdkafka 2.16.0 keeps a request to a coordinator that is down, beyond its time-out, and brings the
            # process down when that coordinator comes back. It also keeps the coordinator. A new client has neither.
            self.admin = Admin(self._settings)

    def listen(self) -> None:
        """Let callbacks and token refreshes run."""
        while self.admin.poll(0):
            continue

    def last_heard(self) -> str:
        """The newest connection error in words, empty without one."""
        return faults.words(self.heard[-1]) if self.heard else ""

    def is_hopeless(self) -> bool:
        """Whether the connection errors since the last success say that no broker will answer."""
        return any(error.code() in DEFINITE for error in self.heard)

    def forget(self) -> None:
        """All is well: earlier connection errors are no reason for anything to come."""
        self.heard.clear()
        self.closed = ""

    def clean(self, error: KafkaError) -> KafkaError:
        """``error`` without credentials."""
        return redact_error(error, self._secrets)

    def _hear(self, error: KafkaError) -> None:
        self.heard.append(self.clean(error))

    def _hear_closing(self, line: str) -> None:
        self.closed = redact(faults.plain(line), self._secrets)

    def _outcome(self, future: Future[Any]) -> Any | KafkaError:
        if not future.done():
            return KafkaError(KafkaError._TIMED_OUT, "no answer came")
        failure = future.exception()
        if failure is None:
            return future.result()
        if isinstance(failure, KafkaException) and failure.args and isinstance(failure.args[0], KafkaError):
            return self.clean(failure.args[0])
        return KafkaError(KafkaError._FAIL, f"{type(failure).__name__}: {failure}")


def late() -> KafkaError:
    """For what was not asked any more."""
    return KafkaError(KafkaError._TIMED_OUT, "the sweep's time was over before this was asked")
