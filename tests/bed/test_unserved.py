"""Installing packages without their services."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev.bed.unserved import unserved


def test_the_files_are_there_meanwhile_and_gone_after_it(tmp_path: Path) -> None:
    policy, cluster = tmp_path / "policy", tmp_path / "etc" / "new" / "cluster.conf"
    with unserved(files=((policy, "#!/bin/sh\nexit 101\n", 0o755), (cluster, "none\n", 0o644))):
        assert policy.stat().st_mode & 0o111
        assert cluster.read_text() == "none\n"
    assert list(tmp_path.iterdir()) == []


def test_somebodys_own_file_stays_as_it_is(tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    policy.write_text("mine")
    with unserved(files=((policy, "ours", 0o755),)):
        assert policy.read_text() == "mine"
    assert policy.read_text() == "mine"


def test_a_failed_installation_leaves_none_of_them_and_keeps_what_a_package_put_beside_them(tmp_path: Path) -> None:
    def fail() -> None:
        with unserved(files=((tmp_path / "etc" / "cluster.conf", "none\n", 0o644),)):
            (tmp_path / "etc" / "theirs").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [path.name for path in (tmp_path / "etc").iterdir()] == ["theirs"]
