"""What kind would read, as far as that can be told without Docker."""

from pathlib import Path

import pytest
import yaml

from dev.kind import files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(ROOT)
    files.write(tmp_path)
    return tmp_path


def test_the_cluster_file_mounts_the_audit_policy_and_the_logs(folder: Path) -> None:
    node = yaml.safe_load((folder / "cluster.yaml").read_text())["nodes"][0]
    sources = {mount["hostPath"] for mount in node["extraMounts"]}
    assert sources == {f"{folder}/config", f"{folder}/logs"}
    patch = yaml.safe_load(node["kubeadmConfigPatches"][0])
    policy = yaml.safe_load((folder / "config" / "audit-policy.yaml").read_text())
    assert patch["apiServer"]["extraArgs"]["audit-policy-file"].endswith("/audit-policy.yaml")
    assert policy["rules"][0]["level"] == "Request"


def test_the_broker_finds_its_certificates_under_the_mounted_path(folder: Path) -> None:
    lines = (folder / "config" / "kafka.properties").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    assert Path(settings["ssl.keystore.location"]).exists()
    assert Path(settings["ssl.truststore.location"]).exists()
    assert settings["log.dirs"].startswith(str(folder))


def test_the_environment_names_all_that_the_suite_asks_for(folder: Path) -> None:
    names = {line.split()[1].split("=")[0] for line in (folder / "env").read_text().splitlines()}
    wanted = {"KUBECONFIG", "SLUICEGATE_BED", "SLUICEGATE_BOOTSTRAP", "SLUICEGATE_IMAGE", "SLUICEGATE_EXAMPLES_IMAGE"}
    assert wanted <= names
