"""The one place where the API server's answers become our errors."""

from __future__ import annotations

import json
from http import HTTPStatus

from sluicegate.errors import Conflict, Denied, Gone, Invalid, SluicegateError, Transient

LONGEST = 500


def of_answer(*, status: int, body: bytes, verb: str, resource: str, where: str) -> SluicegateError:
    """The error behind an HTTP ``status`` of 300 or more.

    ``verb`` (get, list, update, …), ``resource`` as RBAC names it (``deployments/scale``), ``where`` for people.
    """
    said = _message(body)
    what = f"{verb} {resource}{where}"
    if status == HTTPStatus.CONFLICT:
        return Conflict(f"{what}: {said or 'changed meanwhile'}")
    if status == HTTPStatus.NOT_FOUND:
        return Gone(f"{what}: {said or 'not found'}")
    if status == HTTPStatus.UNAUTHORIZED:
        return Denied(f"{what}: the API server does not know who asks ({said or 'Unauthorized'}); check the token")
    if status == HTTPStatus.FORBIDDEN:
        return Denied(f"{what} is not allowed; grant the verb {verb!r} on {resource!r} (the API server: {said})")
    if status == HTTPStatus.GONE:
        return Transient(f"{what}: the list expired while it was read ({said})")
    if status == HTTPStatus.REQUEST_TIMEOUT or status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500:
        return Transient(f"{what}: the API server answers {status} ({said})")
    return Invalid(f"{what}: the API server refuses it with {status}: {said}")


def of_silence(error: BaseException, *, verb: str, resource: str, where: str) -> Transient:
    """The error behind a request that got no answer: time-out, refused or broken connection."""
    words = str(error) or type(error).__name__
    return Transient(f"{verb} {resource}{where}: no answer from the API server ({words})")


def _message(body: bytes) -> str:
    try:
        said = json.loads(body).get("message", "")
    except (ValueError, AttributeError):
        said = body.decode("utf-8", "replace").strip()
    return str(said)[:LONGEST]
