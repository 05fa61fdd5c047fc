"""Requests over real HTTP against a server that answers as it is told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from kubernetes.aio.client import Configuration

from sluicegate.act.ports import EventNote
from sluicegate.errors import Conflict, Denied, Gone, Invalid, Transient
from sluicegate.kube.client import Cluster
from sluicegate.kube.transport import Transport
from sluicegate.model.resource import Key
from sluicegate.telemetry.metrics import kubernetes_requests_total
from sluicegate.telemetry.redact import redact

ORDERS = Key("shop", "orders")
Answer = Callable[[web.Request], Any]


class Server:
    """An API server whose next answers are set by the test."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        self.hang = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.text() or "null")
        headers = {
            name if name != "Authorization" else "authorization": value for name, value in request.headers.items()
        }
        self.seen.append((request.method, request.path_qs, headers, body))
        if self.hang:
            await asyncio.sleep(30)
        status, answer = self.answers.pop(0)
        if isinstance(answer, str):
            return web.Response(text=answer, status=status)
        return web.json_response(answer, status=status)


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def settings(server: Server) -> AsyncIterator[Configuration]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = Configuration()
    settings.host = f"http://127.0.0.1:{runner.addresses[0][1]}"
    settings.api_key["BearerToken"] = "bearer of nothing"
    yield settings
    await runner.cleanup()


@pytest.fixture
async def transport(settings: Configuration) -> AsyncIterator[Transport]:
    async with Transport(settings) as found:
        yield found


@pytest.fixture
async def cluster(transport: Transport) -> Cluster:
    return Cluster(transport)


def count(verb: str, code: str) -> float:
    return float(kubernetes_requests_total.labels(verb=verb, code=code)._value.get())


async def test_a_list_is_read_page_by_page(server: Server, cluster: Cluster) -> None:
    server.answers = [
        (200, {"metadata": {"continue": "t/1"}, "items": [{"metadata": {"name": "a"}}]}),
        (200, {"metadata": {}, "items": [{"metadata": {"name": "b"}}]}),
    ]
    found = await cluster.list_bodies("Pod")
    assert [body["metadata"]["name"] for body in found] == ["a", "b"]
    assert [path for _, path, _, _ in server.seen] == ["/api/v1/pods?limit=500", "/api/v1/pods?limit=500&continue=t/1"]


async def test_watched_namespaces_are_listed_one_by_one(server: Server, transport: Transport) -> None:
    server.answers = [(200, {"items": [{"metadata": {"name": name}}]}) for name in "ab"]
    found = await Cluster(transport, namespaces=("one", "two")).list_bodies("KafkaConsumerApp")
    assert [body["metadata"]["name"] for body in found] == ["a", "b"]
    assert [path.split("/")[5] for _, path, _, _ in server.seen] == ["one", "two"]


async def test_a_kind_the_cluster_does_not_know_is_an_empty_list_if_it_is_another_s(
    server: Server, cluster: Cluster
) -> None:
    server.answers = [(404, {"message": "the server could not find the requested resource"})]
    assert await cluster.list_bodies("ScaledObject") == []


async def test_our_own_kind_missing_is_an_error_that_says_what_to_install(server: Server, cluster: Cluster) -> None:
    server.answers = [(404, {"message": "the server could not find the requested resource"})]
    with pytest.raises(Gone, match="does not know kafkaconsumerapps: install the CRDs"):
        await cluster.list_bodies("KafkaConsumerApp")


async def test_apps_go_on_where_the_crds_of_later_versions_are_not_installed_yet(
    server: Server, cluster: Cluster
) -> None:
    server.answers = [(404, {"message": "the server could not find the requested resource"})] * 3
    assert await cluster.list_bodies("DownstreamDependency") == []
    assert await cluster.list_bodies("ClusterDownstreamDependency") == []
    assert await cluster.list_bodies("DeadLetterRedrive") == []
    server.answers = [(200, {"items": []})] * 2
    assert await cluster.serves_own_kinds()
    asked = [path.partition("?")[0].rpartition("/")[2] for _, path, _, _ in server.seen[3:]]
    assert asked == ["kafkaconsumerapps", "kafkaconnections"]


async def test_what_lives_in_no_namespace_is_listed_once_or_where_it_may_not_be_seen_never(
    server: Server, transport: Transport
) -> None:
    kind = "ClusterDownstreamDependency"
    denied = Cluster(transport, namespaces=("one", "two"), clusterwide=False)
    assert await denied.list_bodies(kind) == []
    assert server.seen == []
    server.answers = [(200, {"items": [{"metadata": {"name": "warehouse"}}]})]
    found = await Cluster(transport, namespaces=("one", "two")).list_bodies(kind)
    assert [body["metadata"]["name"] for body in found] == ["warehouse"]
    assert [path for _, path, _, _ in server.seen] == [
        "/apis/sluicegate.dev/v1alpha1/clusterdownstreamdependencies?limit=500"
    ]


async def test_an_event_of_what_lives_in_no_namespace_stands_where_the_api_server_takes_it(
    server: Server, cluster: Cluster
) -> None:
    server.answers = [(201, {})]
    note = EventNote(type="Warning", reason="BreakerOpen", message="pg failed three times")
    await cluster.create_event(note, plural="clusterdownstreamdependencies", record_key=Key("", "warehouse"), uid="u")
    _, path, _, body = server.seen[0]
    assert path == "/api/v1/namespaces/default/events"
    assert body["metadata"]["namespace"] == "default"
    assert body["involvedObject"] == {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "ClusterDownstreamDependency",
        "name": "warehouse",
        "uid": "u",
    }


async def test_a_config_map_is_made_in_its_namespace_and_changed_by_version(server: Server, cluster: Cluster) -> None:
    server.answers = [(201, {}), (200, {}), (409, {"message": "the object has been modified"})]
    body = {"metadata": {"name": "orders", "resourceVersion": "7"}, "data": {"group.id": "g"}}
    await cluster.create_config_map(ORDERS, body)
    await cluster.update_config_map(ORDERS, body)
    with pytest.raises(Conflict, match="has been modified"):
        await cluster.update_config_map(ORDERS, body)
    assert [(method, path.partition("?")[0]) for method, path, _, _ in server.seen[:2]] == [
        ("POST", "/api/v1/namespaces/shop/configmaps"),
        ("PUT", "/api/v1/namespaces/shop/configmaps/orders"),
    ]
    assert server.seen[1][3]["metadata"]["resourceVersion"] == "7"


async def test_a_config_map_is_read_whole_or_gone(server: Server, cluster: Cluster) -> None:
    server.answers = [(200, {"metadata": {"resourceVersion": "7"}, "data": {"a": "b"}}), (404, {"message": "none"})]
    assert (await cluster.get_config_map(ORDERS))["metadata"]["resourceVersion"] == "7"
    with pytest.raises(Gone):
        await cluster.get_config_map(ORDERS)


async def test_finalizers_are_the_whole_list_for_one_version_and_nothing_else(server: Server, cluster: Cluster) -> None:
    server.answers = [(200, {"metadata": {"resourceVersion": "8"}})]
    version = await cluster.put_finalizers(
        plural="kafkaconsumerapps",
        key=ORDERS,
        resource_version="7",
        finalizers=("other.dev/x", "sluicegate.dev/topics"),
    )
    assert version == "8"
    method, path, headers, body = server.seen[0]
    assert (method, path) == (
        "PATCH",
        "/apis/sluicegate.dev/v1alpha1/namespaces/shop/kafkaconsumerapps/orders?fieldManager=sluicegate",
    )
    assert headers["Content-Type"] == "application/merge-patch+json"
    assert body == {"metadata": {"resourceVersion": "7", "finalizers": ["other.dev/x", "sluicegate.dev/topics"]}}


async def test_a_redrive_is_deleted_only_where_it_is_still_the_same_one(server: Server, cluster: Cluster) -> None:
    server.answers = [(200, {"status": "Success"}), (409, {"message": "the UID in the precondition"}), (404, {})]
    await cluster.delete_redrive(Key("shop", "again"), uid="u-1")
    method, path, _, body = server.seen[0]
    assert (method, path) == ("DELETE", "/apis/sluicegate.dev/v1alpha1/namespaces/shop/deadletterredrives/again")
    assert body["preconditions"] == {"uid": "u-1"}
    with pytest.raises(Conflict, match="UID in the precondition"):
        await cluster.delete_redrive(Key("shop", "again"), uid="u-1")
    with pytest.raises(Gone):
        await cluster.delete_redrive(Key("shop", "again"), uid="u-1")


async def test_a_list_that_expires_between_pages_is_tried_again_later(server: Server, cluster: Cluster) -> None:
    server.answers = [(200, {"metadata": {"continue": "t"}, "items": []}), (410, {"message": "too old"})]
    with pytest.raises(Transient, match="expired"):
        await cluster.list_bodies("Pod")


async def test_a_scale_write_carries_version_and_field_manager(server: Server, cluster: Cluster) -> None:
    server.answers = [(200, {"metadata": {"name": "orders", "resourceVersion": "8"}})]
    assert await cluster.put_scale(kind="Deployment", key=ORDERS, replicas=0, resource_version="7") == "8"
    method, path, headers, body = server.seen[0]
    assert (method, path) == (
        "PUT",
        "/apis/apps/v1/namespaces/shop/deployments/orders/scale?fieldManager=sluicegate",
    )
    assert (body["metadata"]["resourceVersion"], body["spec"]["replicas"]) == ("7", 0)
    assert headers["Content-Type"] == "application/json"


async def test_a_scale_without_replicas_is_zero_as_the_api_server_leaves_zero_out(
    server: Server, cluster: Cluster
) -> None:
    server.answers = [(200, {"metadata": {"resourceVersion": "7", "uid": "u"}, "spec": {}})]
    assert (await cluster.get_scale(kind="StatefulSet", key=ORDERS)).replicas == 0


async def test_a_status_is_a_merge_patch_that_names_the_version_it_changes(server: Server, cluster: Cluster) -> None:
    server.answers = [(200, {"metadata": {"resourceVersion": "8"}, "status": {"a": 1}})]
    version, status = await cluster.patch_status(
        plural="kafkaconsumerapps", key=ORDERS, resource_version="7", patch={"a": 1, "lag": None}
    )
    assert (version, status) == ("8", {"a": 1})
    _, path, headers, body = server.seen[0]
    assert path.endswith("/kafkaconsumerapps/orders/status?fieldManager=sluicegate")
    assert headers["Content-Type"] == "application/merge-patch+json"
    assert body == {"metadata": {"resourceVersion": "7"}, "status": {"a": 1, "lag": None}}


@pytest.mark.parametrize(("code", "kind"), [(409, Conflict), (403, Denied), (422, Invalid), (503, Transient)])
async def test_a_refused_write_is_counted_and_said(
    server: Server, cluster: Cluster, code: int, kind: type[Exception]
) -> None:
    before = count("update", str(code))
    server.answers = [(code, {"message": "words"})]
    with pytest.raises(kind, match="words"):
        await cluster.put_scale(kind="Deployment", key=ORDERS, replicas=1, resource_version="7")
    assert count("update", str(code)) == before + 1
    assert len(server.seen) == 1


async def test_a_server_that_hangs_is_given_up_after_the_time_limit(server: Server, transport: Transport) -> None:
    server.hang = True
    before, began = count("get", "0"), time.monotonic()
    with pytest.raises(Transient, match="no answer"):
        await transport.request("get", "/api/v1/pods", resource="pods", within=0.2)
    assert time.monotonic() - began < 1.5
    assert count("get", "0") == before + 1


async def test_a_server_that_is_not_there_is_transient() -> None:
    settings = Configuration()
    settings.host = "http://127.0.0.1:1"
    async with Transport(settings) as transport:
        with pytest.raises(Transient, match="no answer"):
            await transport.request("get", "/api/v1/pods", resource="pods", within=1.0)


async def test_an_answer_that_is_no_json_is_transient(server: Server, transport: Transport) -> None:
    server.answers = [(200, "<html>")]
    with pytest.raises(Transient, match="get pods"):
        await transport.request("get", "/x", resource="pods", within=1.0)


async def test_what_a_secret_holds_is_blotted_out_from_the_moment_it_is_read(server: Server, cluster: Cluster) -> None:
    server.answers = [(200, {"data": {"username": "b3JkZXJz", "password": "Y2FuYXJ5LXJlYWQ="}})]
    found = await cluster.get_secret(namespace="shop", name="s")
    assert found == {"username": b"orders", "password": b"canary-read"}
    assert redact("orders canary-read") == "orders [redacted]"


async def test_a_rotated_token_is_sent_from_the_next_request_on(server: Server, settings: Configuration) -> None:
    tokens = iter(["bearer first", "bearer second"])
    settings.refresh_api_key_hook = lambda found: found.api_key.update(BearerToken=next(tokens))
    server.answers = [(200, {}), (200, {})]
    async with Transport(settings) as transport:
        for _ in range(2):
            await transport.request("get", "/x", resource="pods", within=1.0)
    assert [headers.get("authorization") for _, _, headers, _ in server.seen] == ["bearer first", "bearer second"]
