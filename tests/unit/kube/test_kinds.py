"""Where kinds live, and what of them is kept."""

from sluicegate.kube.kinds import KINDS
from sluicegate.model.resource import Key


def test_paths_are_those_of_the_api_server() -> None:
    assert KINDS["Pod"].path() == "/api/v1/pods"
    assert KINDS["Pod"].path(namespace="shop") == "/api/v1/namespaces/shop/pods"
    scale = KINDS["Deployment"].of(Key("shop", "orders"), subresource="scale")
    assert scale == "/apis/apps/v1/namespaces/shop/deployments/orders/scale"
    own = KINDS["KafkaConsumerApp"].of(Key("shop", "orders"))
    assert own == "/apis/sluicegate.dev/v1alpha1/namespaces/shop/kafkaconsumerapps/orders"


def test_what_lives_in_no_namespace_has_none_in_its_path() -> None:
    kind = KINDS["ClusterDownstreamDependency"]
    status = kind.of(Key("shop", "orders-db"), subresource="status")
    assert status == "/apis/sluicegate.dev/v1alpha1/clusterdownstreamdependencies/orders-db/status"
    assert kind.path(namespace="shop") == "/apis/sluicegate.dev/v1alpha1/clusterdownstreamdependencies"


def test_a_list_keeps_who_set_replicas_and_drops_the_template() -> None:
    body = {"metadata": {"name": "x", "managedFields": [1]}, "spec": {"replicas": 3, "template": {"big": 1}}}
    kept = KINDS["Deployment"].trimmed(body)
    assert kept == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x", "managedFields": [1]},
        "spec": {"replicas": 3},
    }
    assert body["spec"]["template"] == {"big": 1}


def test_a_pod_without_the_dropped_parts_is_taken_as_it_is() -> None:
    assert KINDS["Pod"].trimmed({"metadata": {"name": "x"}})["metadata"] == {"name": "x"}
