"""`plan` from a user's desk: kubeconfig, lists, the operator's last look over its read API; exit codes and forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from sluicegate.cli.main import cli
from tests.support.desk import Desk

APP: dict[str, Any] = {
    "apiVersion": "sluicegate.dev/v1alpha1",
    "kind": "KafkaConsumerApp",
    "metadata": {"name": "orders"},
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def there(desk: Desk) -> dict[str, Any]:
    """The spec that the cluster has."""
    found = run(desk, "status", "orders", "-o", "json")
    spec: dict[str, Any] = json.loads(found.stdout)["spec"]
    return spec


def run(desk: Desk, *arguments: str, given: str = "") -> Result:
    env = {"KUBECONFIG": str(desk.kubeconfig), "NO_PROXY": "*"}
    return CliRunner().invoke(cli, arguments, prog_name="kubectl kca", env=env, input=given)


def text(spec: dict[str, Any], **scaling: Any) -> str:
    return yaml.safe_dump({**APP, "spec": {**spec, "scaling": {**spec["scaling"], **scaling}}})


def test_what_is_there_already_is_code_0_and_still_says_what_would_be_decided(desk: Desk, there: Any) -> None:
    done = run(desk, "plan", "-f", "-", given=text(there))
    assert done.exit_code == 0, done.output
    assert "KafkaConsumerApp orders in shop: unchanged" in done.stdout
    assert "decision  replicas " in done.stdout
    assert done.stdout.rstrip().endswith("nothing would change")


def test_a_change_is_code_3_with_the_fields_and_the_operator_s_look_decided_anew(desk: Desk, there: Any) -> None:
    desk.owe(*[5000] * 6)
    done = run(desk, "plan", "-f", "-", "-o", "json", given=text(there, maxReplicas=1))
    assert done.exit_code == 3, done.output
    found = json.loads(done.stdout)
    assert found["changes"] is True
    (app,) = found["resources"]
    assert app["differences"] == [{"field": "spec.scaling.maxReplicas", "before": 6, "after": 1}]
    assert app["outlook"]["decision"]["replicas"] == 1
    again = run(desk, "plan", "-f", "-", "-o", "yaml", given=text(there, maxReplicas=1))
    assert yaml.safe_load(again.stdout)["resources"][0]["differences"] == app["differences"]


def test_without_an_operator_the_rest_is_told_and_why(desk: Desk, there: Any) -> None:
    desk.pods = []
    done = run(desk, "plan", "-f", "-", given=text(there, maxReplicas=9))
    assert done.exit_code == 3
    assert "spec.scaling.maxReplicas: 6 → 9" in done.stdout
    assert "decision  not made: no operator with a read API runs in any namespace" in done.stdout


def test_nothing_is_written(desk: Desk, there: Any) -> None:
    run(desk, "plan", "-f", "-", given=text(there, maxReplicas=9))
    assert json.loads(run(desk, "status", "orders", "-o", "json").stdout)["spec"] == there


def test_a_spec_that_cannot_be_used_is_code_1_and_names_field_value_and_remedy(desk: Desk, there: Any) -> None:
    done = run(desk, "plan", "-f", "-", given=text(there, minReplicas=9))
    assert done.exit_code == 1
    assert "standard input, document 1 (KafkaConsumerApp orders): spec.scaling.minReplicas" in done.stderr
    assert "raise maxReplicas" in done.stderr


def test_other_resources_are_ignored_with_a_word(desk: Desk, there: Any) -> None:
    other = "---\napiVersion: v1\nkind: Service\nmetadata: {name: orders}\n"
    done = run(desk, "plan", "-f", "-", given=text(there) + other)
    assert (done.exit_code, done.stderr) == (0, "ignored: Service orders\n")


def test_a_file_that_does_not_exist_or_none_at_all_is_wrong_usage(desk: Desk, tmp_path: Path) -> None:
    assert run(desk, "plan").exit_code == 2
    assert run(desk, "plan", "-f", str(tmp_path / "none.yaml")).exit_code == 2


def test_bytes_that_are_no_text_are_one_sentence(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    done = run(desk, "plan", "-f", str(tmp_path / "odd.yaml"))
    assert done.exit_code == 1
    assert "is not YAML" in done.stderr


RETRIES = {"errorHandling": {"retry": {"delays": ["10s"]}}}
NOBODY = "127.0.0.1:1"


def test_topics_to_be_made_are_code_3_though_no_field_differs(desk: Desk, there: Any) -> None:
    done = run(desk, "plan", "-f", "-", "-o", "json", given=text({**there, **RETRIES}))
    found = json.loads(done.stdout)
    assert (done.exit_code, found["changes"]) == (3, True)
    assert {one["action"] for one in found["resources"][0]["topics"]["topics"]} == {"create"}


def test_credentials_of_the_connection_are_asked_for_by_name(desk: Desk, there: Any) -> None:
    sasl = {"mechanism": "PLAIN", "credentialsSecretRef": {"name": "login"}}
    connection = {
        "apiVersion": "sluicegate.dev/v1alpha1",
        "kind": "KafkaConnection",
        "metadata": {"name": "main"},
        "spec": {"bootstrapServers": "broker:9092", "sasl": sasl},
    }
    files = yaml.safe_dump(connection) + "---\n" + text({**there, **RETRIES})
    done = run(desk, "plan", "-f", "-", "--bootstrap-servers", NOBODY, given=files)
    assert done.exit_code == 1
    assert "spec.sasl.credentialsSecretRef.name: there is no Secret 'login'" in done.stderr


def test_an_address_that_is_none_is_one_sentence(desk: Desk, there: Any) -> None:
    done = run(desk, "plan", "-f", "-", "--bootstrap-servers", "kafka", given=text({**there, **RETRIES}))
    assert done.exit_code == 1
    assert "--bootstrap-servers: 'kafka' is not a broker address" in done.stderr


def test_strimzi_s_manifests_need_the_name_of_its_kafka_and_go_alone_to_standard_output(desk: Desk, there: Any) -> None:
    assert run(desk, "plan", "-f", "-", "-o", "strimzi", given=text(there)).exit_code == 2
    assert run(desk, "plan", "-f", "-", "--strimzi-cluster", "main", given=text(there)).exit_code == 2
    spec = {**there, **RETRIES}
    done = run(desk, "plan", "-f", "-", "-o", "strimzi", "--strimzi-cluster", "main", given=text(spec))
    assert done.exit_code == 3, done.output
    assert [one["kind"] for one in yaml.safe_load_all(done.stdout)] == ["KafkaTopic", "KafkaTopic"]
    assert "give --bootstrap-servers to have them read" in done.stderr
