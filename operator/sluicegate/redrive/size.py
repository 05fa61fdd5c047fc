"""How large a record is to the broker that checks it against `max.message.bytes`: as a batch of one, uncompressed.

Computed as Kafka's DefaultRecord and DefaultRecordBatch lay records out (message format 2).
"""

from __future__ import annotations

from sluicegate.redrive.letter import Headers

_BATCH = 61
"""Bytes of a batch besides its records."""


def at_most(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """No fewer bytes than `batch_of_one`, in a tenth of the time; a few dozen too many."""
    octets = _BATCH + 32 + len(key or b"") + len(value or b"")
    for name, content in headers:
        # A character of a name takes four bytes at most, a length five.
        octets += 10 + (len(name) if name.isascii() else 4 * len(name))
        if content is not None:
            octets += len(content)
    return octets


def batch_of_one(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """In bytes."""
    # Attributes, the deltas of time and offset (both 0), then key, value and headers, each after its length.
    body = 3 + _field(key) + _field(value) + _length(len(headers))
    for name, content in headers:
        body += _field(name.encode()) + _field(content)
    return _BATCH + _length(body) + body


def _field(content: bytes | None) -> int:
    return 1 if content is None else _length(len(content)) + len(content)


def _length(number: int) -> int:
    """Bytes of a signed varint (zigzag) that is not negative."""
    return max(1, ((number << 1).bit_length() + 6) // 7)
