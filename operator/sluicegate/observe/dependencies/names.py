"""From a host to the addresses that may be connected to. Names are looked up in threads of their own, so that a name
server that hangs holds up signals of dependencies and nothing else."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from sluicegate.observe.dependencies.guard import Guard
from sluicegate.observe.dependencies.signal import Broken

_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="names of dependencies")


async def permitted(host: str, *, port: int, guard: Guard) -> list[str]:
    """Addresses of ``host`` that ``guard`` lets through. Broken: there is none, or none may be asked."""
    loop = asyncio.get_running_loop()
    try:
        rows = await loop.run_in_executor(_THREADS, _look_up, host, port)
    except (OSError, UnicodeError) as error:
        words = error.strerror if isinstance(error, OSError) else str(error)
        raise Broken("NameUnknown", f"the name {host!r} leads to no address ({words}); correct it") from None
    addresses = list(dict.fromkeys(str(row[4][0]) for row in rows))
    refusals = {address: guard.refusal(host=host, address=address) for address in addresses}
    good = [address for address in addresses if not refusals[address]]
    if not good:
        first = next(iter(refusals.values()), "it has no address")
        raise Broken("AddressDenied", f"{host!r} may not be asked: {first}")
    return good


def _look_up(host: str, port: int) -> list[tuple[int, int, int, str, tuple[str | int, ...] | tuple[int, bytes]]]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
