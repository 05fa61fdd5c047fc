"""What kind and the Kafka container read. The broker's settings are the local bed's, so tests see the same listeners.

    python -m dev.kind.files FOLDER

The folder is mounted into the broker's container under its own path, hence no path has to be translated.
Written for machines with Docker; not run on the machine where the local bed was built.
"""

import sys
from pathlib import Path

from dev.bed import content, controlplane, kafka, pki
from dev.bed.addresses import KAFKA_PLAIN
from dev.bed.layout import Layout

BASE = "python:3.11-slim"
"""The Dockerfiles' default base: part of what decides an image's tag."""

CLUSTER = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
    extraMounts:
      - {{hostPath: {folder}/config, containerPath: /etc/kubernetes/audit, readOnly: true}}
      - {{hostPath: {folder}/logs, containerPath: /var/log/kubernetes}}
    kubeadmConfigPatches:
      - |
        kind: ClusterConfiguration
        apiServer:
          extraArgs:
            audit-policy-file: /etc/kubernetes/audit/audit-policy.yaml
            audit-log-path: /var/log/kubernetes/audit.jsonl
            audit-log-maxsize: "100"
            audit-log-maxbackup: "3"
          extraVolumes:
            - {{name: audit-policy, hostPath: /etc/kubernetes/audit, mountPath: /etc/kubernetes/audit, readOnly: true}}
            - {{name: audit-log, hostPath: /var/log/kubernetes, mountPath: /var/log/kubernetes}}
"""


def write(folder: Path) -> None:
    """Certificates, server.properties, the audit policy, kind's cluster file, and the variables for `env.sh`."""
    layout = Layout(state=folder, cache=folder)
    for path in (layout.config, layout.logs):
        path.mkdir(parents=True, exist_ok=True)
    pki.issue(layout.pki)
    kafka.write_config(layout=layout)
    (layout.config / "audit-policy.yaml").write_text(controlplane.AUDIT_POLICY)
    (folder / "cluster.yaml").write_text(CLUSTER.format(folder=folder))
    values = {
        "KUBECONFIG": f"{folder}/kubeconfig",
        "SLUICEGATE_BED": "kind",
        "SLUICEGATE_BOOTSTRAP": KAFKA_PLAIN,
        "SLUICEGATE_AUDIT_LOG": str(layout.audit_log),
        "SLUICEGATE_KAFKA_CA": str(layout.kafka_ca),
        "SLUICEGATE_IMAGE": _image("sluicegate", dockerfile=Path("Dockerfile")),
        "SLUICEGATE_EXAMPLES_IMAGE": _image("sluicegate-examples", dockerfile=Path("examples/Dockerfile")),
    }
    (folder / "env").write_text("".join(f"export {name}='{value}'\n" for name, value in values.items()))


def _image(name: str, *, dockerfile: Path) -> str:
    return f"{name}:{content.tag(dockerfile=dockerfile, context=Path(), base=BASE)}"


if __name__ == "__main__":
    write(Path(sys.argv[1]).absolute())
