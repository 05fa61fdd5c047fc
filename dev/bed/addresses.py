"""Where everything listens.

All addresses sit on `lo` or on the pod bridge, so nothing is reachable from outside the machine. They are fixed:
the API server's address equals the `kubernetes` service address, which makes in-cluster configuration work
without kube-proxy, and Kafka has one address that is right for the host and for pods.
"""

from typing import Final

API_IP: Final = "10.96.0.1"
NODE_IP: Final = "10.245.0.1"
PROXY_IP: Final = "10.245.0.2"
"""For a fault proxy in front of the broker; the bed adds the address and leaves its ports free."""

LOOPBACK: Final = (API_IP, NODE_IP, PROXY_IP)

SERVICE_RANGE: Final = "10.96.0.0/16"
POD_RANGE: Final = "10.244.0.0/24"
BRIDGE: Final = "bed0"
NODE_NAME: Final = "node1"

API_URL: Final = f"https://{API_IP}:443"

KAFKA_PLAIN: Final = f"{NODE_IP}:9092"
KAFKA_CONTROLLER: Final = "127.0.0.1:9093"
KAFKA_PROXIED: Final = f"{NODE_IP}:9094"
"""Where the proxy connects to; the broker advertises `KAFKA_BEHIND_PROXY` to whoever came in here."""
KAFKA_BEHIND_PROXY: Final = f"{PROXY_IP}:9092"
KAFKA_SASL: Final = f"{NODE_IP}:9095"
KAFKA_TLS: Final = f"{NODE_IP}:9096"
KAFKA_SASL_TLS: Final = f"{NODE_IP}:9097"

ETCD_CLIENT: Final = "127.0.0.1:23790"
ETCD_PEER: Final = "127.0.0.1:23800"


def split(address: str) -> tuple[str, int]:
    """`host:port` as the pair that sockets take."""
    host, _, port = address.rpartition(":")
    return host, int(port)
