"""The tree itself: rules that no tool knows."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_operator_is_a_source_root_and_never_a_package() -> None:
    """With an __init__.py it would shadow the standard library's ``operator`` for everything run from the root."""
    assert not (ROOT / "operator" / "__init__.py").exists()


def test_lock_files_pin_every_package_by_hash_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        packages = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
        assert packages
        assert text.count("--hash=sha256:") >= len(packages)
        assert "--index-url" not in text
        assert "http" not in text.replace("aiohttp", "").replace("httpcore", "").replace("httpx", "")
