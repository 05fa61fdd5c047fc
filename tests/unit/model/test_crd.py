"""The generated files: current, structural, bounded, and readable by any YAML parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sluicegate.model.crd import definition, files, main
from sluicegate.model.rule import VALIDATIONS
from sluicegate.model.schema.kinds import APP, CLUSTER_DEPENDENCY, CONNECTION, DEPENDENCY, KINDS, REDRIVE, Kind
from sluicegate.model.schema.text import yaml_text

ROOT = Path(__file__).resolve().parents[3]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)


def schema_of(kind: Kind) -> dict[str, Any]:
    version = definition(kind)["spec"]["versions"][0]
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return schema


def nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in ``schema``, with its path."""
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{name}")
    for holder in ("items", "additionalProperties"):
        if holder in schema:
            yield from nodes(schema[holder], f"{path}[]")


def test_every_generated_file_is_current() -> None:
    made = files(crds=ROOT / "crds", chart=ROOT / "helm" / "sluicegate", docs=ROOT / "docs" / "reference")
    assert len(made) == 3 * len(KINDS)
    stale = [str(path) for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `make crds`"


def test_nothing_else_lies_among_the_generated_files() -> None:
    made = set(files(crds=ROOT / "crds", chart=ROOT / "helm" / "sluicegate", docs=ROOT / "docs" / "reference"))
    for folder in {path.parent for path in made}:
        assert set(folder.iterdir()) <= made


def test_the_command_writes_the_files_and_names_its_arguments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crds, chart, docs = (tmp_path / name for name in ("crds", "chart", "docs"))
    assert main([str(crds), str(chart), str(docs)]) == 0
    assert {path.name for path in crds.iterdir()} == {
        "kafkaconsumerapps.yaml", "kafkaconnections.yaml",
        "downstreamdependencies.yaml", "clusterdownstreamdependencies.yaml", "deadletterredrives.yaml",
    }  # fmt: skip
    assert {path.name for path in docs.iterdir()} == {
        "kafkaconsumerapp.md", "kafkaconnection.md", "downstreamdependency.md", "clusterdownstreamdependency.md",
        "deadletterredrive.md",
    }  # fmt: skip
    assert main([]) == 2
    assert "CRDS_DIRECTORY" in capsys.readouterr().err


@each_kind
def test_the_file_says_what_the_definition_says(kind: Kind) -> None:
    text = (ROOT / "crds" / f"{kind.plural}.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == yaml.safe_load(yaml.safe_dump(definition(kind)))


@each_kind
def test_the_chart_has_the_same_definition_and_keeps_it(kind: Kind) -> None:
    text = (ROOT / "helm" / "sluicegate" / "templates" / "crds" / f"{kind.plural}.yaml").read_text(encoding="utf-8")
    inner = text.removeprefix("{{- if .Values.crds.install }}\n").removesuffix("{{- end }}\n")
    assert "{{" not in inner
    assert "}}" not in inner
    body = yaml.safe_load(inner)
    assert body["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
    assert body == yaml.safe_load(yaml.safe_dump(definition(kind)))


@each_kind
def test_the_schema_is_structural(kind: Kind) -> None:
    for path, node in nodes(schema_of(kind)):
        assert not {"$ref", "$defs", "title", "allOf", "oneOf", "const"} & node.keys(), path
        if node.get("x-kubernetes-int-or-string"):
            assert node["anyOf"] == [{"type": "integer"}, {"type": "string"}], path
        else:
            assert "anyOf" not in node, path
            assert node["type"] in {"object", "array", "string", "integer", "number", "boolean"}, path
        for bound in ("exclusiveMinimum", "exclusiveMaximum"):
            assert isinstance(node.get(bound, False), bool), f"{path}: the API server takes no number there"


@each_kind
def test_every_text_list_and_map_has_a_bound(kind: Kind) -> None:
    for path, node in nodes(schema_of(kind)):
        if path in ("", ".apiVersion", ".kind", ".metadata"):
            continue
        if node.get("type") == "string" and "enum" not in node:
            assert "maxLength" in node, path
        if node.get("type") == "array":
            assert "maxItems" in node, path
        if node.get("type") == "object" and "properties" not in node:
            assert "maxProperties" in node, path


@each_kind
def test_every_field_is_described(kind: Kind) -> None:
    for path, node in nodes(schema_of(kind)):
        if path.startswith((".spec.", ".status.")) and not path.endswith("[]"):
            assert node.get("description"), path


@each_kind
def test_every_rule_says_what_to_write_instead(kind: Kind) -> None:
    for path, node in nodes(schema_of(kind)):
        for rule in node.get(VALIDATIONS, ()):
            assert 20 < len(rule["message"]) < 2048, path
            assert "\n" not in rule["message"], path
            if "fieldPath" in rule:
                assert rule["fieldPath"].removeprefix(".") in node["properties"], path


@each_kind
def test_no_rule_reads_a_duration_before_its_form_is_known(kind: Kind) -> None:
    for path, node in nodes(schema_of(kind)):
        for rule in node.get(VALIDATIONS, ()):
            if "duration(self)" in rule["rule"]:
                assert re.match(r"self\.size\(\) > 1 && self\.matches\('.*'\) && duration\(self\)", rule["rule"]), path
            for field in re.findall(r"duration\(self\.(\w+)\)", rule["rule"]):
                for guard in (f"!has(self.{field})", f"self.{field}.size() < 2", f"!self.{field}.matches("):
                    assert guard in rule["rule"].split("duration(")[0], path


def test_no_member_of_a_choice_has_a_default() -> None:
    spec = schema_of(APP)["properties"]["spec"]["properties"]
    for member in (
        spec["kafka"]["properties"]["connectionRef"],
        spec["kafka"]["properties"]["bootstrapServers"],
        spec["scaling"]["properties"]["lagObjective"],
        spec["scaling"]["properties"]["lagPerReplica"],
        spec["scaling"]["properties"]["scaleToZero"],
    ):
        assert "default" not in member


@pytest.mark.parametrize("kind", [DEPENDENCY, CLUSTER_DEPENDENCY], ids=lambda kind: kind.kind)
def test_no_source_of_a_dependency_has_a_default(kind: Kind) -> None:
    spec = schema_of(kind)["properties"]["spec"]["properties"]
    choices = (spec["capacity"], spec["usage"], spec["health"]["items"])
    sources = {"value", "http", "prometheus", "postgres"}
    members = [(name, member) for one in choices for name, member in one["properties"].items() if name in sources]
    assert len(members) == 8
    assert [name for name, member in members if "default" in member] == []


def test_no_template_of_a_topic_s_name_has_a_default() -> None:
    handling = schema_of(APP)["properties"]["spec"]["properties"]["errorHandling"]["properties"]
    for part in (handling["retry"], handling["deadLetter"]):
        assert "default" not in part["properties"]["nameTemplate"], "presets could never stand in"
    assert {name for name in handling["retry"]["properties"] if "default" in handling["retry"]["properties"][name]} == (
        set()
    ), "delays and backoff are a choice"


def test_what_several_namespaces_share_lives_in_none_of_them() -> None:
    assert {kind.kind: definition(kind)["spec"]["scope"] for kind in KINDS} == {
        "KafkaConsumerApp": "Namespaced",
        "KafkaConnection": "Namespaced",
        "DownstreamDependency": "Namespaced",
        "ClusterDownstreamDependency": "Cluster",
        "DeadLetterRedrive": "Namespaced",
    }
    shared = schema_of(CLUSTER_DEPENDENCY)["properties"]["spec"]["properties"].keys()
    assert shared - schema_of(DEPENDENCY)["properties"]["spec"]["properties"].keys() == {"allowedNamespaces"}


def test_kinds_have_the_short_names_and_the_category_that_were_promised() -> None:
    names = {kind.kind: definition(kind)["spec"]["names"] for kind in KINDS}
    assert {kind: one["shortNames"] for kind, one in names.items()} == {
        "KafkaConsumerApp": ["kca"],
        "KafkaConnection": ["kconn"],
        "DownstreamDependency": ["dsd"],
        "ClusterDownstreamDependency": ["cdsd"],
        "DeadLetterRedrive": ["dlr"],
    }
    assert all(one["categories"] == ["sluicegate"] for one in names.values())


def test_defaults_are_written_as_users_write_them() -> None:
    scaling = schema_of(APP)["properties"]["spec"]["properties"]["scaling"]["properties"]
    down = scaling["scaleDown"]["properties"]
    assert down["stabilization"]["default"] == "10m"
    assert down["outageHold"]["default"] == "15m"
    assert scaling["scaleToZero"]["properties"]["after"]["default"] == "5m"
    assert schema_of(CONNECTION)["properties"]["spec"]["properties"]["pollInterval"]["default"] == "10s"


def test_fields_whose_machinery_does_not_exist_are_not_offered() -> None:
    spec = schema_of(APP)["properties"]["spec"]["properties"]
    assert spec.keys() == {
        "scaleTargetRef", "kafka", "consumerGroup", "topics", "mode", "suspend", "override", "scaling",
        "dependencies", "errorHandling", "clientConfig",
    }  # fmt: skip


def test_kubectl_get_shows_what_was_promised() -> None:
    columns = definition(APP)["spec"]["versions"][0]["additionalPrinterColumns"]
    narrow = [column["name"].upper() for column in columns if not column.get("priority")]
    wide = [column["name"].upper() for column in columns if column.get("priority")]
    assert narrow == ["REPLICAS", "WANTED", "CAP", "LIMITED-BY", "LAG", "LAG-TIME", "DLQ", "READY", "AGE"]
    assert wide == ["GROUP", "PARTITIONS", "RATE-IN", "RATE-OUT", "MODE", "REASON"]


@pytest.mark.parametrize("kind", [DEPENDENCY, CLUSTER_DEPENDENCY], ids=lambda kind: kind.kind)
def test_kubectl_get_shows_of_a_dependency_what_was_promised(kind: Kind) -> None:
    columns = definition(kind)["spec"]["versions"][0]["additionalPrinterColumns"]
    narrow = [column["name"].upper() for column in columns if not column.get("priority")]
    assert narrow == ["UNIT", "CAPACITY", "GRANTED", "FREE", "BREAKER", "APPS", "READY", "AGE"]


def test_kubectl_get_shows_of_a_redrive_what_was_promised() -> None:
    columns = definition(REDRIVE)["spec"]["versions"][0]["additionalPrinterColumns"]
    assert [(column["name"], column.get("priority", 0)) for column in columns] == [
        ("Phase", 0), ("App", 0), ("Redriven", 0), ("Total", 0), ("Rate", 0), ("Age", 0),
        ("Parked", 1), ("Skipped", 1), ("Destination", 1), ("Message", 1),
    ]  # fmt: skip


@each_kind
def test_every_column_shows_a_field_that_exists(kind: Kind) -> None:
    fields = {path.replace("[]", "") for path, _ in nodes(schema_of(kind))} | {".metadata.creationTimestamp"}
    for column in kind.columns:
        assert re.sub(r"\[\?.*?\]", "", column.path) in fields


def test_conditions_are_a_map_by_type_dependencies_by_name_and_topics_a_set() -> None:
    properties = schema_of(APP)["properties"]
    conditions = properties["status"]["properties"]["conditions"]
    assert conditions["x-kubernetes-list-type"] == "map"
    assert conditions["x-kubernetes-list-map-keys"] == ["type"]
    assert properties["spec"]["properties"]["topics"]["x-kubernetes-list-type"] == "set"
    for shelf in (properties["spec"], properties["status"]):
        assert shelf["properties"]["dependencies"]["x-kubernetes-list-type"] == "map"
        assert shelf["properties"]["dependencies"]["x-kubernetes-list-map-keys"] == ["name"]


letters = st.characters(exclude_categories=("C", "Zl", "Zp")) | st.sampled_from("\n\t")
texts = st.text(letters, max_size=30) | st.sampled_from(
    ["yes", "null", "1", "1e3", "- a", "a: b", "#", "a #b", "~", "NaN", "=", " a"]
)
values = st.recursive(
    texts | st.integers() | st.booleans(),
    lambda inner: st.dictionaries(texts, inner, max_size=4) | st.lists(texts, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(letters, min_size=1, max_size=12), values, min_size=1, max_size=4))
def test_what_is_written_as_yaml_reads_back_as_the_same(value: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_text(value)) == value
