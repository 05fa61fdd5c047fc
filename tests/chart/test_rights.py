"""What the operator may do: what it does, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.chart import Body, Render, Rendered

RIGHTS = {
    ("sluicegate.dev", "kafkaconsumerapps"): {"list", "watch", "patch"},
    ("sluicegate.dev", "kafkaconnections"): {"list", "watch"},
    ("sluicegate.dev", "downstreamdependencies"): {"list", "watch"},
    ("sluicegate.dev", "kafkaconsumerapps/status"): {"patch"},
    ("sluicegate.dev", "kafkaconnections/status"): {"patch"},
    ("sluicegate.dev", "downstreamdependencies/status"): {"patch"},
    ("sluicegate.dev", "deadletterredrives"): {"list", "watch", "delete"},
    ("sluicegate.dev", "deadletterredrives/status"): {"patch"},
    ("apps", "deployments"): {"list", "watch"},
    ("apps", "statefulsets"): {"list", "watch"},
    ("apps", "deployments/scale"): {"get", "update"},
    ("apps", "statefulsets/scale"): {"get", "update"},
    ("", "pods"): {"list", "watch"},
    ("", "events"): {"create"},
    ("", "configmaps"): {"get", "create", "update"},
    ("", "secrets"): {"get"},
    ("autoscaling", "horizontalpodautoscalers"): {"list"},
    ("keda.sh", "scaledobjects"): {"list"},
}

SHARED = {
    ("sluicegate.dev", "clusterdownstreamdependencies"): {"list", "watch"},
    ("sluicegate.dev", "clusterdownstreamdependencies/status"): {"patch"},
}
"""What lives in no namespace."""

REVIEWS = {
    ("authentication.k8s.io", "tokenreviews"): {"create"},
    ("authorization.k8s.io", "subjectaccessreviews"): {"create"},
}


def rights(role: Body) -> dict[tuple[str, str], set[str]]:
    out: dict[tuple[str, str], set[str]] = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                out.setdefault((group, resource), set()).update(rule["verbs"])
    return out


def given_to_the_operator(rendered: Rendered) -> list[Body]:
    """The roles that are bound to its account."""
    bindings = rendered.all("ClusterRoleBinding") + rendered.all("RoleBinding")
    account = rendered.one("ServiceAccount")["metadata"]["name"]
    bound = {
        (binding["roleRef"]["kind"], binding["metadata"].get("namespace"), binding["roleRef"]["name"])
        for binding in bindings
        if [subject["name"] for subject in binding["subjects"]] == [account]
    }
    roles = rendered.all("ClusterRole") + rendered.all("Role")
    return [
        role for role in roles if (role["kind"], role["metadata"].get("namespace"), role["metadata"]["name"]) in bound
    ]


def test_the_operator_has_these_rights_and_no_others(render: Render) -> None:
    main, reviews = sorted(given_to_the_operator(render()), key=lambda role: str(role["metadata"]["name"]))
    assert rights(main) == RIGHTS | SHARED
    assert rights(reviews) == REVIEWS


def test_in_watched_namespaces_only_what_lives_in_none_is_out_of_reach_unless_asked_for(render: Render) -> None:
    alone = render({"watchNamespaces": ["shop"]})
    assert not any(SHARED.keys() & rights(role).keys() for role in given_to_the_operator(alone))
    assert "--cluster-dependencies" not in alone.container["args"]
    asked = render({"watchNamespaces": ["shop"], "clusterDependencies": {"enabled": True}, "secretNames": ["db"]})
    assert "--cluster-dependencies" in asked.container["args"]
    found = {
        (role["kind"], role["metadata"].get("namespace")): role
        for role in given_to_the_operator(asked)
        if "cluster-dependencies" in role["metadata"]["name"]
    }
    assert {where: rights(role) for where, role in found.items()} == {
        ("ClusterRole", None): SHARED,
        ("Role", "operators"): {("", "secrets"): {"get"}},
        ("Role", "default"): {("", "events"): {"create"}},
    }
    assert found["Role", "operators"]["rules"][0]["resourceNames"] == ["db"]


def test_everywhere_what_lives_in_no_namespace_is_seen_anyway(render: Render) -> None:
    plain, asked = render(), render({"clusterDependencies": {"enabled": True}})
    assert given_to_the_operator(plain) == given_to_the_operator(asked)
    assert plain.container["args"] == asked.container["args"]


def test_without_the_read_api_there_are_no_rights_for_it_and_no_routes(render: Render) -> None:
    rendered = render({"readApi": {"enabled": False}})
    assert [rights(role) for role in given_to_the_operator(rendered)] == [RIGHTS | SHARED]
    assert rendered.all("Role") == []
    assert "--no-read-api" in rendered.container["args"]
    assert "--no-read-api" not in render().container["args"]


@pytest.mark.parametrize("values", [{}, {"watchNamespaces": ["shop"]}], ids=["everywhere", "one namespace"])
def test_no_rule_has_a_wildcard(render: Render, values: Body) -> None:
    rendered = render(values)
    for role in rendered.all("ClusterRole") + rendered.all("Role"):
        for rule in role["rules"]:
            for words in rule.values():
                assert all("*" not in word for word in words)


def test_watched_namespaces_get_a_role_each_and_the_cluster_none(render: Render) -> None:
    rendered = render({"watchNamespaces": ["shop", "billing"]})
    roles = given_to_the_operator(rendered)
    assert [role["metadata"]["namespace"] for role in roles if role["kind"] == "Role"] == ["shop", "billing"]
    assert all(rights(role) == RIGHTS for role in roles if role["kind"] == "Role")
    assert [rights(role) for role in roles if role["kind"] == "ClusterRole"] == [REVIEWS]


@pytest.mark.parametrize("values", [{}, {"watchNamespaces": ["shop"]}], ids=["everywhere", "one namespace"])
def test_the_rights_are_bound_to_the_account_of_the_pod(render: Render, values: Body) -> None:
    rendered = render(values)
    bindings = rendered.all("ClusterRoleBinding") + rendered.all("RoleBinding")
    (binding,) = (one for one in bindings if one["metadata"]["name"] == "sluicegate")
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
    assert rendered.one("ClusterRoleBinding", ending="sluicegate")["subjects"][0]["name"] == "given"


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
    assert set(rights(edit)) == {
        ("sluicegate.dev", "kafkaconsumerapps"),
        ("sluicegate.dev", "kafkaconnections"),
        ("sluicegate.dev", "downstreamdependencies"),
        ("sluicegate.dev", "deadletterredrives"),
    }, "what several namespaces share is for those who run the cluster"
    view = render().one("ClusterRole", ending="-view")
    assert set().union(*rights(view).values()) == {"get", "list", "watch"}
    alone = render({"rbac": {"userRoles": False}, "watchNamespaces": ["a"]})
    assert [role["metadata"]["name"] for role in alone.all("ClusterRole")] == ["sluicegate-operators-reviews"]


def test_those_who_may_view_a_namespace_may_look_at_observations(render: Render) -> None:
    observe = render().one("ClusterRole", ending="-observe")
    assert observe["metadata"]["labels"]["rbac.authorization.k8s.io/aggregate-to-view"] == "true"
    assert rights(observe) == {("sluicegate.dev", "kafkaconsumerapps/observations"): {"get"}}


def test_reaching_the_pod_is_a_role_that_nobody_has_unless_named(render: Render) -> None:
    assert rights(render().one("Role")) == {("", "pods"): {"list"}, ("", "pods/portforward"): {"get", "create"}}
    assert render().all("RoleBinding") == []
    team = {"kind": "Group", "name": "developers", "apiGroup": "rbac.authorization.k8s.io"}
    binding = render({"readApi": {"reachableBy": [team]}}).one("RoleBinding")
    assert binding["subjects"] == [team]
    assert binding["roleRef"]["name"] == "sluicegate-reach"
    assert binding["metadata"]["namespace"] == "operators"
