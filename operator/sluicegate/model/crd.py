"""Writes the CRDs, the chart's copies of them and the field reference: `python -m sluicegate.model.crd crds CHART`.

Everything comes from the models, so that schema, docs and parsing cannot disagree; a test proves the files current.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sluicegate.model.resource import CATEGORY, GROUP, VERSION
from sluicegate.model.schema.kinds import KINDS, Column, Kind
from sluicegate.model.schema.reference import reference
from sluicegate.model.schema.structural import structural
from sluicegate.model.schema.text import yaml_text

KEEP = {"helm.sh/resource-policy": "keep"}
MADE = "# Made by `make crds` from operator/sluicegate/model; changes here are lost.\n"
USAGE = "usage: python -m sluicegate.model.crd CRDS_DIRECTORY CHART_DIRECTORY [REFERENCE_DIRECTORY]"


def definition(kind: Kind, *, annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """The CustomResourceDefinition of ``kind``."""
    metadata: dict[str, Any] = {"name": f"{kind.plural}.{GROUP}"}
    if annotations:
        metadata["annotations"] = annotations
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": {
            "group": GROUP,
            "scope": "Cluster" if kind.clusterwide else "Namespaced",
            "names": {
                "kind": kind.kind,
                "listKind": f"{kind.kind}List",
                "plural": kind.plural,
                "singular": kind.singular,
                "shortNames": [kind.short],
                "categories": [CATEGORY],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [_column(column) for column in kind.columns],
                    "schema": {"openAPIV3Schema": _resource(kind)},
                }
            ],
        },
    }


def files(*, crds: Path, chart: Path, docs: Path) -> dict[Path, str]:
    """Every generated file by its path."""
    out: dict[Path, str] = {}
    for kind in KINDS:
        out[crds / f"{kind.plural}.yaml"] = MADE + yaml_text(definition(kind))
        kept = yaml_text(definition(kind, annotations=KEEP))
        out[chart / "templates" / "crds" / f"{kind.plural}.yaml"] = (
            f"{{{{- if .Values.crds.install }}}}\n{MADE}{kept}{{{{- end }}}}\n"
        )
        out[docs / f"{kind.singular}.md"] = reference(kind)
    return out


def main(arguments: Sequence[str]) -> int:
    """Writes the files; exit code 2 when the directories are not given."""
    if len(arguments) not in (2, 3):
        sys.stderr.write(f"{USAGE}\n")
        return 2
    crds, chart, docs = (Path(argument) for argument in (*arguments, "docs/reference")[:3])
    for path, text in files(crds=crds, chart=chart, docs=docs).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _resource(kind: Kind) -> dict[str, Any]:
    return {
        "description": kind.about,
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": structural(kind.spec),
            "status": structural(kind.status),
        },
    }


def _column(column: Column) -> dict[str, Any]:
    out: dict[str, Any] = {"name": column.name, "type": column.type, "jsonPath": column.path}
    return {**out, "priority": 1} if column.wide else out


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
