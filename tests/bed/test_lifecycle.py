"""The bed's life in order: up, up again, survive kill -9 of everything, keep its data, go down without a trace.

One story in numbered chapters, because each start takes seconds and the state carries over. It ends the bed, so it is
skipped where one is up already: somebody may be using it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev.bed import Layout, layout
from dev.bed.api import Api
from dev.bed.daemons import running
from dev.bed.leftovers import everything, processes
from dev.bed.process import Identity, arguments
from dev.bed.status import DAEMONS

ROOT = Path(__file__).parents[2]
PODS = 3

pytestmark = [pytest.mark.bed, pytest.mark.disruptive, pytest.mark.timeout(1800)]


def bed(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "dev.bed", *words]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=1700, check=False)
    assert not check or done.returncode == 0, done.stderr or done.stdout
    return done


@pytest.fixture(scope="module", autouse=True)
def _the_only_user() -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("the bed needs root")
    if processes(layout=layout()):
        pytest.skip("a bed is up; `make cluster-down` first")
    yield
    bed("down")


@pytest.fixture
def where() -> Layout:
    return layout()


@pytest.fixture(scope="module")
def kubectl() -> Callable[..., str]:
    bed("up")
    lines = bed("env").stdout.splitlines()
    exported = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    env = {**os.environ, "PATH": exported["PATH"].strip("'"), "KUBECONFIG": exported["KUBECONFIG"]}

    def call(*words: str) -> str:
        done = subprocess.run(["kubectl", *words], env=env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def pods(kubectl: Callable[..., str]) -> dict[str, tuple[str, bool, int]]:
    """Pod name to (phase, ready, restarts)."""
    found = {}
    for item in json.loads(kubectl("get", "pods", "-o", "json"))["items"]:
        status = (item["status"].get("containerStatuses") or [{}])[0]
        found[item["metadata"]["name"]] = (
            item["status"]["phase"],
            bool(status.get("ready")),
            int(status.get("restartCount", 0)),
        )
    return found


def eventually(true: Callable[[], bool], *, within: float) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.3)


def all_ready(kubectl: Callable[..., str]) -> bool:
    states = pods(kubectl)
    return len(states) == PODS and all(phase == "Running" and ready for phase, ready, _ in states.values())


def test_1_a_pod_runs_and_the_broker_answers(kubectl: Callable[..., str], where: Layout) -> None:
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "story"},
        "spec": {
            "replicas": PODS,
            "selector": {"matchLabels": {"app": "story"}},
            "template": {
                "metadata": {"labels": {"app": "story"}},
                "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [{"name": "c", "image": "localhost/pause:1", "imagePullPolicy": "Never"}],
                },
            },
        },
    }
    file = where.state / "story.json"
    file.write_text(json.dumps(manifest))
    kubectl("apply", "-f", str(file))
    eventually(lambda: all_ready(kubectl), within=60)
    assert "answers" in bed("status").stdout


def test_2_up_again_is_quick_and_touches_nothing(where: Layout) -> None:
    before = {name: running(name, layout=where) for name in DAEMONS}
    began = time.monotonic()
    bed("up")
    assert time.monotonic() - began < 2
    assert {name: running(name, layout=where) for name in DAEMONS} == before


def test_3_a_scale_is_in_the_audit_log_with_its_body(kubectl: Callable[..., str], where: Layout) -> None:
    kubectl("scale", "deployment/story", f"--replicas={PODS + 1}")
    kubectl("scale", "deployment/story", f"--replicas={PODS}")
    lines = [json.loads(line) for line in where.audit_log.read_text().splitlines()]
    scales = [line for line in lines if line["objectRef"].get("subresource") == "scale"]
    assert [line["requestObject"]["spec"]["replicas"] for line in scales[-2:]] == [PODS + 1, PODS]
    eventually(lambda: all_ready(kubectl), within=60)


def test_4_kill_9_of_a_container_restarts_it(kubectl: Callable[..., str]) -> None:
    victim = min(pods(kubectl))
    bed("pod", "kill9", "default", victim)
    eventually(lambda: pods(kubectl)[victim][2] == 1 and all_ready(kubectl), within=60)


def test_5_up_recovers_from_kill_9_of_every_daemon_and_pods_run_on(kubectl: Callable[..., str], where: Layout) -> None:
    before = pods(kubectl)
    for name in DAEMONS:
        process = running(name, layout=where)
        assert process is not None
        process.signal(signal.SIGKILL)
        process.gone(within=10)
    assert bed("status", check=False).returncode == 1
    bed("up")
    assert Api.admin(where).node_ready()
    assert pods(kubectl) == before


def test_6_up_recovers_from_kill_9_of_daemons_shims_and_pods(kubectl: Callable[..., str], where: Layout) -> None:
    for pid in processes(layout=where):
        process = Identity.of(pid)
        if process is not None:
            process.signal(signal.SIGKILL)
            process.gone(within=10)
    bed("up")
    eventually(lambda: all_ready(kubectl), within=90)


def test_7_up_resumes_a_paused_broker() -> None:
    bed("broker", "pause")
    assert "paused" in bed("status", check=False).stdout
    bed("up")
    assert "paused" not in bed("status").stdout


def test_8_a_killed_broker_comes_back() -> None:
    bed("broker", "kill")
    assert "does not answer" in bed("status", check=False).stdout
    bed("broker", "start")
    bed("status")


def test_9_state_is_kept_when_asked(kubectl: Callable[..., str], where: Layout) -> None:
    bed("down", "--keep-state")
    assert list(everything(layout=where)) == [f"state folder {where.state}"]
    bed("up")
    eventually(lambda: all_ready(kubectl), within=90)


def test_down_after_kill_9_of_daemons_and_shims_leaves_nothing(kubectl: Callable[..., str], where: Layout) -> None:
    assert all_ready(kubectl)
    shims = [pid for pid in processes(layout=where) if "shim" in arguments(pid)[0]]
    killed = [running(name, layout=where) for name in DAEMONS] + [Identity.of(pid) for pid in shims]
    for process in killed:
        assert process is not None
        process.signal(signal.SIGKILL)
    bed("down")
    assert bed("verify-clean", check=False).stdout == ""


def test_down_spares_a_process_that_only_names_a_file_of_the_bed(where: Layout) -> None:
    bed("up")
    reader = subprocess.Popen(["tail", "-f", str(where.audit_log)], stdout=subprocess.DEVNULL)
    try:
        bed("down")
        assert reader.poll() is None
        assert bed("verify-clean", check=False).stdout == ""
    finally:
        reader.kill()
        reader.wait()


def test_down_leaves_nothing_and_twice_is_harmless(where: Layout) -> None:
    bed("up")
    bed("down")
    assert bed("verify-clean", check=False).stdout == ""
    bed("down")
    assert bed("verify-clean", check=False).stdout == ""
    assert not [pid for pid in processes(layout=where) if arguments(pid)]


def test_verify_clean_names_what_is_left(where: Layout) -> None:
    bed("up")
    left = bed("verify-clean", check=False)
    assert left.returncode == 1
    for thing in ("process", "mount", "10.96.0.1", "state folder"):
        assert thing in left.stdout
    bed("down")


def test_a_taken_port_is_reported_before_anything_starts() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 10257))
        other.listen()
        refused = bed("up", check=False)
    assert refused.returncode == 1
    assert "127.0.0.1:10257 is not free" in refused.stderr
    assert str(os.getpid()) in refused.stderr
    bed("down")
    assert bed("verify-clean", check=False).stdout == ""


def test_without_root_it_says_so_in_one_sentence() -> None:
    argv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-m", "dev.bed", "up"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if "dev.bed" in done.stderr and "No module" in done.stderr:
        pytest.skip("this checkout cannot be read by other users")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "needs root" in done.stderr
