"""Facts from bodies as the API server sends them."""

from typing import Any

import pytest

from sluicegate.model.app import TargetKind, TargetRef
from sluicegate.model.downstream import Surge
from sluicegate.model.observation import Foreign, Workload
from sluicegate.observe.workload import AutoscalerFact, PodFact, autoscaler, foreign, pod, pods_of, workload

TARGET = TargetRef(kind=TargetKind.DEPLOYMENT, name="orders")


def deployment(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "metadata": {"name": "orders", "namespace": "shop", "uid": "u", "resourceVersion": "7", "generation": 3},
        "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "orders"}}},
        "status": {"readyReplicas": 3, "updatedReplicas": 4, "observedGeneration": 3},
    }
    for path, value in changes.items():
        part, _, name = path.partition("_")
        body[part][name] = value
    return body


def pod_body(
    name: str = "a", *, waiting: str = "", status: dict[str, Any] | None = None, **meta: Any
) -> dict[str, Any]:
    container = {"state": {"waiting": {"reason": waiting}} if waiting else {"running": {}}}
    return {
        "metadata": {"name": name, "namespace": "shop", "uid": name, "labels": {"app": "orders"}, **meta},
        "status": {
            "phase": "Running",
            "podIP": f"10.0.0.{len(name)}",
            "conditions": [{"type": "Ready", "status": "False" if waiting else "True"}],
            "containerStatuses": [container],
            **(status or {}),
        },
    }


def managed(manager: str, *, time: str, fields: dict[str, Any], subresource: str = "") -> dict[str, Any]:
    entry = {"manager": manager, "time": time, "fieldsV1": fields}
    return {**entry, "subresource": subresource} if subresource else entry


def counted(*bodies: dict[str, Any], desired: int = 4) -> Any:
    return pods_of(workload(deployment(spec_replicas=desired), kind="Deployment"), [pod(body) for body in bodies])


def test_a_deployment_without_replicas_means_one_as_for_the_api_server() -> None:
    assert workload(deployment(spec_replicas=None), kind="Deployment").desired == 1


def test_a_deployment_scaled_to_zero_has_zero_and_not_one() -> None:
    assert workload(deployment(spec_replicas=0), kind="Deployment").desired == 0


def test_counts_and_selector_come_from_the_body() -> None:
    found = workload(deployment(), kind="Deployment")
    assert found == Workload(
        kind="Deployment",
        name="orders",
        uid="u",
        resource_version="7",
        desired=4,
        ready=3,
        updated=4,
        selector="app=orders",
        surge=Surge(percent=25),
    )


@pytest.mark.parametrize(
    ("strategy", "pods"),
    [
        ({}, 3),
        ({"type": "RollingUpdate"}, 3),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}, 3),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2}}, 2),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "2"}}, 2),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "10%"}}, 1),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}}, 0),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "many"}}, 0),
        ({"type": "Recreate"}, 0),
    ],
)
def test_a_rolling_update_adds_what_the_strategy_says(strategy: dict[str, Any], pods: int) -> None:
    """Of ten replicas, percentages rounded up as the Deployment's controller does."""
    body = deployment()
    body["spec"]["strategy"] = strategy
    surge = workload(body, kind="Deployment").surge
    assert surge.pods(10) == pods
    assert surge.pods(0) == 0
    assert workload(body, kind="StatefulSet").surge.pods(10) == 0


def test_a_controller_that_has_not_seen_the_last_spec_is_not_settled() -> None:
    assert not workload(deployment(status_observedGeneration=2), kind="Deployment").settled


def test_a_paused_rollout_is_seen() -> None:
    assert workload(deployment(spec_paused=True), kind="Deployment").paused


def test_the_manager_of_replicas_is_the_last_one_also_through_the_scale_subresource() -> None:
    replicas = {"f:spec": {"f:replicas": {}}}
    entries = [
        managed("kubectl", time="2026-01-01T00:00:00Z", fields=replicas),
        managed("argocd", time="2026-01-02T00:00:00Z", fields=replicas, subresource="scale"),
        managed("kubelet", time="2026-01-03T00:00:00Z", fields={"f:status": {"f:replicas": {}}}, subresource="status"),
    ]
    found = workload(deployment(metadata_managedFields=entries), kind="Deployment")
    assert (found.manager, found.managed_at) == ("argocd", 1767312000.0)


def test_nobody_manages_replicas_where_no_field_says_so() -> None:
    found = workload(deployment(metadata_managedFields=[]), kind="Deployment")
    assert (found.manager, found.managed_at) == ("", None)


def test_a_quota_that_refuses_pods_is_told_though_no_pod_shows_it() -> None:
    refusal = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: q"}
    found = workload(deployment(status_conditions=[refusal]), kind="Deployment")
    assert pods_of(found, []).stuck_reason == "FailedCreate: exceeded quota: q"


def test_terminating_pods_live_on_and_neither_are_surge_nor_ready() -> None:
    pods = counted(pod_body("a"), pod_body("bb", deletionTimestamp="2026-01-01T00:00:00Z"), desired=1)
    assert (pods.live, pods.terminating, pods.surge, pods.ready) == (2, 1, 0, 1)
    assert pods.ips == ("10.0.0.1", "10.0.0.2")


def test_pods_beyond_the_desired_number_are_surge() -> None:
    assert counted(pod_body("a"), pod_body("bb"), pod_body("ccc"), desired=2).surge == 1


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_ended_pods_count_nowhere(phase: str) -> None:
    pods = counted(pod_body("a", status={"phase": phase}))
    assert (pods.live, pods.ready, pods.ips) == (0, 0, ())


def test_pods_of_another_workload_do_not_count() -> None:
    assert counted(pod_body("a", labels={"app": "other"})).live == 0


@pytest.mark.parametrize(
    "reason", ["ImagePullBackOff", "ErrImageNeverPull", "CrashLoopBackOff", "CreateContainerConfigError"]
)
def test_a_pod_that_cannot_start_says_why(reason: str) -> None:
    pods = counted(pod_body("a"), pod_body("bb", waiting=reason))
    assert (pods.stuck, pods.stuck_reason) == (1, reason)


def test_the_two_words_for_a_failed_pull_are_one() -> None:
    assert counted(pod_body("a", waiting="ErrImagePull")).stuck_reason == "ImagePullBackOff"


def test_a_pod_stuck_in_an_init_container_says_why() -> None:
    waiting = [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]
    assert counted(pod_body("a", status={"initContainerStatuses": waiting})).stuck == 1


def test_a_pod_that_is_merely_starting_is_not_stuck() -> None:
    assert counted(pod_body("a", waiting="ContainerCreating")).stuck == 0


def test_a_pod_that_no_node_takes_is_unschedulable() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    pods = counted(pod_body("a", status={"conditions": [condition], "containerStatuses": None, "podIP": None}))
    assert (pods.stuck, pods.stuck_reason, pods.ips) == (1, "Unschedulable", ())


def test_the_owner_of_a_pod_is_its_controller() -> None:
    owners = [{"uid": "x"}, {"uid": "rs", "controller": True}]
    assert pod(pod_body("a", ownerReferences=owners)).owner == "rs"


def hpa(name: str = "orders", *, target: str = "orders", desired: int | None = 5, owner: str = "") -> AutoscalerFact:
    owners = [{"kind": "ScaledObject", "name": owner, "controller": True}] if owner else []
    return autoscaler(
        {
            "metadata": {"name": name, "namespace": "shop", "ownerReferences": owners},
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": target}},
            "status": {"desiredReplicas": desired} if desired is not None else {},
        },
        kind="HorizontalPodAutoscaler",
    )


def scaled_object(**annotations: str) -> AutoscalerFact:
    named = {f"autoscaling.keda.sh/{name.replace('_', '-')}": value for name, value in annotations.items()}
    return autoscaler(
        {"metadata": {"name": "so", "annotations": named}, "spec": {"scaleTargetRef": {"name": "orders"}}},
        kind="ScaledObject",
    )


def test_an_hpa_on_the_target_is_foreign_with_its_number() -> None:
    assert foreign(TARGET, [hpa()]) == Foreign(kind="HorizontalPodAutoscaler", name="orders", desired=5)


def test_an_hpa_on_another_target_is_nobody_s_business() -> None:
    assert foreign(TARGET, [hpa(target="payments")]) is None


def test_keda_s_hpa_is_told_as_the_scaled_object_that_made_it() -> None:
    both = [hpa("keda-hpa-so", owner="so"), scaled_object()]
    assert foreign(TARGET, both) == Foreign(kind="ScaledObject", name="so", desired=5)
    assert foreign(TARGET, both[:1]) == Foreign(kind="ScaledObject", name="so", desired=5)


def test_an_hpa_without_a_number_yet_shows_none() -> None:
    found = foreign(TARGET, [hpa(desired=None)])
    assert found is not None
    assert found.desired is None


@pytest.mark.parametrize(
    ("annotations", "paused", "desired"),
    [
        ({}, False, None),
        ({"paused": "true"}, True, None),
        ({"paused": "false"}, False, None),
        ({"paused_replicas": "3"}, True, 3),
        ({"paused_replicas": "0"}, True, 0),
    ],
)
def test_a_paused_scaled_object_still_is_one_and_says_so(
    annotations: dict[str, str], paused: bool, desired: int | None
) -> None:
    found = foreign(TARGET, [scaled_object(**annotations)])
    assert found == Foreign(kind="ScaledObject", name="so", desired=desired, paused=paused)


def test_a_pod_fact_keeps_labels_sorted_and_hashable() -> None:
    fact = pod(pod_body("a", labels={"z": "1", "app": "orders"}))
    assert isinstance(fact, PodFact)
    assert fact.labels == (("app", "orders"), ("z", "1"))
