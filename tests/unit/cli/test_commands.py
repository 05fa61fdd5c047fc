"""The command line as a user meets it."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sluicegate.cli.main import cli
from sluicegate.version import VERSION

BIN = Path(sys.executable).parent


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments, prog_name="sluicegate")
    return result.exit_code, result.output


def test_version_is_printed_alone() -> None:
    assert run("version") == (0, f"{VERSION}\n")


@pytest.mark.parametrize(
    "command", ["run", "status", "explain", "plan", "trip", "reset", "record", "replay", "version"]
)
def test_every_command_s_help_has_an_example(command: str) -> None:
    code, text = run(command, "--help")
    assert code == 0
    assert "Example:" in text
    assert command in text.split("Example:")[1]


def test_wrong_usage_is_code_2_and_says_what_to_do() -> None:
    code, text = run("status", "orders", "-A")
    assert code == 2
    assert "leave out -A" in text
    assert run("status", "-o", "xml")[0] == 2
    assert run("status", "-w", "-o", "json")[0] == 2
    assert run("nonsense")[0] == 2


@pytest.mark.parametrize("option", ["--allow-address", "--deny-address"])
def test_an_address_that_is_none_is_named_before_anything_is_asked(option: str) -> None:
    code, text = run("run", option, "10.0.0.0/40")
    assert code != 0
    assert f"{option}: '10.0.0.0/40'" in text


def test_no_cluster_is_code_1_and_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "missing"))
    code, text = run("status")
    assert code == 1
    assert text.startswith("Error: no access to a Kubernetes API server")
    assert "Traceback" not in text


def test_as_a_kubectl_plugin_it_calls_itself_by_the_plugin_s_name() -> None:
    said = subprocess.run([BIN / "kubectl-kca", "--help"], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout.startswith("Usage: kubectl kca ")


def test_help_and_version_do_not_wait_for_the_kubernetes_client() -> None:
    code = "import sys, sluicegate.cli.main; sys.exit('kubernetes' in sys.modules or 'confluent_kafka' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=30).returncode == 0
