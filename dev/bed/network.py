"""Addresses on `lo`, and a clear word when something else has taken an address or a port."""

import json
import socket
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from dev.bed import command
from dev.bed.addresses import BRIDGE, LOOPBACK, POD_RANGE, split
from dev.bed.errors import BedError


def add_addresses() -> None:
    """Put the bed's addresses on `lo`; the ones that are there stay."""
    owners = _owners()
    for address, devices in owners.items():
        if ":" not in address and ip_address(address) in ip_network(POD_RANGE) and devices - {BRIDGE}:
            other = min(devices - {BRIDGE})
            raise BedError(f"{address} on {other} lies in {POD_RANGE}, which the bed gives to its pods; free it first.")
    for address in LOOPBACK:
        devices = owners.get(address, set())
        if devices - {"lo"}:
            raise BedError(f"{address} is taken by the network device {min(devices - {'lo'})}; the bed needs it on lo.")
        if not devices:
            command.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], timeout=10)


def remove_addresses() -> None:
    """Take them off again."""
    owners = _owners()
    for address in LOOPBACK:
        if "lo" in owners.get(address, set()):
            command.run(["ip", "address", "del", f"{address}/32", "dev", "lo"], timeout=10, check=False)


def left_addresses() -> list[str]:
    """The bed's addresses that `lo` still has."""
    owners = _owners()
    return [address for address in LOOPBACK if "lo" in owners.get(address, set())]


def remove_bridge() -> None:
    """Delete the pod bridge; the kernel deletes the host ends of pod links with their namespaces."""
    if bridge_exists():
        command.run(["ip", "link", "del", BRIDGE], timeout=10, check=False)


def bridge_exists() -> bool:
    """Whether the pod bridge is there."""
    return any(link["ifname"] == BRIDGE for link in json.loads(command.run(["ip", "-json", "link"], timeout=10)))


def check_ports(addresses: Iterable[str]) -> None:
    """Fail with the holder's name when one of the addresses cannot be bound."""
    for address in addresses:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(split(address))
            except OSError as error:
                raise BedError(f"{address} is not free ({error.strerror}): {_holder(address)}.") from error


def _owners() -> dict[str, set[str]]:
    owners: dict[str, set[str]] = {}
    for link in json.loads(command.run(["ip", "-json", "address"], timeout=10)):
        for entry in link.get("addr_info", []):
            owners.setdefault(entry["local"], set()).add(link["ifname"])
    return owners


def _holder(address: str) -> str:
    _, port = split(address)
    lines = command.run(["ss", "-Hltnp", f"sport = :{port}"], timeout=10, check=False).splitlines()
    return "held by " + "; ".join(line.split()[-1] for line in lines) if lines else "its holder is not visible"
