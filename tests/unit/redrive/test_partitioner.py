import pytest

from sluicegate.model.redrive import Partitioner
from sluicegate.redrive.partitioner import murmur2, partition_for

# From Kafka's own test of Utils.murmur2 (signed 32 bits there).
KNOWN = [
    (b"21", -973932308),
    (b"foobar", -790332482),
    (b"a-little-bit-long-string", -985981536),
    (b"a-little-bit-longer-string", -1486304829),
    (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
    (b"abc", 479470107),
]


@pytest.mark.parametrize(("data", "signed"), KNOWN)
def test_murmur2_is_that_of_javas_clients(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed % 2**32


def test_crc32_is_that_of_librdkafkas_consistent_partitioner() -> None:
    # The check value of CRC-32 (ISO-HDLC) is 0xCBF43926.
    assert _there(b"123456789", there=1 << 20, by=Partitioner.CRC32) == 0xCBF43926 % (1 << 20)


def test_with_as_many_partitions_the_number_is_kept_whatever_the_key() -> None:
    assert partition_for(b"x", partition=5, offset=9, here=12, there=12, by=Partitioner.MURMUR2) == 5


def test_a_key_without_a_byte_is_a_key_and_no_key_is_spread_by_offset() -> None:
    assert {_there(b"", there=7, offset=offset) for offset in range(20)} == {(murmur2(b"") & 0x7FFFFFFF) % 7}
    assert [_there(None, there=3, offset=offset) for offset in range(6)] == [0, 1, 2, 0, 1, 2]


def _there(key: bytes | None, *, there: int, offset: int = 0, by: Partitioner = Partitioner.MURMUR2) -> int:
    return partition_for(key, partition=0, offset=offset, here=1, there=there, by=by)
