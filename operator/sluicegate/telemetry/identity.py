"""Names for decisions: sortable by time, unique without asking anybody, found in status, log and events alike."""

from __future__ import annotations

import secrets

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
_RANDOM_BITS = 80


def new_id(now: float) -> str:
    """26 characters (48 bits of milliseconds, 80 of chance, in Crockford's base 32). ``now`` in unix seconds."""
    number = (int(now * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    digits = [_DIGITS[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5)]
    return "".join(digits)
