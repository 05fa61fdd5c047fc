"""Certificates of the bed: one authority for Kubernetes, another for Kafka, each certificate with one purpose."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dev.bed import command
from dev.bed.addresses import API_IP, NODE_IP, NODE_NAME, PROXY_IP
from dev.bed.parallel import together

DAYS: Final = "3650"
KUBERNETES_NAMES: Final = (
    "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,"
    f"DNS:localhost,IP:{API_IP},IP:{NODE_IP},IP:127.0.0.1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What one certificate says: who, for what, and the names it answers to."""

    name: str
    subject: str
    usage: str
    names: str = ""
    authority: str = "ca"


CERTIFICATES: Final[Sequence[Certificate]] = (
    Certificate(name="apiserver", subject="/CN=kube-apiserver", usage="serverAuth", names=KUBERNETES_NAMES),
    Certificate(
        name="kubelet",
        subject=f"/CN=system:node:{NODE_NAME}",
        usage="serverAuth",
        names=f"DNS:{NODE_NAME},IP:{NODE_IP}",
    ),
    Certificate(name="admin", subject="/O=system:masters/CN=admin", usage="clientAuth"),
    Certificate(
        name="apiserver-kubelet-client",
        subject="/O=system:masters/CN=apiserver-kubelet-client",
        usage="clientAuth",
    ),
    Certificate(name="kcm", subject="/CN=system:kube-controller-manager", usage="clientAuth"),
    Certificate(name="scheduler", subject="/CN=system:kube-scheduler", usage="clientAuth"),
    Certificate(name="node", subject=f"/O=system:nodes/CN=system:node:{NODE_NAME}", usage="clientAuth"),
    Certificate(name="front-proxy", subject="/CN=front-proxy", usage="clientAuth"),
    Certificate(
        name="kafka",
        subject="/CN=kafka",
        usage="serverAuth,clientAuth",
        names=f"DNS:localhost,IP:{NODE_IP},IP:{PROXY_IP},IP:127.0.0.1",
        authority="kafka-ca",
    ),
    Certificate(name="kafka-client", subject="/CN=sluice", usage="clientAuth", authority="kafka-ca"),
)


def issue(folder: Path) -> None:
    """Make every key and certificate in `folder`, all or nothing; a finished folder is left alone."""
    if folder.exists():
        return
    scratch = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    together(lambda: _authority(scratch, "ca"), lambda: _authority(scratch, "kafka-ca"), lambda: _signer(scratch))
    together(*(lambda c=c: _certificate(scratch, c) for c in CERTIFICATES))
    pair = (scratch / "kafka.key").read_text() + (scratch / "kafka.crt").read_text()
    (scratch / "kafka.pem").write_text(pair)
    (scratch / "kafka.pem").chmod(0o600)
    scratch.rename(folder)


def _openssl(folder: Path, *words: str) -> None:
    command.run(["openssl", *words], timeout=30, cwd=folder)


def _key(folder: Path, name: str) -> None:
    _openssl(folder, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{name}.key")


def _authority(folder: Path, name: str) -> None:
    _key(folder, name)
    constraints = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    subject = f"/CN=sluicegate-bed-{name}"
    _openssl(
        folder, "req", "-x509", "-new", "-key", f"{name}.key", "-subj", subject, "-days", DAYS, *constraints,
        "-out", f"{name}.crt",
    )  # fmt: skip


def _signer(folder: Path) -> None:
    # The API server refuses a PKCS#8 EC private key as a verification key: it gets the public half.
    _key(folder, "sa")
    _openssl(folder, "pkey", "-in", "sa.key", "-pubout", "-out", "sa.pub")


def _certificate(folder: Path, wanted: Certificate) -> None:
    name = wanted.name
    _key(folder, name)
    _openssl(folder, "req", "-new", "-key", f"{name}.key", "-subj", wanted.subject, "-out", f"{name}.csr")
    lines = ["basicConstraints=CA:FALSE", "keyUsage=digitalSignature", f"extendedKeyUsage={wanted.usage}"]
    if wanted.names:
        lines.append(f"subjectAltName={wanted.names}")
    (folder / f"{name}.ext").write_text("\n".join(lines) + "\n")
    authority = wanted.authority
    _openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key",
        "-days", DAYS, "-extfile", f"{name}.ext", "-out", f"{name}.crt",
    )  # fmt: skip
    (folder / f"{name}.csr").unlink()
    (folder / f"{name}.ext").unlink()
