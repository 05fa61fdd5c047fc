"""Resources from a person's file: one or several YAML documents, each read as the operator would read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from sluicegate.errors import Invalid
from sluicegate.model.app import TargetKind
from sluicegate.model.parse import read_app, read_cluster_dependency, read_connection, read_dependency
from sluicegate.model.resource import GROUP, Key, Meta, Part

Body = Mapping[str, Any]
KINDS = ("KafkaConnection", "ClusterDownstreamDependency", "DownstreamDependency", "KafkaConsumerApp")
"""Those that are read; what others name comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One resource that can be used. ``key`` has no namespace for one of the cluster; ``body`` as it was written."""

    kind: str
    key: Key
    spec: Part
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """``found`` in the order of `KINDS`; ``ignored`` what else was there, as ``Deployment orders``; ``workloads`` of
    these the targets of apps, by kind and key: they count as there."""

    found: tuple[Document, ...]
    ignored: tuple[str, ...] = ()
    workloads: Mapping[tuple[str, Key], Body] = field(default_factory=dict)


def read_documents(text: str, *, source: str, namespace: str, asked: str = "") -> Documents:
    """``source`` names the file in errors; ``namespace`` where a document names none, ``asked`` the one that all must
    be of (empty: any). Invalid names the document, the field, the value and the remedy."""
    found: dict[tuple[str, Key], Document] = {}
    ignored: list[str] = []
    workloads: dict[tuple[str, Key], Body] = {}
    for number, body in enumerate(_bodies(text, source=source), start=1):
        if not isinstance(body, Mapping):
            raise Invalid(f"{source}, document {number} holds no resource: write apiVersion, kind, metadata and spec")
        held = body.get("metadata")
        metadata: Body = held if isinstance(held, Mapping) else {}
        name = metadata.get("name", "")
        called = f"{body.get('kind', 'a document without kind')} {name}".strip()
        if not _is_read(body):
            ignored.append(called)
            if name and body.get("kind") in list(TargetKind):
                workloads[str(body["kind"]), Key(metadata.get("namespace") or namespace, name)] = body
            continue
        try:
            one = _document(body, namespace=namespace, asked=asked)
        except Invalid as error:
            raise Invalid(f"{source}, document {number} ({called}): {error}", field=error.field) from None
        if (one.kind, one.key) in found:
            raise Invalid(f"{source}, document {number} ({called}) is there twice: leave one of them", field="metadata")
        found[one.kind, one.key] = one
    if not found and not ignored:
        raise Invalid(f"{source} holds no resource: write one of {', '.join(KINDS)}")
    order = sorted(found.values(), key=lambda one: KINDS.index(one.kind))
    return Documents(found=tuple(order), ignored=tuple(ignored), workloads=workloads)


def _bodies(text: str, *, source: str) -> Iterator[object]:
    """Lists, as `kubectl get -o yaml` writes them, are opened; empty documents are passed over."""
    try:
        documents = [one for one in yaml.safe_load_all(text) if one is not None]
    except yaml.YAMLError as error:
        raise Invalid(f"{source} is not YAML: {error}") from None
    for one in documents:
        if isinstance(one, Mapping) and one.get("kind") == "List":
            yield from one.get("items") or ()
        else:
            yield one


def _is_read(body: Body) -> bool:
    """One without an apiVersion, or of another version, is read and refused in words."""
    group = str(body.get("apiVersion", GROUP)).partition("/")[0]
    return body.get("kind") in KINDS and group == GROUP


def _document(body: Body, *, namespace: str, asked: str) -> Document:
    kind = str(body["kind"])
    meta, spec = _read(kind, body, namespace=namespace)
    if asked and meta.key.namespace not in ("", asked):
        raise Invalid(
            f"metadata.namespace is {meta.key.namespace!r}, and -n says {asked!r}: leave out one of them",
            field="metadata.namespace",
        )
    return Document(kind=kind, key=meta.key, spec=spec, body=body)


def _read(kind: str, body: Body, *, namespace: str) -> tuple[Meta, Part]:
    if kind == "KafkaConsumerApp":
        return read_app(body, namespace=namespace)
    if kind == "KafkaConnection":
        return read_connection(body, namespace=namespace)
    if kind == "DownstreamDependency":
        return read_dependency(body, namespace=namespace)
    meta, spec = read_cluster_dependency(body)
    return Meta(
        key=Key("", meta.key.name),
        uid=meta.uid,
        generation=meta.generation,
        resource_version=meta.resource_version,
        created=meta.created,
    ), spec
