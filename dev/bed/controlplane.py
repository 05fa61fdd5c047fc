"""etcd, API server, controller manager and scheduler: their command lines and the files they read."""

from pathlib import Path
from typing import Final

from dev.bed.addresses import API_IP, API_URL, ETCD_CLIENT, ETCD_PEER, SERVICE_RANGE
from dev.bed.daemons import Daemon
from dev.bed.layout import Layout

USERS: Final = {"admin": "admin", "kcm": "kcm", "scheduler": "scheduler", "kubelet": "node"}
"""Kubeconfig to the certificate in it."""

AUDIT_POLICY: Final = """\
# What the end-to-end suite asks of the log: every change of a scale with its body, and every call a service account
# made. A policy cannot match namespaces by prefix, so calls of all service accounts outside kube-system are kept; a
# reader picks those of system:serviceaccounts:sluicegate* by user name.
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
omitManagedFields: true
rules:
  - level: Request
    verbs: [update, patch]
    resources: [{group: apps, resources: [deployments/scale, statefulsets/scale]}]
  - level: None
    userGroups: [system:serviceaccounts:kube-system]
  - level: Metadata
    userGroups: [system:serviceaccounts]
  - level: None
"""


def write_config(*, layout: Layout) -> None:
    """The audit policy and one kubeconfig per client."""
    (layout.config / "audit-policy.yaml").write_text(AUDIT_POLICY)
    for user, certificate in USERS.items():
        kubeconfig = layout.config / f"{user}.kubeconfig"
        kubeconfig.write_text(_kubeconfig(certificate, pki=layout.pki))
        kubeconfig.chmod(0o600)


def etcd(*, layout: Layout) -> Daemon:
    """The store. Without fsync: a machine crash may lose it, and then the bed starts anew."""
    return Daemon(
        name="etcd",
        listens=(ETCD_CLIENT, ETCD_PEER),
        argv=(
            "etcd",
            f"--data-dir={layout.state}/etcd",
            f"--listen-client-urls=http://{ETCD_CLIENT}",
            f"--advertise-client-urls=http://{ETCD_CLIENT}",
            f"--listen-peer-urls=http://{ETCD_PEER}",
            "--log-level=warn",
            "--unsafe-no-fsync",
        ),
    )


def apiserver(*, programs: Path, layout: Layout) -> Daemon:
    """The API server on the address of the `kubernetes` service."""
    pki = layout.pki
    return Daemon(
        name="apiserver",
        listens=(f"{API_IP}:443",),
        grace=15.0,
        argv=(
            f"{programs}/kube-apiserver",
            f"--etcd-servers=http://{ETCD_CLIENT}",
            f"--bind-address={API_IP}",
            f"--advertise-address={API_IP}",
            "--secure-port=443",
            "--endpoint-reconciler-type=none",
            f"--service-cluster-ip-range={SERVICE_RANGE}",
            "--allow-privileged=true",
            f"--tls-cert-file={pki}/apiserver.crt",
            f"--tls-private-key-file={pki}/apiserver.key",
            f"--client-ca-file={pki}/ca.crt",
            f"--kubelet-certificate-authority={pki}/ca.crt",
            f"--kubelet-client-certificate={pki}/apiserver-kubelet-client.crt",
            f"--kubelet-client-key={pki}/apiserver-kubelet-client.key",
            "--kubelet-preferred-address-types=InternalIP",
            f"--requestheader-client-ca-file={pki}/ca.crt",
            "--requestheader-allowed-names=front-proxy",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={pki}/front-proxy.crt",
            f"--proxy-client-key-file={pki}/front-proxy.key",
            f"--service-account-key-file={pki}/sa.pub",
            f"--service-account-signing-key-file={pki}/sa.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            f"--audit-policy-file={layout.config}/audit-policy.yaml",
            f"--audit-log-path={layout.audit_log}",
            "--audit-log-maxsize=100",
            "--audit-log-maxbackup=3",
        ),
    )


def controller_manager(*, programs: Path, layout: Layout) -> Daemon:
    """The controllers; alone, so without leader election."""
    pki = layout.pki
    return Daemon(
        name="kcm",
        listens=("127.0.0.1:10257",),
        argv=(
            f"{programs}/kube-controller-manager",
            f"--kubeconfig={layout.config}/kcm.kubeconfig",
            f"--service-account-private-key-file={pki}/sa.key",
            f"--root-ca-file={pki}/ca.crt",
            f"--cluster-signing-cert-file={pki}/ca.crt",
            f"--cluster-signing-key-file={pki}/ca.key",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--controllers=*",
            # At the default 20 a second the controllers' own start takes as long as all the rest.
            "--kube-api-qps=300",
            "--kube-api-burst=600",
            "--bind-address=127.0.0.1",
            f"--cert-dir={layout.state}/kcm",
        ),
    )


def scheduler(*, programs: Path, layout: Layout) -> Daemon:
    """The scheduler; alone, so without leader election."""
    return Daemon(
        name="scheduler",
        listens=("127.0.0.1:10259",),
        argv=(
            f"{programs}/kube-scheduler",
            f"--kubeconfig={layout.config}/scheduler.kubeconfig",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
        ),
    )


def _kubeconfig(certificate: str, *, pki: Path) -> str:
    return f"""\
apiVersion: v1
kind: Config
clusters: [{{name: bed, cluster: {{server: "{API_URL}", certificate-authority: {pki}/ca.crt}}}}]
users: [{{name: bed, user: {{client-certificate: {pki}/{certificate}.crt, client-key: {pki}/{certificate}.key}}}}]
contexts: [{{name: bed, context: {{cluster: bed, user: bed}}}}]
current-context: bed
"""
