"""The ConfigMap for clients as the API server keeps it: whose it is, and what to write when it differs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sluicegate.decide.client_config import KEYS
from sluicegate.model.resource import GROUP, VERSION, Key

Body = Mapping[str, Any]
APP = "sluicegate.dev/app"
"""Annotation: namespace/name of the KafkaConsumerApp."""
MANAGED_BY = {"app.kubernetes.io/managed-by": "sluicegate"}
KIND = "KafkaConsumerApp"


def made(*, name: str, app: Key, uid: str, data: Mapping[str, str]) -> dict[str, Any]:
    """A new one, which goes when the app with ``uid`` goes."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": name,
            "namespace": app.namespace,
            "labels": dict(MANAGED_BY),
            "annotations": {APP: str(app)},
            "ownerReferences": [_owner(app, uid)],
        },
        "data": dict(data),
    }


def is_ours(body: Body, *, app: Key) -> bool:
    """Whether it was made for this app, or for one of its name that was there before it: nobody else's is written."""
    return any(_is_of(one, app) for one in (body.get("metadata") or {}).get("ownerReferences") or ())


def renewed(body: Body, *, app: Key, uid: str, data: Mapping[str, str]) -> dict[str, Any] | None:
    """``body`` as it should be, with its resourceVersion; None where nothing is to be written.

    Keys, labels, annotations and owners that others added stay.
    """
    new: dict[str, Any] = copy.deepcopy(dict(body))
    meta = new["metadata"]
    meta["labels"] = {**(meta.get("labels") or {}), **MANAGED_BY}
    meta["annotations"] = {**(meta.get("annotations") or {}), APP: str(app)}
    meta["ownerReferences"] = [_owner(app, uid) if _is_of(one, app) else one for one in meta["ownerReferences"]]
    others = {name: value for name, value in (new.get("data") or {}).items() if name not in KEYS}
    new["data"] = {**others, **data}
    return None if new == body else new


def _owner(app: Key, uid: str) -> dict[str, Any]:
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": KIND,
        "name": app.name,
        "uid": uid,
        "controller": True,
        "blockOwnerDeletion": False,
    }


def _is_of(owner: Body, app: Key) -> bool:
    group = str(owner.get("apiVersion", "")).partition("/")[0]
    return (group, owner.get("kind"), owner.get("name")) == (GROUP, KIND, app.name)
