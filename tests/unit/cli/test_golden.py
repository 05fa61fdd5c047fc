"""A recorded demo, decided again: the same code answers the same, to the letter.

`tests/data/recordings/burst.jsonl` was taken by `kubectl kca record` while `make demo` ran on a real cluster with a
real broker. Who changes the law on purpose records the demo anew (`docs/read-api.md`), and sees in the difference of
the two replays what the change does to a burst.
"""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from sluicegate.cli.main import cli

RECORDING = Path(__file__).resolve().parents[2] / "data" / "recordings" / "burst.jsonl"


def test_the_recorded_demo_replays_to_its_decisions_exactly() -> None:
    found = CliRunner().invoke(cli, ["replay", "--observations", str(RECORDING), "--check", "-o", "json"])
    assert found.exit_code == 0, found.output
    decisions = [json.loads(line) for line in found.stdout.splitlines()]
    assert len(decisions) == len(RECORDING.read_text().splitlines()) - 1
    steps = [one["replicas"] for one in decisions if one["action"] != "Hold"]
    assert steps == [12, 2]


def test_with_ten_minutes_of_time_the_same_burst_would_have_been_sat_out(tmp_path: Path) -> None:
    header = json.loads(RECORDING.read_text().splitlines()[0])
    spec = header["app"]
    spec["scaling"]["lagObjective"] = "10m"
    other = {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConsumerApp",
        "metadata": {"name": "orders", "namespace": "demo"},
        "spec": spec,
    }
    path = tmp_path / "app.json"
    path.write_text(json.dumps(other))
    found = CliRunner().invoke(cli, ["replay", "--observations", str(RECORDING), "--app", str(path), "-o", "json"])
    assert found.exit_code == 0, found.output
    assert "ScaleUp" not in {json.loads(line)["action"] for line in found.stdout.splitlines()}
