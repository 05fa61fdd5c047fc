"""How tests and shells find the bed."""

import os
import shlex
from collections.abc import Mapping

from dev.bed import binaries
from dev.bed.addresses import KAFKA_PLAIN
from dev.bed.cache import Cache
from dev.bed.errors import BedError
from dev.bed.layout import Layout


def environment(*, layout: Layout, cache: Cache) -> Mapping[str, str]:
    """Variables that point kubectl, helm, the end-to-end suite and the demo at the bed."""
    built = binaries.find(cache=cache)
    if built is None:
        raise BedError("The bed was never built here: run `python -m dev.bed up` first.")
    folders = [str(built.kubernetes), str(built.helm)]
    kept = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder not in folders]
    return {
        "KUBECONFIG": str(layout.kubeconfig),
        "SLUICEGATE_BED": "local",
        "SLUICEGATE_BOOTSTRAP": KAFKA_PLAIN,
        "SLUICEGATE_AUDIT_LOG": str(layout.audit_log),
        "SLUICEGATE_KAFKA_CA": str(layout.kafka_ca),
        "PATH": os.pathsep.join([*folders, *kept]),
    }


def exports(*, layout: Layout, cache: Cache) -> list[str]:
    """The same as lines for `eval`."""
    values = environment(layout=layout, cache=cache)
    return [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
