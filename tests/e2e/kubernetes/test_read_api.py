"""The operator's read API on a real cluster: only those whom its RBAC lets, and recordings that replay exactly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import App
from tests.support.cluster import Cluster
from tests.support.install import Release
from tests.support.reading import account, ask
from tests.support.wait import eventually

PROGRAM = Path(sys.executable).parent / "sluicegate"


def kca(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **(env or {})}
    command = [str(PROGRAM), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


@pytest.fixture
def app(still_app: StillApp) -> App:
    app = still_app()
    app.start(scaling=by_lag())
    app.shows("LagKnown", "True", within=30)
    app.owe(20)
    app.reaches(2)
    return app


def test_the_clusters_own_rules_say_who_may_look(app: App, release: Release, cluster: Cluster) -> None:
    path = f"/v1/namespaces/{app.namespace}/apps/{app.name}"
    reader = account(cluster, app.namespace, "reader", role=f"{release.name}-observe")
    stranger = account(cluster, app.namespace, "stranger", role=None)

    status, said = ask(release, path, token=None)
    assert status == 401, said
    assert ask(release, path, token="made-up")[0] == 401
    status, said = ask(release, path, token=stranger)
    assert status == 403
    who = f"system:serviceaccount:{app.namespace}:stranger"
    assert f"{who} may not look at {app.namespace}/{app.name}: grant the verb 'get'" in json.loads(said)["message"]
    status, said = ask(release, path, token=reader)
    assert status == 200
    found = json.loads(said)
    assert sum(part["lag"] for part in found["partitions"]) == 20
    assert found["decision"]["replicas"] == 2
    assert ask(release, path.replace("orders", "other"), token=reader)[0] == 404
    elsewhere = f"/v1/namespaces/default/apps/{app.name}"
    assert ask(release, elsewhere, token=reader)[0] == 403


def looks(path: Path) -> int:
    """Observations taken down so far."""
    return len(path.read_text().splitlines()) - 1


def test_a_recording_of_the_live_app_replays_exactly(
    app: App, release: Release, cluster: Cluster, tmp_path: Path
) -> None:
    """By the user's own way in: no token in the kubeconfig, so one of an account of the namespace."""
    account(cluster, app.namespace, "reader", role=f"{release.name}-observe")
    here = ("-n", app.namespace, "--operator-namespace", release.namespace, "--as-service-account", "reader")
    command = [str(PROGRAM), "record", app.name, *here]
    path = tmp_path / "obs.jsonl"
    with path.open("w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True) as recording:
        eventually(lambda: looks(path) >= 1, within=20, what="a look is recorded")
        app.owe(50)
        app.reaches(5, within=45)
        app.owe(10)
        app.reaches(1, within=45)
        made = looks(path)
        eventually(lambda: looks(path) > made, within=20, what="the look after the step down is recorded")
        recording.terminate()
        _, said = recording.communicate(timeout=20)
    assert recording.returncode == 0, said
    replayed = kca("replay", "--observations", str(path), "-o", "json", "--check")
    assert replayed.returncode == 0, replayed.stderr
    verdicts = [json.loads(line) for line in replayed.stdout.splitlines()]
    assert len(verdicts) >= 8
    assert {"ScaleUp", "ScaleDown", "Hold"} == {one["action"] for one in verdicts}
    assert [one["replicas"] for one in verdicts if one["action"] == "ScaleUp"][-1] == 5


def test_explain_and_status_tell_what_the_operator_knows(app: App, release: Release, cluster: Cluster) -> None:
    account(cluster, app.namespace, "reader", role=f"{release.name}-observe")
    here = ("-n", app.namespace, "--operator-namespace", release.namespace)
    full = kca("explain", app.name, *here, "--as-service-account", "reader")
    assert full.returncode == 0, full.stderr
    assert full.stderr == ""
    first = [line.split()[0] for line in full.stdout.splitlines()]
    assert first[:2] == ["lag", "rates"]
    assert "wanted" in first
    assert "decided" in first
    page = kca("status", app.name, *here, "--as-service-account", "reader").stdout
    assert f"{app.topic}-0" in page
    assert "COMMITTED" in page


def test_without_a_token_they_say_what_to_do_and_tell_what_the_status_holds(app: App, release: Release) -> None:
    """The bed's kubeconfig holds a client certificate; that of other clusters may hold a token, which is no less."""
    here = ("-n", app.namespace, "--operator-namespace", release.namespace)
    recorded = kca("record", app.name, *here, "--for", "5s")
    if recorded.returncode == 0:
        assert json.loads(recorded.stdout.splitlines()[0])["v"] == 1
        return
    assert "--as-service-account" in recorded.stderr
    explained = kca("explain", app.name, *here)
    assert explained.returncode == 0
    assert "from the status only: your kubeconfig holds no token" in explained.stderr
    assert "wanted" in explained.stdout


def test_a_recording_goes_on_through_a_restart_of_the_operator(
    app: App, release: Release, cluster: Cluster, tmp_path: Path
) -> None:
    account(cluster, app.namespace, "reader", role=f"{release.name}-observe")
    here = ("-n", app.namespace, "--operator-namespace", release.namespace, "--as-service-account", "reader")
    path = tmp_path / "obs.jsonl"
    command = [str(PROGRAM), "record", app.name, *here, "--for", "60s"]
    with path.open("w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True) as recording:
        eventually(lambda: looks(path) >= 2, within=20, what="two looks are recorded")
        release.kill9()
        before = looks(path)
        eventually(lambda: looks(path) >= before + 4, within=50, what="the recording goes on")
        recording.terminate()
        _, said = recording.communicate(timeout=20)
    assert recording.returncode == 0, said
    assert "trying to go on" in said
    assert [line for line in path.read_text().splitlines()[1:] if "memory" in json.loads(line)]
    replayed = kca("replay", "--observations", str(path), "-o", "json", "--check")
    assert replayed.returncode == 0, replayed.stderr
