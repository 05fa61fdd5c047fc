"""Which partition a key belongs to, as the two families of clients compute it: a key must meet its earlier records.

Murmur2 is what Java's clients do (`Utils.murmur2` over the key, the sign bit cleared, modulo the number of partitions),
crc32 what librdkafka's `consistent` partitioners do (zlib's crc32 modulo the number of partitions).
"""

from __future__ import annotations

import struct
import zlib

from sluicegate.model.redrive import Partitioner

_M = 0x5BD1E995
_MASK = 0xFFFFFFFF
_SEED = 0x9747B28C


def murmur2(data: bytes) -> int:
    """The 32-bit MurmurHash2 of ``data`` with Kafka's seed, unsigned."""
    size = len(data)
    h = _SEED ^ size
    whole = size & ~3
    for (k,) in struct.iter_unpack("<I", data[:whole]):
        k = k * _M & _MASK
        k = (k ^ (k >> 24)) * _M & _MASK
        h = (h * _M & _MASK) ^ k
    if rest := data[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)


def partition_for(key: bytes | None, *, partition: int, offset: int, here: int, there: int, by: Partitioner) -> int:
    """Where to put a record that lies at ``partition`` and ``offset`` of ``here`` partitions, of ``there``.

    The same number where there are as many; else by key; without a key, by offset: spread evenly, and the same again
    when the record is moved a second time.
    """
    if here == there:
        return partition
    if key is None:
        return offset % there
    if by is Partitioner.CRC32:
        return zlib.crc32(key) % there
    return (murmur2(key) & 0x7FFFFFFF) % there
