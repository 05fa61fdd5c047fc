"""Credentials: from where they should come, and a sentence where there are none."""

from pathlib import Path

import pytest
import yaml

from sluicegate.errors import Denied
from sluicegate.kube.access import configuration, default_namespace
from sluicegate.kube.watch import credentials


def kubeconfig(path: Path, **user: str) -> Path:
    path.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
                "clusters": [{"name": "c", "cluster": {"server": "https://api.example:6443"}}],
                "users": [{"name": "u", "user": user}],
            }
        )
    )
    return path


async def test_without_any_credentials_the_sentence_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "missing"))
    with pytest.raises(Denied, match=r"there is no .*missing; set KUBECONFIG"):
        await configuration()
    assert default_namespace() == "default"


async def test_a_kubeconfig_that_is_none_is_named_with_its_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "broken"
    path.write_text("kind: Config\n")
    monkeypatch.setenv("KUBECONFIG", str(path))
    with pytest.raises(Denied, match="broken cannot be used"):
        await configuration()


async def test_client_and_watches_have_the_same_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "config", token="abc")))
    settings, info = await configuration(), await credentials()
    assert settings.host == info.server == "https://api.example:6443"
    assert (info.scheme, info.token) == ("Bearer", "abc")
    assert default_namespace() == "shop"
