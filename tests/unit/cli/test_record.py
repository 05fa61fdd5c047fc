"""`record`, `explain` and `status APP` from a user's desk: kubeconfig, port-forward, token, read API, all real."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk

PROGRAM = Path(sys.executable).parent / "sluicegate"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path) as desk:
        yield desk


def begin(desk: Desk, *arguments: str) -> subprocess.Popen[str]:
    env = {**os.environ, "KUBECONFIG": str(desk.kubeconfig), "NO_PROXY": "*"}
    return subprocess.Popen(
        [str(PROGRAM), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )


def run(desk: Desk, *arguments: str) -> tuple[int, str, str]:
    with begin(desk, *arguments) as program:
        out, said = program.communicate(timeout=60)
    return program.returncode, out, said


def replayed(tmp_path: Path, text: str) -> int:
    path = tmp_path / "obs.jsonl"
    path.write_text(text)
    command = [str(PROGRAM), "replay", "--observations", str(path), "-o", "json", "--check"]
    return subprocess.run(command, capture_output=True, timeout=60).returncode


def test_a_recording_for_a_time_replays_exactly(desk: Desk, tmp_path: Path) -> None:
    with begin(desk, "record", "orders", "--for", "3s") as program:
        assert program.stdout is not None
        first = [program.stdout.readline() for _ in range(3)]
        desk.owe(*[400] * 6)
        time.sleep(0.5)
        desk.owe(*[0] * 6)
        rest, said = program.communicate(timeout=30)
    out = "".join(first) + rest
    assert program.returncode == 0, said
    assert "observations in 3s of 3s" in said
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[0]["v"] == 1
    assert lines[0]["params"]["name"] == "orders"
    assert {"ScaleUp", "Hold"} <= {line["decision"]["action"] for line in lines[1:]}
    assert replayed(tmp_path, out) == 0


def test_an_interrupted_recording_is_whole(desk: Desk, tmp_path: Path) -> None:
    with begin(desk, "record", "orders") as program:
        assert program.stdout is not None
        first = [program.stdout.readline() for _ in range(4)]
        program.send_signal(signal.SIGINT)
        rest, said = program.communicate(timeout=30)
    assert program.returncode == 0, said
    assert replayed(tmp_path, "".join(first) + rest) == 0


def test_a_recording_goes_on_with_a_new_operator_and_stays_exact(desk: Desk, tmp_path: Path) -> None:
    desk.owe(*[100] * 6)
    with begin(desk, "record", "orders") as program:
        assert program.stdout is not None
        lines = [program.stdout.readline() for _ in range(4)]
        desk.restart()
        while "memory" not in json.loads(lines[-1]):
            lines.append(program.stdout.readline())
        lines += [program.stdout.readline() for _ in range(3)]
        program.send_signal(signal.SIGTERM)
        rest, said = program.communicate(timeout=30)
    assert program.returncode == 0, said
    assert "trying to go on" in said
    text = "".join(lines) + rest
    assert [json.loads(line).get("v") for line in text.splitlines()].count(1) == 1
    assert replayed(tmp_path, text) == 0


def test_explain_tells_every_step_and_where_it_has_it_from(desk: Desk) -> None:
    desk.owe(*[50] * 6)
    code, out, said = run(desk, "explain", "orders", "-o", "json")
    assert (code, said) == (0, "")
    found = json.loads(out)
    assert found["source"] == "operator"
    names = [line["what"] for line in found["reasons"]]
    assert names[:2] == ["lag", "rates"]
    assert names.index("wanted") < names.index("stabilization") < names.index("decided")


def test_status_of_one_app_shows_partitions_and_decisions(desk: Desk) -> None:
    desk.owe(7, 0, 0, 0, 0, 0)
    code, out, _ = run(desk, "status", "orders")
    assert code == 0
    assert "orders-0" in out
    assert "COMMITTED" in out
    assert "LIMITED-BY" in out


def test_a_kubeconfig_without_a_token_says_what_to_do_and_an_account_helps(tmp_path: Path) -> None:
    with Desk(tmp_path, token="") as desk:
        code, out, said = run(desk, "record", "orders", "--for", "1s")
        assert (code, out) == (1, "")
        assert "add --as-service-account NAME" in said
        assert run(desk, "record", "orders", "--for", "2s", "--as-service-account", "reader")[0] == 0
        code, out, said = run(desk, "explain", "orders")
        assert code == 0
        assert said.startswith("from the status only: your kubeconfig holds no token")


def test_a_token_that_nobody_knows_is_one_sentence(desk: Desk) -> None:
    code, _, said = run(desk, "record", "orders", "--token", "made up", "--for", "1s")
    assert code == 1
    assert said == "Error: the cluster does not know this token, or it has expired: get a new one\n"


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "grant the verb 'create' on 'pods/portforward'"), (404, "create pods/portforward 'sluicegate-0'")],
)
def test_a_port_forward_that_is_refused_is_one_sentence(desk: Desk, status: int, words: str) -> None:
    desk.refused = status
    code, _, said = run(desk, "record", "orders", "--for", "1s")
    assert code == 1
    assert words in said
    assert "Traceback" not in said


def test_no_operator_and_no_such_app_are_told_apart(desk: Desk) -> None:
    assert "no KafkaConsumerApp 'other' in namespace 'shop'" in run(desk, "record", "other")[2]
    desk.pods = []
    assert "no operator with a read API runs in any namespace" in run(desk, "record", "orders")[2]


def test_a_span_that_is_none_is_wrong_usage(desk: Desk) -> None:
    code, _, said = run(desk, "record", "orders", "--for", "soon")
    assert code == 2
    assert "write a number with a unit" in said
