"""Files with resources: what is read, what is ignored, and what is refused in words."""

from __future__ import annotations

import pytest

from sluicegate.cli.documents import Documents, read_documents
from sluicegate.errors import Invalid
from sluicegate.model.resource import Key

CONNECTION = """
apiVersion: sluicegate.dev/v1alpha1
kind: KafkaConnection
metadata: {name: main}
spec: {bootstrapServers: "kafka:9092"}
"""
WAREHOUSE = """
apiVersion: sluicegate.dev/v1alpha1
kind: ClusterDownstreamDependency
metadata: {name: warehouse}
spec: {capacity: {value: 10}, allowedNamespaces: ["*"]}
"""


def read(text: str, *, asked: str = "") -> Documents:
    return read_documents(text, source="f.yaml", namespace=asked or "shop", asked=asked)


def test_several_documents_are_read_and_empty_ones_passed_over() -> None:
    found = read(f"---\n{CONNECTION}\n---\n---\n{WAREHOUSE}")
    assert [(one.kind, one.key) for one in found.found] == [
        ("KafkaConnection", Key("shop", "main")),
        ("ClusterDownstreamDependency", Key("", "warehouse")),
    ]


def test_resources_of_others_are_ignored_by_name() -> None:
    found = read(f"{CONNECTION}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: orders}}\n")
    assert (len(found.found), found.ignored) == (1, ("Deployment orders",))


def test_a_list_as_kubectl_writes_it_is_opened() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- " + CONNECTION.strip().replace("\n", "\n  ")
    assert [one.key.name for one in read(text).found] == ["main"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "f.yaml holds no resource: write one of KafkaConnection"),
        ("a: [", "f.yaml is not YAML"),
        ("- 1", "f.yaml, document 1 holds no resource"),
        (f"{CONNECTION}---{CONNECTION}", "document 2 (KafkaConnection main) is there twice"),
        (CONNECTION.replace("bootstrapServers", "bootstrapServer"), "spec.bootstrapServer"),
        (CONNECTION.replace("v1alpha1", "v9"), "apiVersion is 'sluicegate.dev/v9': write sluicegate.dev/v1alpha1"),
        (CONNECTION.replace("{name: main}", "{}"), "metadata.name is missing"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_the_place(text: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(text)
    assert words in str(caught.value)


def test_a_namespace_in_the_file_that_is_not_the_one_asked_for_is_refused() -> None:
    text = CONNECTION.replace("{name: main}", "{name: main, namespace: mail}")
    assert read(text).found[0].key == Key("mail", "main")
    with pytest.raises(Invalid, match=r"metadata\.namespace is 'mail', and -n says 'shop'"):
        read(text, asked="shop")
    assert read(WAREHOUSE, asked="shop").found[0].key.namespace == ""
