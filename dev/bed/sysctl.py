"""Kernel settings that the kubelet and the bridge change, remembered so that `down` can put them back."""

import json
from pathlib import Path
from typing import Final

from dev.bed.layout import Layout

CHANGED: Final = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "net/ipv4/ip_forward",
)


def remember(*, layout: Layout) -> None:
    """Note the values from before the first start."""
    file = layout.state / "sysctl.json"
    if not file.exists():
        file.write_text(json.dumps({name: _path(name).read_text().strip() for name in CHANGED if _path(name).exists()}))


def restore(*, layout: Layout) -> None:
    """Put them back, as far as this machine allows."""
    file = layout.state / "sysctl.json"
    if not file.exists():
        return
    for name, value in json.loads(file.read_text()).items():
        try:
            if _path(name).read_text().strip() != value:
                _path(name).write_text(value)
        except OSError:
            continue


def _path(name: str) -> Path:
    return Path("/proc/sys") / name
