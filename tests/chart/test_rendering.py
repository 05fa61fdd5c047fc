"""What the chart installs: one restricted pod, the CRDs, and nothing that was not asked for."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from sluicegate.telemetry.apps import FAMILIES
from tests.support.chart import CHART, ROOT, Refused, Render, Run

PEERS = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]


def test_lint_finds_nothing(helm: Run) -> None:
    said = helm("lint", str(CHART), "--strict")
    assert "0 chart(s) failed" in said
    assert "[WARNING]" not in said


def test_by_default_it_installs_these_objects(render: Render) -> None:
    names = sorted((body["kind"], body["metadata"]["name"]) for body in render().objects)
    assert names == [
        ("ClusterRole", "sluicegate"),
        ("ClusterRole", "sluicegate-edit"),
        ("ClusterRole", "sluicegate-observe"),
        ("ClusterRole", "sluicegate-operators-reviews"),
        ("ClusterRole", "sluicegate-view"),
        ("ClusterRoleBinding", "sluicegate"),
        ("ClusterRoleBinding", "sluicegate-operators-reviews"),
        ("CustomResourceDefinition", "clusterdownstreamdependencies.sluicegate.dev"),
        ("CustomResourceDefinition", "deadletterredrives.sluicegate.dev"),
        ("CustomResourceDefinition", "downstreamdependencies.sluicegate.dev"),
        ("CustomResourceDefinition", "kafkaconnections.sluicegate.dev"),
        ("CustomResourceDefinition", "kafkaconsumerapps.sluicegate.dev"),
        ("Deployment", "sluicegate"),
        ("Role", "sluicegate-reach"),
        ("Service", "sluicegate"),
        ("ServiceAccount", "sluicegate"),
    ]


def test_the_crds_are_those_of_the_crds_folder_and_outlive_the_release(render: Render) -> None:
    for definition in render().all("CustomResourceDefinition"):
        assert definition["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
        plural = definition["spec"]["names"]["plural"]
        assert definition == yaml.safe_load((ROOT / "crds" / f"{plural}.yaml").read_text(encoding="utf-8"))


def test_the_crds_can_be_left_to_others(render: Render) -> None:
    assert render({"crds": {"install": False}}).all("CustomResourceDefinition") == []


def test_the_pod_meets_the_restricted_pod_security_standard(render: Render) -> None:
    pod, container = render().pod, render().container
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 65532
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & pod.keys()
    assert all("emptyDir" in volume for volume in pod["volumes"])
    assert all("hostPort" not in port for port in container["ports"])


def test_only_tmp_can_be_written(render: Render) -> None:
    assert render().container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]


def test_there_is_one_operator_and_the_old_one_goes_first(render: Render) -> None:
    spec = render().one("Deployment")["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_the_probes_ask_for_life_and_readiness_where_the_operator_serves_them(render: Render) -> None:
    container = render().container
    assert container["ports"] == [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]
    assert container["startupProbe"]["httpGet"] == {"path": "/livez", "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "http"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert container["livenessProbe"]["terminationGracePeriodSeconds"] < 30


def test_the_process_knows_its_pod(render: Render) -> None:
    env = {one["name"]: one["valueFrom"]["fieldRef"]["fieldPath"] for one in render().container["env"]}
    assert env == {"POD_ID": "metadata.name", "POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace"}


def test_the_selector_finds_the_pod_and_never_changes_with_the_version(render: Render) -> None:
    rendered = render()
    deployment = rendered.one("Deployment")["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    for selector in (deployment["selector"]["matchLabels"], rendered.one("Service")["spec"]["selector"]):
        assert selector.items() <= labels.items()
        assert selector == {"app.kubernetes.io/name": "sluicegate", "app.kubernetes.io/instance": "sluicegate"}


def test_arguments_follow_the_values(render: Render) -> None:
    assert render().container["args"] == ["run", "--log-level", "info"]
    values = {"watchNamespaces": ["shop", "billing"], "logLevel": "debug", "extraArgs": ["--children", "2"]}
    assert render(values).container["args"] == [
        "run", "--log-level", "debug", "--namespace", "shop", "--namespace", "billing", "--children", "2",
    ]  # fmt: skip


def test_the_operator_itself_understands_every_argument(render: Render) -> None:
    from sluicegate.cli.commands.run import run

    values = {"watchNamespaces": ["shop"], "logLevel": "warning"}
    command, *arguments = render(values).container["args"]
    assert command == run.name
    assert run.make_context("run", arguments).params["namespaces"] == ("shop",)


def test_the_image_is_the_charts_own_version_unless_told_otherwise(render: Render) -> None:
    version = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))["appVersion"]
    assert render().container["image"] == f"sluicegate:{version}"
    assert render({"image": {"repository": "r.example/s", "tag": "x"}}).container["image"] == "r.example/s:x"
    digest = "sha256:" + "0" * 64
    assert render({"image": {"tag": "x", "digest": digest}}).container["image"] == f"sluicegate@{digest}"


def test_the_chart_has_the_version_of_the_package() -> None:
    from sluicegate.version import VERSION

    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["version"] == chart["appVersion"] == VERSION


def test_names_follow_the_release(render: Render) -> None:
    assert render(release="team-a").one("Deployment")["metadata"]["name"] == "team-a-sluicegate"
    assert render({"fullnameOverride": "gate"}).one("Deployment")["metadata"]["name"] == "gate"


def test_pod_settings_reach_the_pod(render: Render) -> None:
    rendered = render(
        {
            "imagePullSecrets": [{"name": "registry"}],
            "podAnnotations": {"a": "1"},
            "podLabels": {"team": "platform"},
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"operator": "Exists"}],
            "affinity": {"nodeAffinity": {}},
            "priorityClassName": "high",
            "resources": {"limits": {"memory": "1Gi"}},
            "extraEnv": [{"name": "TZ", "value": "UTC"}],
        }
    )
    template = rendered.one("Deployment")["spec"]["template"]
    assert template["metadata"]["annotations"] == {"a": "1"}
    assert template["metadata"]["labels"]["team"] == "platform"
    assert rendered.pod["imagePullSecrets"] == [{"name": "registry"}]
    assert rendered.pod["nodeSelector"] == {"disk": "ssd"}
    assert rendered.pod["tolerations"] == [{"operator": "Exists"}]
    assert rendered.pod["affinity"] == {"nodeAffinity": {}}
    assert rendered.pod["priorityClassName"] == "high"
    assert rendered.container["resources"]["limits"] == {"memory": "1Gi"}
    assert {"name": "TZ", "value": "UTC"} in rendered.container["env"]


def test_monitors_scrape_the_port_that_serves_metrics(render: Render) -> None:
    rendered = render({"podMonitor": {"enabled": True, "labels": {"release": "prometheus"}}})
    monitor = rendered.one("PodMonitor")
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["spec"]["podMetricsEndpoints"][0]["port"] == rendered.container["ports"][0]["name"]
    rendered = render({"serviceMonitor": {"enabled": True}, "service": {"enabled": False}})
    endpoint = rendered.one("ServiceMonitor")["spec"]["endpoints"][0]
    assert endpoint["port"] == rendered.one("Service")["spec"]["ports"][0]["name"]


def test_the_network_policy_lets_in_metrics_and_keeps_all_ways_out(render: Render) -> None:
    policy = render({"networkPolicy": {"enabled": True, "metricsFrom": PEERS}}).one("NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress"]
    assert policy["ingress"] == [{"ports": [{"port": "http", "protocol": "TCP"}], "from": PEERS}]
    egress = [{"ports": [{"port": 9092}]}]
    policy = render({"networkPolicy": {"enabled": True, "egress": egress}}).one("NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == egress


def test_the_addresses_of_dependencies_become_arguments(render: Render) -> None:
    assert not any("address" in word for word in render().container["args"])
    lists = {"allow": ["10.1.0.0/16", "*.shop.svc"], "deny": ["fd00::/8"]}
    words = render({"dependencyAddresses": lists}).container["args"]
    at = words.index("--allow-address")
    assert words[at : at + 6] == [
        *("--allow-address", "10.1.0.0/16", "--allow-address", "*.shop.svc"),
        *("--deny-address", "fd00::/8"),
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"watchNamespace": ["shop"]}, ("watchNamespace", "not allowed")),
        ({"watchNamespaces": "shop"}, ("watchNamespaces", "array")),
        ({"watchNamespaces": ["Shop"]}, ("watchNamespaces", "pattern")),
        ({"watchNamespaces": ["shop", "shop"]}, ("watchNamespaces", "equal")),
        ({"logLevel": "chatty"}, ("logLevel", "'error', 'warning', 'info', 'debug'")),
        ({"image": {"digest": "latest"}}, ("digest", "pattern")),
        ({"replicas": 2}, ("replicas", "not allowed")),
        ({"crds": {"install": "no"}}, ("install", "boolean")),
        ({"dependencyAddresses": {"deny": ["a b"]}}, ("deny", "pattern")),
        ({"terminationGracePeriodSeconds": 0}, ("terminationGracePeriodSeconds", "minimum")),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_values_are_refused_by_name(render: Render, values: dict[str, object], words: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as caught:
        render(values)
    for word in words:
        assert word in str(caught.value)


def test_every_value_is_in_the_schema_and_every_field_of_the_schema_in_the_values() -> None:
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    assert defaults.keys() == schema["properties"].keys() - {"global"}


def test_alerts_are_made_where_asked_for_and_name_metrics_that_there_are(render: Render) -> None:
    assert not render({}).all("PrometheusRule")
    rendered = render({"prometheusRule": {"enabled": True, "deadLettersFor": "1h", "labels": {"team": "shop"}}})
    rule = rendered.one("PrometheusRule")
    assert rule["metadata"]["labels"]["team"] == "shop"
    [group] = rule["spec"]["groups"]
    alerts = {one["alert"]: one for one in group["rules"]}
    assert alerts["SluicegateDeadLetters"]["for"] == "1h"
    told = {f"sluicegate_{name}" for name, _, _ in FAMILIES}
    for one in alerts.values():
        assert set(re.findall(r"sluicegate_\w+", one["expr"])) <= told
        assert "{{ $labels.app }}" in one["annotations"]["summary"]
