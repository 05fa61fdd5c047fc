"""The fault proxy forwards, holds and resets, for connections old and new."""

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from dev.faults import ProxyThread


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(1024):
            self.request.sendall(data)


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host, port = server.server_address[:2]
        yield str(host), int(port)
        server.shutdown()


@pytest.fixture
def listen() -> tuple[str, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1", probe.getsockname()[1]


def say(connection: socket.socket, word: bytes) -> bytes:
    connection.sendall(word)
    return connection.recv(1024)


def assert_reset(answer: bytes) -> None:
    """An orderly end and a reset are both a refusal; a word is not."""
    assert answer == b""
    raise ConnectionResetError


def test_it_forwards_both_ways(listen: tuple[str, int], echo: tuple[str, int]) -> None:
    with ProxyThread(listen=listen, target=echo), socket.create_connection(listen, timeout=5) as connection:
        assert say(connection, b"hello") == b"hello"


def test_a_hang_holds_bytes_and_releases_them(listen: tuple[str, int], echo: tuple[str, int]) -> None:
    with ProxyThread(listen=listen, target=echo) as proxy, socket.create_connection(listen, timeout=5) as connection:
        assert say(connection, b"before") == b"before"
        proxy.set_mood("hang")
        connection.sendall(b"held")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1024)
        proxy.set_mood("pass")
        connection.settimeout(5)
        assert connection.recv(1024) == b"held"


def test_a_refusal_resets_open_and_new_connections_and_ends(listen: tuple[str, int], echo: tuple[str, int]) -> None:
    with ProxyThread(listen=listen, target=echo) as proxy:
        with socket.create_connection(listen, timeout=5) as connection:
            assert say(connection, b"before") == b"before"
            proxy.set_mood("refuse")
            with pytest.raises(ConnectionError):
                assert_reset(say(connection, b"lost"))
        with pytest.raises(ConnectionError), socket.create_connection(listen, timeout=5) as connection:
            assert_reset(say(connection, b"lost"))
        proxy.set_mood("pass")
        with socket.create_connection(listen, timeout=5) as connection:
            assert say(connection, b"after") == b"after"


def test_stopping_leaves_no_thread_even_with_a_held_connection(listen: tuple[str, int], echo: tuple[str, int]) -> None:
    with ProxyThread(listen=listen, target=echo) as proxy, socket.create_connection(listen, timeout=5) as connection:
        say(connection, b"before")
        proxy.set_mood("hang")
        connection.sendall(b"held")
    assert not [thread for thread in threading.enumerate() if thread.name == "fault-proxy"]
