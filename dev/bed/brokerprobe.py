"""Does the broker answer? One ApiVersions request by hand, so that the bed needs no Kafka client library."""

import socket
import struct

from dev.bed.addresses import KAFKA_PLAIN, split

_API_VERSIONS = 18


def answers(address: str = KAFKA_PLAIN, *, timeout: float = 1.0) -> bool:
    """Whether a broker on a plaintext listener answers a request, not merely accepts a connection."""
    client = b"bed"
    body = struct.pack(">hhih", _API_VERSIONS, 0, 1, len(client)) + client
    try:
        with socket.create_connection(split(address), timeout=timeout) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            head = connection.recv(10)
    except OSError:
        return False
    return len(head) == 10 and struct.unpack(">iih", head)[1:] == (1, 0)
