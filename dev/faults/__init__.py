"""Ways to make the network lie, for tests that must see how the operator takes it."""

from dev.faults.proxy import Mood, Proxy, ProxyThread

__all__ = ["Mood", "Proxy", "ProxyThread"]
