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
from click.testing import CliRunner

from sluicegate.cli.main import cli
from tests.support.desk import Desk
from tests.support.wait import eventually

PROGRAM = Path(sys.executable).parent / "sluicegate"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path) as desk:
        yield desk


def begin(desk: Desk, *arguments: str, out: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "KUBECONFIG": str(desk.kubeconfig), "NO_PROXY": "*"}
    with out.open("w") as file:
        return subprocess.Popen([str(PROGRAM), *arguments], stdout=file, stderr=subprocess.PIPE, text=True, env=env)


def run(desk: Desk, *arguments: str) -> tuple[int, str, str]:
    """In this process: a process of its own takes seconds to begin."""
    env = {"KUBECONFIG": str(desk.kubeconfig), "NO_PROXY": "*"}
    done = CliRunner().invoke(cli, arguments, prog_name="sluicegate", env=env)
    return done.exit_code, done.stdout, done.stderr


def looks(path: Path) -> int:
    return path.read_text().count("\n") - 1


def replayed(path: Path) -> int:
    command = [str(PROGRAM), "replay", "--observations", str(path), "-o", "json", "--check"]
    return subprocess.run(command, capture_output=True, timeout=60).returncode


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "obs.jsonl"


def test_a_recording_for_a_time_replays_exactly(desk: Desk, path: Path) -> None:
    with begin(desk, "record", "orders", "--for", "2s", out=path) as program:
        eventually(lambda: looks(path) >= 2, within=20, what="two looks are recorded")
        desk.owe(*[400] * 6)
        time.sleep(0.5)
        desk.owe(*[0] * 6)
        _, said = program.communicate(timeout=30)
    assert program.returncode == 0, said
    assert "observations in 2s of 2s" in said
    head, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert head["v"] == 1
    assert head["params"]["name"] == "orders"
    assert {"ScaleUp", "Hold"} <= {line["decision"]["action"] for line in lines}
    assert replayed(path) == 0


def test_a_recording_goes_on_with_a_new_operator_and_is_whole_when_it_is_interrupted(desk: Desk, path: Path) -> None:
    desk.owe(*[100] * 6)
    with begin(desk, "record", "orders", out=path) as program:
        eventually(lambda: looks(path) >= 3, within=20, what="looks are recorded")
        desk.restart()
        eventually(lambda: '"memory"' in path.read_text().partition("\n")[2], within=20, what="it goes on")
        before = looks(path)
        eventually(lambda: looks(path) >= before + 3, within=20, what="further looks are recorded")
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=30)
    assert program.returncode == 0, said
    assert "trying to go on" in said
    assert [json.loads(line).get("v") for line in path.read_text().splitlines()].count(1) == 1
    assert replayed(path) == 0


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
