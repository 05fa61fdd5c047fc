"""The tree of errors that the rooms speak in; foreign errors are converted to it once, at the port.

SluicegateError
├── Transient    try again later: time-outs, resets, 429, 500, 503, coordinator loading
├── Conflict     somebody was faster (409): look again; normal control flow, never logged as an error
├── Gone         the object, topic or group is not there (404, unknown topic)
├── Denied       not allowed (401, 403, SASL, ACL): the message says which right is missing
├── Invalid      what a user wrote cannot be acted on: the message names field, value and remedy
└── Bug          ours: an assumption of the code did not hold
"""

from __future__ import annotations


class SluicegateError(Exception):
    """Root of the tree; its text is one sentence that a user may read."""


class Transient(SluicegateError):
    """May go away by itself."""


class Conflict(SluicegateError):
    """Somebody else wrote first."""


class Gone(SluicegateError):
    """What was asked for does not exist (any more)."""


class Denied(SluicegateError):
    """The other side refused for lack of rights or wrong credentials."""


class Invalid(SluicegateError):
    """A user's input cannot be used as it is.

    ``field`` is the path in the resource (``spec.scaling.maxReplicas``), empty when none is to blame.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Bug(SluicegateError):
    """Our own mistake."""
