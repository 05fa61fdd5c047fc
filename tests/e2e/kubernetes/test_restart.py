"""The operator ends, gently or not, in the middle of things: nothing is forgotten, nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import POLL
from tests.support.broker import Broker
from tests.support.cluster import Cluster
from tests.support.install import ROOT, Release
from tests.support.mute import mute
from tests.support.recorder import Recorder
from tests.support.wait import eventually

BETWEEN_UPS = 30.0
"""Seconds between two steps up in lagPerReplica mode."""


def test_a_kill_in_mid_burst_neither_doubles_a_step_nor_forgets_the_pause_after_it(
    still_app: StillApp, release: Release
) -> None:
    app = still_app()
    app.start(scaling=by_lag())
    app.shows("Ready", "True", within=20)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        app.owe(30)
        app.reaches(3)
        remembered = eventually(
            lambda: app.status().get("memory", {}).get("lastScaleUpAt"), within=5, what="memory is in status"
        )
        release.kill9()
        app.owe(60)
        app.reaches(6, within=BETWEEN_UPS + 15)
        first, second = seen.first(3), seen.first(6)
        assert first is not None
        assert second is not None
        assert second - first >= BETWEEN_UPS - POLL, "the pause after a step up was forgotten"
        assert seen.numbers == [1, 3, 6]
    eventually(
        lambda: app.status()["memory"]["lastScaleUpAt"] > remembered, within=5, what="the new step is remembered"
    )


def test_a_new_pod_sees_a_whole_window_before_it_takes_replicas_away(still_app: StillApp, release: Release) -> None:
    app = still_app()
    window = 15.0
    quick = {"stabilization": f"{window:g}s", "maxPerHour": 3600, "outageHold": "2s"}
    app.start(scaling=by_lag(scaleDown=quick), replicas=1)
    app.owe(60)
    app.reaches(6)
    with Recorder("deployment", app.name, namespace=app.namespace) as seen:
        pod = release.pod()["metadata"]
        app.owe(0)
        dropped = time.monotonic()
        app.cluster.delete("pod", pod["name"], namespace=release.namespace)
        assert release.pod()["metadata"]["uid"] != pod["uid"]
        app.reaches(1, within=window + 25)
        down = next(at for value in (5, 4, 3, 2, 1) if (at := seen.first(value)))
        assert down - dropped >= window - POLL, "replicas went before a whole window was seen"


@pytest.fixture
def operator_process(cluster: Cluster, broker: Broker, namespace: str) -> Iterator[subprocess.Popen[str]]:
    """`sluicegate run` beside the cluster, busy with a broker that never answers."""
    argv = [str(ROOT / ".venv/bin/sluicegate"), "run", "--namespace", namespace, "--port", "0", "--log-format", "json"]
    with mute(near=broker.bootstrap) as silent:
        hanging = {
            "apiVersion": "sluicegate.dev/v1alpha1",
            "kind": "KafkaConnection",
            "metadata": {"name": "hangs"},
            "spec": {"bootstrapServers": silent, "pollInterval": "2s"},
        }
        cluster.apply(hanging, namespace=namespace)
        process = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ}
        )
        yield process
        process.kill()
        process.wait()


def test_sigterm_ends_it_within_two_seconds_whatever_hangs(
    release: Release, cluster: Cluster, namespace: str, operator_process: subprocess.Popen[str]
) -> None:
    eventually(
        lambda: children_of(operator_process.pid), within=20, what="the operator asks Kafka through a child process"
    )
    began = time.monotonic()
    operator_process.send_signal(signal.SIGTERM)
    code = operator_process.wait(timeout=20)
    took = time.monotonic() - began
    assert (code, took < 2.0) == (0, True), f"exit code {code} after {took:.1f} s"


def test_sigterm_in_the_pod_is_a_clean_exit(release: Release, cluster: Cluster) -> None:
    name = release.pod_name()
    with Recorder("pod", name, namespace=release.namespace, path=ENDED) as seen:
        asked = time.time()
        cluster.run("delete", "pod", name, "-n", release.namespace, "--wait=false")
        ended = eventually(lambda: [value for value in seen.values if value], within=30, what="the container ended")
    code, at = ended[0].split()
    assert code == "0"
    assert datetime.fromisoformat(at).timestamp() - asked < 3.0
    release.pod()


ENDED = ".status.containerStatuses[0].state.terminated['exitCode','finishedAt']"


def children_of(pid: int) -> list[str]:
    done = subprocess.run(["pgrep", "-f", "-P", str(pid), "sluicegate-sweep"], capture_output=True, text=True)
    return done.stdout.split()
