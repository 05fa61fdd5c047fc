"""The rim on a real API server: stale writes, missing rights, watches that break, and the commands people type."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from kubernetes.aio.client import Configuration

from sluicegate.act.ports import EventNote, ScaleSnapshot
from sluicegate.cli.main import cli
from sluicegate.control.store import Store
from sluicegate.errors import Conflict, Denied, Gone
from sluicegate.kube.access import configuration
from sluicegate.kube.client import Cluster as Client
from sluicegate.kube.transport import Transport
from sluicegate.kube.watch import handlers, watch
from sluicegate.model.resource import Key
from tests.support.cluster import Cluster
from tests.support.proxy import Proxy
from tests.support.wait import eventually

CRDS = Path(__file__).resolve().parents[2] / "crds"
PLURAL = "kafkaconsumerapps"


def app(name: str = "orders") -> dict[str, Any]:
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConsumerApp",
        "metadata": {"name": name},
        "spec": {
            "scaleTargetRef": {"name": name},
            "kafka": {"bootstrapServers": "nowhere.invalid:9092"},
            "consumerGroup": name,
            "topics": ["orders"],
            "scaling": {"maxReplicas": 10},
        },
    }


def deployment(name: str = "orders") -> dict[str, Any]:
    container = {"name": "c", "image": "nowhere.invalid/none:1", "imagePullPolicy": "Never"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
        },
    }


@pytest.fixture(scope="module")
def place(cluster: Cluster) -> Iterator[str]:
    """A namespace with one app and its Deployment, and the CRDs of this tree."""
    cluster.run("apply", "--server-side", "--force-conflicts", "-f", str(CRDS))
    cluster.run("wait", "--for=condition=Established", "--timeout=30s", "-f", str(CRDS))
    name = f"rim-{uuid.uuid4().hex[:8]}"
    cluster.run("create", "namespace", name)
    cluster.apply(app(), deployment(), namespace=name)
    yield name
    cluster.run("delete", "namespace", name, "--wait=false")


@pytest.fixture
async def client(place: str) -> AsyncIterator[Client]:
    async with await Client.connect(namespaces=(place,)) as found:
        yield found


async def one_more(client: Client, key: Key) -> ScaleSnapshot:
    """The scale as it was before one replica was added; the deployment's controller may write in between."""
    while True:
        before = await client.get_scale(kind="Deployment", key=key)
        try:
            await client.put_scale(
                kind="Deployment", key=key, replicas=before.replicas + 1, resource_version=before.resource_version
            )
        except Conflict:
            continue
        return before


async def test_a_scale_write_on_a_stale_version_is_a_conflict_and_changes_nothing(
    client: Client, cluster: Cluster, place: str
) -> None:
    orders = Key(place, "orders")
    before = await one_more(client, orders)
    with pytest.raises(Conflict):
        await client.put_scale(kind="Deployment", key=orders, replicas=9, resource_version=before.resource_version)
    found = cluster.get("deployment", "orders", namespace=place)
    assert found["spec"]["replicas"] == before.replicas + 1
    assert found["metadata"]["uid"] == before.uid


async def test_a_scale_write_shows_who_wrote_it(client: Client, place: str) -> None:
    orders = Key(place, "orders")
    before = await one_more(client, orders)
    store = Store()
    for body in await client.list_bodies("Deployment"):
        store.put_workload(body, kind="Deployment")
    store.apps.put(await client.get_body("KafkaConsumerApp", orders))
    record = store.apps.get(orders)
    assert record is not None
    workload = store.workload_of(record)
    assert workload is not None
    assert (workload.desired, workload.manager) == (before.replicas + 1, "sluicegate")


async def test_a_status_write_on_a_stale_version_is_a_conflict_and_a_null_takes_a_field_away(
    client: Client, place: str
) -> None:
    orders = Key(place, "orders")
    version = (await client.get_body("KafkaConsumerApp", orders))["metadata"]["resourceVersion"]
    newer, status = await client.patch_status(
        plural=PLURAL, key=orders, resource_version=version, patch={"limitedBy": "Max", "lag": {"records": 5}}
    )
    assert (status["limitedBy"], status["lag"]) == ("Max", {"records": 5})
    with pytest.raises(Conflict):
        await client.patch_status(plural=PLURAL, key=orders, resource_version=version, patch={"limitedBy": "Min"})
    _, status = await client.patch_status(plural=PLURAL, key=orders, resource_version=newer, patch={"lag": None})
    assert "lag" not in status
    assert status["limitedBy"] == "Max"


async def test_what_is_not_there_is_gone(client: Client, place: str) -> None:
    nothing = Key(place, "nothing")
    with pytest.raises(Gone):
        await client.get_scale(kind="Deployment", key=nothing)
    with pytest.raises(Gone):
        await client.get_secret(namespace=place, name="nothing")
    with pytest.raises(Gone):
        await client.patch_status(plural=PLURAL, key=nothing, resource_version="1", patch={})


async def test_an_event_stands_beside_the_app_and_the_same_words_are_one(
    client: Client, cluster: Cluster, place: str
) -> None:
    uid = cluster.get("kafkaconsumerapp", "orders", namespace=place)["metadata"]["uid"]
    note = EventNote(type="Normal", reason="ScaledUp", message=f"2 → 3: {uuid.uuid4()}")
    for _ in range(3):
        await client.create_event(note, plural=PLURAL, record_key=Key(place, "orders"), uid=uid)
    events = [one for one in cluster.list("events", namespace=place) if one["message"] == note.message]
    assert 1 <= len(events) <= 2
    assert events[0]["involvedObject"]["uid"] == uid
    assert note.message in cluster.run("describe", "kca", "orders", "-n", place)


async def test_an_event_that_is_refused_disturbs_nobody(client: Client) -> None:
    note = EventNote(type="Normal", reason="ScaledUp", message="2 → 3")
    await client.create_event(note, plural=PLURAL, record_key=Key("no-such-namespace", "orders"), uid="x")


async def test_a_missing_right_is_named_with_verb_and_resource(cluster: Cluster, place: str) -> None:
    cluster.run("create", "serviceaccount", "nobody", "-n", place)
    admin = await configuration()
    settings = Configuration()
    settings.host, settings.ssl_ca_cert = admin.host, admin.ssl_ca_cert
    token = cluster.run("create", "token", "nobody", "-n", place).strip()
    settings.api_key["BearerToken"] = f"bearer {token}"
    async with Client(Transport(settings), namespaces=(place,)) as nobody:
        with pytest.raises(Denied, match=r"grant the verb 'list' on 'kafkaconsumerapps.sluicegate.dev'"):
            await nobody.list_bodies("KafkaConsumerApp")
        with pytest.raises(Denied, match=r"grant the verb 'get' on 'deployments.apps/scale'"):
            await nobody.get_scale(kind="Deployment", key=Key(place, "orders"))
        settings.api_key["BearerToken"] = "bearer nonsense"
        with pytest.raises(Denied, match="does not know who asks"):
            await nobody.list_bodies("Pod")


@pytest.fixture
async def proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """A way to the API server that the test can cut, and a KUBECONFIG that takes it."""
    config = yaml.safe_load(await asyncio.to_thread(Path(os.environ["KUBECONFIG"]).read_text))
    server = config["clusters"][0]["cluster"]
    async with Proxy(to=server["server"]) as found:
        server["server"] = f"https://127.0.0.1:{found.port}"
        path = tmp_path / "config"
        path.write_text(yaml.safe_dump(config))
        monkeypatch.setenv("KUBECONFIG", str(path))
        yield found


@pytest.fixture
async def store(proxy: Proxy, place: str) -> AsyncIterator[Store]:
    """A store fed by watches over the proxy."""
    found, stop = Store(), asyncio.Event()
    watching = asyncio.create_task(watch(handlers(found), namespaces=(place,), stop=stop))
    try:
        yield found
        assert not watching.done(), "the watches ended by themselves"
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await asyncio.gather(watching, return_exceptions=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)


async def seen(look: Callable[[], bool], *, within: float, what: str) -> None:
    """As `eventually`, while the loop goes on."""
    await asyncio.to_thread(eventually, look, within=within, what=what)


async def test_watches_see_what_is_there_what_comes_and_what_goes_and_write_nothing(
    store: Store, cluster: Cluster, place: str
) -> None:
    orders = Key(place, "orders")
    before = await asyncio.to_thread(cluster.get, "kafkaconsumerapp", "orders", namespace=place)
    await seen(lambda: store.apps.get(orders) is not None, within=10, what="the app is seen")
    cluster.apply(app("later"), namespace=place)
    await seen(lambda: store.apps.get(Key(place, "later")) is not None, within=5, what="a new one is seen")
    await asyncio.to_thread(cluster.delete, "kafkaconsumerapp", "later", namespace=place)
    await seen(lambda: store.apps.get(Key(place, "later")) is None, within=5, what="its end is seen")
    after = await asyncio.to_thread(cluster.get, "kafkaconsumerapp", "orders", namespace=place)
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    assert "finalizers" not in after["metadata"]


async def test_watches_outlive_an_api_server_that_is_away_and_then_see_what_they_missed(
    store: Store, proxy: Proxy, cluster: Cluster, place: str
) -> None:
    orders, missed = Key(place, "orders"), Key(place, "missed")
    await seen(lambda: store.apps.get(orders) is not None, within=10, what="the app is seen")
    await proxy.cut()
    cluster.apply(app("missed"), namespace=place)
    await asyncio.sleep(4)
    assert store.apps.get(missed) is None
    await proxy.mend()
    await seen(lambda: store.apps.get(missed) is not None, within=25, what="what was missed is seen")


def invoke(*arguments: str) -> tuple[int, str]:
    """The exit code, and what it printed: without the notes beside it when all went well."""
    result = CliRunner().invoke(cli, arguments)
    return result.exit_code, result.output if result.exit_code else result.stdout


def test_status_lists_apps_in_every_form(place: str) -> None:
    code, text = invoke("status", "-n", place)
    assert code == 0, text
    assert text.split("\n")[0].split()[:2] == ["NAME", "REPLICAS"]
    assert "orders" in text
    assert "\x1b" not in text
    code, text = invoke("status", "-A")
    assert place in text
    code, text = invoke("status", "-n", place, "-o", "json")
    assert "orders" in [item["metadata"]["name"] for item in json.loads(text)["items"]]
    code, text = invoke("status", "orders", "-n", place, "-o", "yaml")
    assert yaml.safe_load(text)["metadata"]["name"] == "orders"


def test_an_app_that_is_not_there_is_code_1_and_named(place: str) -> None:
    for command in ("status", "explain"):
        code, text = invoke(command, "nothing", "-n", place)
        assert code == 1
        assert f"there is no KafkaConsumerApp 'nothing' in namespace '{place}'" in text


def test_explain_tells_the_reason_line_by_line(cluster: Cluster, place: str) -> None:
    status = {"limitedBy": "Max", "lag": {"records": 5}, "decision": {"message": "held by maxReplicas"}}
    patch = json.dumps({"status": status})
    cluster.run("patch", "kca", "orders", "-n", place, "--subresource=status", "--type=merge", "-p", patch)
    code, text = invoke("explain", "orders", "-n", place)
    assert code == 0, text
    assert "held by maxReplicas" in text
    code, text = invoke("explain", "orders", "-n", place, "-o", "json")
    assert {"what": "limited by", "why": "Max"} in json.loads(text)["reasons"]


def answers(log: Path, path: str) -> bool:
    """Whether the operator that writes ``log`` answers ``path`` with 200; its first line tells the port."""
    lines = log.read_text().splitlines()
    if not lines:
        return False
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{json.loads(lines[0])['port']}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_sigterm_ends_a_working_operator_within_two_seconds_with_code_0(place: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [str(Path(sys.executable).parent / "sluicegate"), "run", "-n", place, "--port=0", "--log-format=json"]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process:
        try:
            eventually(lambda: answers(log, "/readyz"), within=40, what="it is ready")
            assert answers(log, "/livez")
            eventually(lambda: "sluicegate_app_condition{" in scrape(log), within=20, what="it decides")
            began = time.monotonic()
            process.terminate()
            assert process.wait(timeout=10) == 0
            assert time.monotonic() - began < 2
        finally:
            process.kill()
    assert json.loads(log.read_text().splitlines()[-1])["message"] == "stopped"


def scrape(log: Path) -> str:
    port = json.loads(log.read_text().splitlines()[0])["port"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())
