"""`trip` and `reset` against an API server over HTTP: what they write, and what they tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from sluicegate.cli.main import cli
from tests.support.patched import Body, Patched

PING = {"name": "ping", "http": {"url": "http://db.example/health"}}


def dependency(name: str = "orders-db", *, namespace: str = "shop", state: str = "Closed", **breaker: Any) -> Body:
    return {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "DownstreamDependency" if namespace else "ClusterDownstreamDependency",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "spec": {"capacity": {"value": 200}, "health": [PING], **({"breaker": breaker} if breaker else {})},
        "status": {"breaker": {"state": state, "since": "2027-01-15T08:00:00Z", "reason": "Healthy", "trips": 0}},
    }


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Patched]:
    served = Patched()
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    with served.serving(tmp_path / "config", namespace="shop"):
        yield served


def run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(cli, arguments, prog_name="kubectl kca")
    return found.exit_code, found.output


def test_trip_forces_it_open_and_touches_nothing_else(api: Patched) -> None:
    before = dependency(whenOpen="Floor", openFor="90s")
    api.put("downstreamdependencies", before)
    code, said = run("trip", "orders-db")
    assert code == 0, said
    [(target, patch)] = api.patches
    assert target.endswith("/namespaces/shop/downstreamdependencies/orders-db?fieldManager=kubectl-kca")
    assert patch == {"spec": {"breaker": {"mode": "ForcedOpen"}}}
    [after] = api.objects.values()
    assert after["spec"] == {**before["spec"], "breaker": {**before["spec"]["breaker"], "mode": "ForcedOpen"}}


def test_trip_says_what_was_before_and_what_happens_next(api: Patched) -> None:
    api.put("downstreamdependencies", dependency())
    assert run("trip", "orders-db", "-n", "shop") == (
        0,
        "DownstreamDependency orders-db: breaker mode Auto → ForcedOpen; "
        "it was Closed since 2027-01-15T08:00:00Z (Healthy)\n"
        "next: consumers keep what runs and none scales up, until `kubectl kca reset orders-db -n shop`\n",
    )


@pytest.mark.parametrize(
    ("when_open", "words"),
    [("Floor", "next: consumers go to their minimum"), ("Zero", "next: consumers stop (the offsets of an empty group")],
)
def test_trip_says_how_far_consumers_stand_back(api: Patched, when_open: str, words: str) -> None:
    api.put("downstreamdependencies", dependency(whenOpen=when_open))
    assert words in run("trip", "orders-db")[1]


def test_reset_lets_the_checks_decide_again_and_says_how_it_comes_back(api: Patched) -> None:
    api.put("downstreamdependencies", dependency(state="Open", mode="ForcedOpen", openFor="90s"))
    code, said = run("reset", "orders-db")
    assert (code, api.patches[0][1]) == (0, {"spec": {"breaker": {"mode": "Auto"}}})
    assert "breaker mode ForcedOpen → Auto; it was Open" in said
    assert said.splitlines()[1] == (
        "next: it stays open for 1m30s from now, then until its health checks are good; "
        "after that 25 % more is allowed every 1m"
    )


def test_reset_of_one_that_stopped_consumers_tells_of_the_canary(api: Patched) -> None:
    api.put("downstreamdependencies", dependency(state="Open", mode="ForcedOpen", whenOpen="Zero"))
    assert "then one canary tries until its health checks are good" in run("reset", "orders-db")[1]


def test_reset_of_one_that_its_checks_opened_writes_nothing_and_says_what_helps(api: Patched) -> None:
    api.put("downstreamdependencies", dependency(state="Open", mode="Auto"))
    code, said = run("reset", "orders-db")
    assert (code, api.patches) == (0, [])
    assert "breaker mode is Auto already; it was Open" in said
    assert said.rstrip().endswith("to limit nothing in spite of its checks, set spec.breaker.mode to Disabled")


def test_reset_of_one_that_was_disabled_says_what_opens_it_now(api: Patched) -> None:
    api.put("downstreamdependencies", dependency(mode="Disabled"))
    assert run("reset", "orders-db")[1].endswith("next: its health checks open it\n")
    without = dependency("plain", mode="Disabled")
    del without["spec"]["health"], without["status"]
    api.put("downstreamdependencies", without)
    _, said = run("reset", "plain")
    assert "the operator has not looked at it yet" in said
    assert "it has no health checks: only `kubectl kca trip` opens it" in said


def test_one_of_the_cluster_is_found_by_its_kind_whatever_the_namespace(api: Patched) -> None:
    api.put("clusterdownstreamdependencies", dependency("warehouse", namespace=""))
    code, said = run("trip", "warehouse", "--kind", "cdsd", "-n", "elsewhere")
    assert code == 0, said
    assert api.patches[0][0].startswith("/apis/sluicegate.dev/v1alpha1/clusterdownstreamdependencies/warehouse?")
    assert "until `kubectl kca reset warehouse --kind cdsd`" in said


def test_one_that_does_not_exist_is_a_sentence_that_names_those_that_do(api: Patched) -> None:
    for name in ("users-db", "orders-db"):
        api.put("downstreamdependencies", dependency(name))
    api.put("downstreamdependencies", dependency("order-db", namespace="other"))
    code, said = run("trip", "order-db")
    assert (code, said) == (
        1,
        "Error: there is no DownstreamDependency 'order-db' in namespace 'shop'; there is orders-db, users-db\n",
    )


def test_of_many_names_a_few_are_said_and_of_none_what_to_do(api: Patched) -> None:
    assert "nor any other; name a namespace with -n, or the kind with --kind" in run("reset", "db")[1]
    for number in range(13):
        api.put("downstreamdependencies", dependency(f"db-{number:02}"))
    assert run("reset", "db")[1].endswith("there is db-00, db-01, db-02, db-03, db-04, db-05, db-06, db-07, db-08, "
                                          "db-09 and 3 more\n")  # fmt: skip


def test_without_the_right_to_patch_it_says_which_right_is_missing(api: Patched) -> None:
    api.put("downstreamdependencies", dependency())
    api.denied = True
    code, said = run("trip", "orders-db")
    assert code == 1
    assert "grant the verb 'patch' on 'downstreamdependencies.sluicegate.dev'" in said


def test_as_json_and_yaml_it_is_the_same_value(api: Patched) -> None:
    api.put("downstreamdependencies", dependency())
    code, said = run("trip", "orders-db", "-o", "json")
    assert code == 0
    assert json.loads(said) == {
        "kind": "DownstreamDependency",
        "namespace": "shop",
        "name": "orders-db",
        "mode": {"before": "Auto", "after": "ForcedOpen"},
        "breaker": {"state": "Closed", "since": "2027-01-15T08:00:00Z", "reason": "Healthy"},
        "next": "consumers keep what runs and none scales up, until `kubectl kca reset orders-db -n shop`",
    }
    again = yaml.safe_load(run("trip", "orders-db", "-o", "yaml")[1])
    assert again == {**json.loads(said), "mode": {"before": "ForcedOpen", "after": "ForcedOpen"}}
    assert len(api.patches) == 1


def test_a_spec_that_cannot_be_read_does_not_stop_a_person_from_tripping_it(api: Patched) -> None:
    body = dependency(openFor="soon", mode="Auto")
    api.put("downstreamdependencies", body)
    assert run("trip", "orders-db")[0] == 0
    assert api.patches
