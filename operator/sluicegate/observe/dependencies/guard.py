"""Which addresses a dependency may be asked at: whoever may write a dependency must not make the operator, which stands
inside the cluster, ask what they could not.

Judged is the address that a name leads to, at each connection, not the name: a name can change its mind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from sluicegate.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

FORBIDDEN: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("127.0.0.0/8", "loopback"),
        ("::1/128", "loopback"),
        ("0.0.0.0/8", "this host"),
        ("::/128", "this host"),
        ("169.254.0.0/16", "link-local, where clouds keep metadata and credentials"),
        ("fe80::/10", "link-local"),
        ("fd00:ec2::254/128", "a cloud's metadata"),
        ("100.100.100.200/32", "a cloud's metadata"),
        ("168.63.129.16/32", "a cloud's metadata"),
        ("192.0.0.192/32", "a cloud's metadata"),
        ("224.0.0.0/4", "multicast"),
        ("ff00::/8", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
"""Denied unless an entry of the allow list lies inside: whole ranges that merely contain one do not lift it."""
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """``allow``: when it names anything, only that may be asked; ``deny`` wins over it. Both hold networks and names.

    A name is written as dependencies write it (`db.shop.svc`), or as `*.shop.svc` for all below it. A name in the
    allow list never opens an address that is denied by default.
    """

    allow_networks: tuple[Network, ...] = ()
    allow_names: tuple[str, ...] = ()
    deny_networks: tuple[Network, ...] = ()
    deny_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, *, allow: Iterable[str] = (), deny: Iterable[str] = ()) -> Self:
        """From what an administrator wrote. Invalid names the entry."""
        allow_networks, allow_names = _parse(allow, field="--allow-address")
        deny_networks, deny_names = _parse(deny, field="--deny-address")
        return cls(
            allow_networks=allow_networks, allow_names=allow_names, deny_networks=deny_networks, deny_names=deny_names
        )

    def refusal(self, *, host: str, address: str) -> str:
        """Why ``address``, to which ``host`` leads, must not be asked; empty when it may be."""
        name = host.rstrip(".").lower()
        found = plain(address)
        if any(_is(name, entry) for entry in self.deny_names) or _within(found, self.deny_networks):
            return f"{found} is denied by --deny-address"
        for network, what in FORBIDDEN:
            if found in network and not self._opens(found, network):
                return f"{found} is denied ({what}); an administrator can open it with --allow-address={found}"
        if not self.allow_networks and not self.allow_names:
            return ""
        if _within(found, self.allow_networks) or any(_is(name, entry) for entry in self.allow_names):
            return ""
        return f"{found} is not among the addresses of --allow-address"

    def _opens(self, found: Address, network: Network) -> bool:
        """Whether an entry that allows ``found`` was written for a part of ``network``."""
        return any(found in entry and _inside(entry, network) for entry in self.allow_networks)


def plain(address: str) -> Address:
    """The address itself where another form carries it (IPv4 in IPv6, NAT64, 6to4, an interface's scope)."""
    found = ip_address(address.split("%", 1)[0])
    if isinstance(found, IPv4Address):
        return found
    if found.ipv4_mapped is not None:
        return found.ipv4_mapped
    if found.sixtofour is not None:
        return found.sixtofour
    return IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else found


def _parse(entries: Iterable[str], *, field: str) -> tuple[tuple[Network, ...], tuple[str, ...]]:
    networks: list[Network] = []
    names: list[str] = []
    for entry in entries:
        text = entry.strip().rstrip(".").lower()
        try:
            networks.append(ip_network(text))
            continue
        except ValueError as error:
            labels = text.removeprefix("*.").split(".")
            wanted = all(label and label.replace("-", "").replace("_", "").isalnum() for label in labels)
            if "/" in text or not wanted or labels[-1].isdigit():
                raise Invalid(
                    f"{field}: {entry!r} is no address, network or name ({error}); write 10.1.0.0/16, 10.1.2.3,"
                    " db.shop.svc or *.shop.svc",
                    field=field,
                ) from None
        names.append(text)
    return tuple(networks), tuple(names)


def _is(name: str, entry: str) -> bool:
    return name.endswith(entry[1:]) if entry.startswith("*.") else name == entry


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _inside(entry: Network, network: Network) -> bool:
    if isinstance(entry, IPv4Network) and isinstance(network, IPv4Network):
        return entry.subnet_of(network)
    return isinstance(entry, IPv6Network) and isinstance(network, IPv6Network) and entry.subnet_of(network)
