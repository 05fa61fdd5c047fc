"""From what the API server (or a file) says to frozen values; what cannot be used becomes one sentence per problem.

The two doors: `parse_app` and its like read what the API server let through (unknown fields were pruned there, newer
ones may appear), `read_app` and its like read a person's file and refuse what they do not know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from sluicegate.model.app import AppSpec
from sluicegate.model.connection import ConnectionSpec
from sluicegate.model.dependency import ClusterDependencySpec, DependencySpec
from sluicegate.model.problem import Problem, invalid, of_rules, of_shape, of_unknown_fields
from sluicegate.model.redrive import RedriveSpec
from sluicegate.model.resource import GROUP, VERSION, Key, Meta, Part

P = TypeVar("P", bound=Part)
Body = Mapping[str, Any]


def parse_meta(body: Body, *, namespace: str = "default") -> Meta:
    """What decisions need of ``metadata``. ``namespace`` where the body names none. Invalid without a name."""
    metadata = body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(metadata, Mapping) or not isinstance(name, str) or not name:
        raise invalid([Problem(path="metadata.name", said="is missing", remedy="name the resource")])
    return Meta(
        key=Key(str(metadata.get("namespace") or namespace), name),
        uid=str(metadata.get("uid") or ""),
        generation=int(metadata.get("generation") or 0),
        resource_version=str(metadata.get("resourceVersion") or ""),
        created=_seconds(metadata.get("creationTimestamp")),
        finalizers=tuple(map(str, metadata.get("finalizers") or ())),
    )


def parse_app(body: Body) -> AppSpec:
    """The spec of a KafkaConsumerApp. Invalid when it cannot be used."""
    return _parse(AppSpec, body)


def parse_connection(body: Body) -> ConnectionSpec:
    """The spec of a KafkaConnection. Invalid when it cannot be used."""
    return _parse(ConnectionSpec, body)


def parse_dependency(body: Body) -> DependencySpec:
    """The spec of a DownstreamDependency. Invalid when it cannot be used."""
    return _parse(DependencySpec, body)


def parse_cluster_dependency(body: Body) -> ClusterDependencySpec:
    """The spec of a ClusterDownstreamDependency. Invalid when it cannot be used."""
    return _parse(ClusterDependencySpec, body)


def parse_redrive(body: Body) -> RedriveSpec:
    """The spec of a DeadLetterRedrive. Invalid when it cannot be used."""
    return _parse(RedriveSpec, body)


def read_app(body: Body, *, namespace: str = "default") -> tuple[Meta, AppSpec]:
    """A KafkaConsumerApp from a file. Invalid for another kind, too, and for fields that do not exist."""
    _check_kind(body, kind="KafkaConsumerApp")
    _check_fields(AppSpec, body)
    return parse_meta(body, namespace=namespace), parse_app(body)


def read_connection(body: Body, *, namespace: str = "default") -> tuple[Meta, ConnectionSpec]:
    """A KafkaConnection from a file. Invalid for another kind, too, and for fields that do not exist."""
    _check_kind(body, kind="KafkaConnection")
    _check_fields(ConnectionSpec, body)
    return parse_meta(body, namespace=namespace), parse_connection(body)


def read_dependency(body: Body, *, namespace: str = "default") -> tuple[Meta, DependencySpec]:
    """A DownstreamDependency from a file. Invalid for another kind, too, and for fields that do not exist."""
    _check_kind(body, kind="DownstreamDependency")
    _check_fields(DependencySpec, body)
    return parse_meta(body, namespace=namespace), parse_dependency(body)


def read_cluster_dependency(body: Body) -> tuple[Meta, ClusterDependencySpec]:
    """A ClusterDownstreamDependency from a file; its key has no namespace. Invalid as for the others."""
    _check_kind(body, kind="ClusterDownstreamDependency")
    _check_fields(ClusterDependencySpec, body)
    return parse_meta(body, namespace=""), parse_cluster_dependency(body)


def read_redrive(body: Body, *, namespace: str = "default") -> tuple[Meta, RedriveSpec]:
    """A DeadLetterRedrive from a file. Invalid for another kind, too, and for fields that do not exist."""
    _check_kind(body, kind="DeadLetterRedrive")
    _check_fields(RedriveSpec, body)
    return parse_meta(body, namespace=namespace), parse_redrive(body)


def _parse(model: type[P], body: Body) -> P:
    spec = body.get("spec")
    if not isinstance(spec, Mapping):
        said = "is missing" if spec is None else "is not a map"
        raise invalid([Problem(path="spec", said=said, remedy="write the fields of the resource below spec")])
    try:
        # Through JSON, as it came: only there pydantic's strict mode takes texts for enums and times, as the API does.
        part = model.model_validate_json(json.dumps(spec, default=_plain), strict=True)
    except ValidationError as error:
        raise invalid(of_shape(error)) from None
    problems = list(of_rules(part, path="spec"))
    if problems:
        raise invalid(problems)
    return part


def _check_kind(body: Body, *, kind: str) -> None:
    for field, wanted in (("apiVersion", f"{GROUP}/{VERSION}"), ("kind", kind)):
        found = body.get(field)
        if found != wanted:
            said = "is missing" if found is None else f"is {found!r}"
            raise invalid([Problem(path=field, said=said, remedy=f"write {wanted}")])


def _check_fields(model: type[Part], body: Body) -> None:
    problems = list(of_unknown_fields(model, body.get("spec"), path="spec"))
    if problems:
        raise invalid(problems)


def _plain(value: object) -> object:
    """YAML readers turn times into datetimes; the API server would have seen the text."""
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo else f"{value.isoformat()}Z"
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _seconds(timestamp: object) -> float:
    if isinstance(timestamp, str) and timestamp:
        try:
            timestamp = datetime.fromisoformat(timestamp)
        except ValueError:
            return 0.0
    if isinstance(timestamp, datetime):
        return (timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)).timestamp()
    return 0.0
