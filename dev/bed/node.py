"""containerd and the kubelet: their files and command lines, for a machine without systemd or CAP_SYS_RESOURCE."""

import json
from pathlib import Path
from typing import Final

from dev.bed.addresses import BRIDGE, NODE_IP, NODE_NAME, POD_RANGE
from dev.bed.daemons import Daemon
from dev.bed.layout import Layout

PAUSE_IMAGE: Final = "localhost/pause:1"


def write_config(*, layout: Layout) -> None:
    """containerd.toml, kubelet.yaml and the one CNI network."""
    (layout.config / "containerd.toml").write_text(_containerd_toml(layout))
    (layout.config / "kubelet.yaml").write_text(json.dumps(_kubelet_yaml(layout), indent=1))
    network = layout.config / "cni" / "10-bed.conflist"
    network.parent.mkdir(exist_ok=True)
    network.write_text(json.dumps(_cni(layout), indent=1))


def containerd(*, layout: Layout) -> Daemon:
    """The container runtime, with a socket and storage of its own."""
    return Daemon(name="containerd", argv=("containerd", "--config", f"{layout.config}/containerd.toml"))


def kubelet(*, programs: Path, layout: Layout) -> Daemon:
    """The node agent."""
    root = layout.state / "kubelet"
    return Daemon(
        name="kubelet",
        listens=(f"{NODE_IP}:10250", "127.0.0.1:10248"),
        argv=(
            f"{programs}/kubelet",
            f"--config={layout.config}/kubelet.yaml",
            f"--kubeconfig={layout.config}/kubelet.kubeconfig",
            f"--hostname-override={NODE_NAME}",
            f"--node-ip={NODE_IP}",
            f"--root-dir={root}",
            f"--cert-dir={root}/pki",
        ),
    )


def ctr(layout: Layout) -> list[str]:
    """containerd's command line tool, aimed at the bed's containers."""
    return ["ctr", "--address", str(layout.containerd_socket), "--namespace", "k8s.io"]


def _containerd_toml(layout: Layout) -> str:
    # A negative oom_score_adj needs CAP_SYS_RESOURCE; apparmor profiles cannot be loaded in many containers.
    return f"""\
version = 2
root = "{layout.state}/containerd"
state = "{layout.state}/containerd-run"
[grpc]
  address = "{layout.containerd_socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{layout.state}/containerd-opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{layout.config}/cni"
"""


def _kubelet_yaml(layout: Layout) -> dict[str, object]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_IP,
        "healthzBindAddress": "127.0.0.1",
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        "failCgroupV1": False,
        "oomScoreAdj": 0,
        "featureGates": {"KubeletInUserNamespace": True},
        "localStorageCapacityIsolation": False,
        # Events of a small test cluster are evidence: none may be dropped for their number.
        "eventRecordQPS": 0,
        "containerRuntimeEndpoint": f"unix://{layout.containerd_socket}",
        "podLogsDir": f"{layout.logs}/pods",
        "tlsCertFile": f"{layout.pki}/kubelet.crt",
        "tlsPrivateKeyFile": f"{layout.pki}/kubelet.key",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{layout.pki}/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        # There is no cluster DNS: Kafka and the API server are addresses. Without any name here the kubelet posts a
        # warning event about every pod at every sync.
        "resolvConf": "",
        "clusterDNS": ["127.0.0.1"],
        "clusterDomain": "cluster.local",
        "makeIPTablesUtilChains": False,
        "maxPods": 200,
        "registryPullQPS": 0,
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi"},
    }


def _cni(layout: Layout) -> dict[str, object]:
    bridge = {
        "type": "bridge",
        "bridge": BRIDGE,
        "isGateway": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "dataDir": f"{layout.state}/cni-ipam",
            "ranges": [[{"subnet": POD_RANGE}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    return {"cniVersion": "0.4.0", "name": "bed", "plugins": [bridge]}
