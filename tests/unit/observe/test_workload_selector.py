"""Selectors mean the same as text as they do in the API."""

import pytest

from sluicegate.observe.selector import matches, selector_text


def expression(operator: str, *values: str, key: str = "tier") -> dict[str, object]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ({"matchLabels": {"app": "a", "tier": "b"}}, {"app": "a", "tier": "b", "x": "y"}, True),
        ({"matchLabels": {"app": "a", "tier": "b"}}, {"app": "a"}, False),
        ({"matchLabels": {"app": ""}}, {"app": ""}, True),
        (expression("In", "a", "b"), {"tier": "b"}, True),
        (expression("In", "a", "b"), {"tier": "c"}, False),
        (expression("In", "a", "b"), {}, False),
        (expression("NotIn", "a"), {"tier": "a"}, False),
        (expression("NotIn", "a"), {}, True),
        (expression("Exists"), {"tier": "x"}, True),
        (expression("Exists"), {}, False),
        (expression("DoesNotExist"), {"tier": "x"}, False),
        (expression("DoesNotExist"), {}, True),
        ({"matchLabels": {"app": "a"}, **expression("In", "b", "c")}, {"app": "a", "tier": "c"}, True),
        ({"matchLabels": {"app": "a"}, **expression("In", "b", "c")}, {"app": "x", "tier": "c"}, False),
    ],
)
def test_a_selector_matches_as_the_api_server_would(
    selector: dict[str, object], labels: dict[str, str], expected: bool
) -> None:
    assert matches(selector_text(selector), labels) is expected


def test_an_empty_selector_selects_nothing_rather_than_the_whole_namespace() -> None:
    assert not matches(selector_text({}), {"app": "a"})


def test_the_text_is_what_kubectl_takes() -> None:
    selector = {"matchLabels": {"b": "2", "a": "1"}, **expression("NotIn", "y", "x")}
    assert selector_text(selector) == "a=1,b=2,tier notin (x,y)"
