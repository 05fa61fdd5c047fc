"""Output for programs: the same value as JSON or YAML, whichever command prints it."""

from __future__ import annotations

import json

import yaml

from sluicegate.cli.options import Output


def machine(value: object, output: str) -> str:
    """``value`` as JSON where ``output`` says so, as YAML otherwise; without a newline at the end."""
    if output == Output.JSON.value:
        return json.dumps(value, indent=2, ensure_ascii=False)
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True)).rstrip()
