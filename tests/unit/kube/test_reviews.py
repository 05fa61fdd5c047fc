"""What the API server says of a token and of a right, and how it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sluicegate.control.gate import Visitor
from sluicegate.errors import Denied, Transient
from sluicegate.kube.reviews import ClusterReviews
from sluicegate.model.resource import Key

ACCOUNT = {
    "username": "system:serviceaccount:shop:reader",
    "uid": "u",
    "groups": ["system:serviceaccounts"],
    "extra": {"b": ["2"], "a": ["1", "3"]},
}


class Api:
    """Answers reviews as the API server does: with what was sent and a status."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers
        self.sent: list[tuple[str, Mapping[str, Any]]] = []

    async def create(self, kind: str, body: Mapping[str, Any], *, namespace: str = "") -> dict[str, Any]:
        self.sent.append((kind, body))
        answer = self._answers[kind]
        if isinstance(answer, Exception):
            raise answer
        return {**body, "status": answer}


async def test_a_token_the_cluster_knows_is_its_owner_with_groups_and_extra() -> None:
    api = Api(TokenReview={"authenticated": True, "user": ACCOUNT})
    assert await ClusterReviews(api).visitor("secret") == Visitor(
        name="system:serviceaccount:shop:reader",
        uid="u",
        groups=("system:serviceaccounts",),
        extra=(("a", ("1", "3")), ("b", ("2",))),
    )
    assert api.sent == [("TokenReview", {"spec": {"token": "secret"}})]


@pytest.mark.parametrize("status", [{}, {"authenticated": False, "error": "expired"}, {"authenticated": True}])
async def test_any_other_token_is_nobodys(status: dict[str, Any]) -> None:
    assert await ClusterReviews(Api(TokenReview=status)).visitor("secret") is None


@pytest.mark.parametrize(
    ("status", "may"), [({"allowed": True}, True), ({"allowed": False, "reason": "no"}, False), ({}, False)]
)
async def test_the_right_is_asked_for_this_app_alone_and_for_all_that_is_known_of_the_visitor(
    status: dict[str, Any], may: bool
) -> None:
    api = Api(SubjectAccessReview=status)
    visitor = Visitor(name="ann", uid="u", groups=("buyers",), extra=(("a", ("1",)),))
    assert await ClusterReviews(api).may_observe(visitor, Key("shop", "orders")) is may
    assert api.sent[0][1]["spec"] == {
        "user": "ann",
        "uid": "u",
        "groups": ["buyers"],
        "extra": {"a": ["1"]},
        "resourceAttributes": {
            "verb": "get",
            "group": "sluicegate.dev",
            "resource": "kafkaconsumerapps",
            "subresource": "observations",
            "namespace": "shop",
            "name": "orders",
        },
    }


async def test_an_operator_that_may_not_ask_is_not_the_visitors_fault() -> None:
    api = Api(TokenReview=Denied("create tokenreviews.authentication.k8s.io is not allowed"))
    with pytest.raises(Transient, match="the operator cannot find out who may look: create tokenreviews"):
        await ClusterReviews(api).visitor("secret")
