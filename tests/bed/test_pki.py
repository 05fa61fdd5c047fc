"""Certificates are made once, whole, and say what they must."""

import subprocess
from pathlib import Path

import pytest

from dev.bed.pki import CERTIFICATES, issue


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state") / "pki"
    issue(folder)
    return folder


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda c: c.name)
def test_each_certificate_is_trusted_by_its_own_authority_only(pki: Path, certificate: object) -> None:
    name, authority = certificate.name, certificate.authority  # type: ignore[attr-defined]
    other = "ca" if authority == "kafka-ca" else "kafka-ca"

    def verified(by: str) -> bool:
        words = ["openssl", "verify", "-CAfile", str(pki / f"{by}.crt"), str(pki / f"{name}.crt")]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    assert verified(authority)
    assert not verified(other)


def test_a_second_issue_changes_nothing(pki: Path) -> None:
    before = {file.name: file.read_bytes() for file in pki.iterdir()}
    issue(pki)
    assert {file.name: file.read_bytes() for file in pki.iterdir()} == before


def test_an_interrupted_issue_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "pki.part").mkdir()
    (tmp_path / "pki.part" / "ca.key").write_text("half")
    issue(tmp_path / "pki")
    assert (tmp_path / "pki" / "kafka.pem").exists()
    assert not (tmp_path / "pki.part").exists()
