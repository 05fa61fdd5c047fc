"""What the operator may do: what it does, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.chart import Body, Render

RIGHTS = {
    ("sluicegate.dev", "kafkaconsumerapps"): {"list", "watch"},
    ("sluicegate.dev", "kafkaconnections"): {"list", "watch"},
    ("sluicegate.dev", "kafkaconsumerapps/status"): {"patch"},
    ("sluicegate.dev", "kafkaconnections/status"): {"patch"},
    ("apps", "deployments"): {"list", "watch"},
    ("apps", "statefulsets"): {"list", "watch"},
    ("apps", "deployments/scale"): {"get", "update"},
    ("apps", "statefulsets/scale"): {"get", "update"},
    ("", "pods"): {"list", "watch"},
    ("", "events"): {"create"},
    ("", "secrets"): {"get"},
    ("autoscaling", "horizontalpodautoscalers"): {"list"},
    ("keda.sh", "scaledobjects"): {"list"},
}


def rights(role: Body) -> dict[tuple[str, str], set[str]]:
    out: dict[tuple[str, str], set[str]] = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                out.setdefault((group, resource), set()).update(rule["verbs"])
    return out


def test_the_operator_has_these_rights_and_no_others(render: Render) -> None:
    assert rights(render().one("ClusterRole", ending="sluicegate")) == RIGHTS


@pytest.mark.parametrize("values", [{}, {"watchNamespaces": ["shop"]}], ids=["everywhere", "one namespace"])
def test_no_rule_has_a_wildcard(render: Render, values: Body) -> None:
    rendered = render(values)
    for role in rendered.all("ClusterRole") + rendered.all("Role"):
        for rule in role["rules"]:
            for words in rule.values():
                assert all("*" not in word for word in words)


def test_watched_namespaces_get_a_role_each_and_the_cluster_none(render: Render) -> None:
    rendered = render({"watchNamespaces": ["shop", "billing"]})
    assert [role["metadata"]["namespace"] for role in rendered.all("Role")] == ["shop", "billing"]
    assert all(rights(role) == RIGHTS for role in rendered.all("Role"))
    assert rendered.all("ClusterRoleBinding") == []
    assert {role["metadata"]["name"] for role in rendered.all("ClusterRole")} == {"sluicegate-view", "sluicegate-edit"}


@pytest.mark.parametrize("values", [{}, {"watchNamespaces": ["shop"]}], ids=["everywhere", "one namespace"])
def test_the_rights_are_bound_to_the_account_of_the_pod(render: Render, values: Body) -> None:
    rendered = render(values)
    binding = (rendered.all("ClusterRoleBinding") + rendered.all("RoleBinding"))[0]
    account = rendered.one("ServiceAccount")["metadata"]
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": account["name"], "namespace": account["namespace"]}
    ]
    assert binding["roleRef"]["name"] == "sluicegate"
    assert rendered.pod["serviceAccountName"] == account["name"]
    assert account["namespace"] == "operators"


def test_an_account_that_is_there_already_is_used(render: Render) -> None:
    rendered = render({"serviceAccount": {"create": False, "name": "given"}})
    assert rendered.all("ServiceAccount") == []
    assert rendered.pod["serviceAccountName"] == "given"
    assert rendered.one("ClusterRoleBinding")["subjects"][0]["name"] == "given"


def test_secrets_can_be_narrowed_to_names_and_are_never_listed(render: Render) -> None:
    (rule,) = (
        rule
        for rule in render({"secretNames": ["kafka-user", "kafka-ca"]}).one("ClusterRole", ending="sluicegate")["rules"]
        if rule["resources"] == ["secrets"]
    )
    assert rule == {
        "apiGroups": [""],
        "resources": ["secrets"],
        "verbs": ["get"],
        "resourceNames": ["kafka-user", "kafka-ca"],
    }


def test_those_who_may_edit_a_namespace_may_edit_apps_but_not_their_status(render: Render) -> None:
    edit = render().one("ClusterRole", ending="-edit")
    assert edit["metadata"]["labels"]["rbac.authorization.k8s.io/aggregate-to-edit"] == "true"
    assert set(rights(edit)) == {("sluicegate.dev", "kafkaconsumerapps"), ("sluicegate.dev", "kafkaconnections")}
    view = render().one("ClusterRole", ending="-view")
    assert set().union(*rights(view).values()) == {"get", "list", "watch"}
    assert "ClusterRole" not in {
        body["kind"] for body in render({"rbac": {"userRoles": False}, "watchNamespaces": ["a"]}).objects
    }
