"""An authority and a server's certificate, made for one test."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files: the authority's certificate, the server's certificate and its key."""

    authority: Path
    certificate: Path
    key: Path


def certificates(folder: Path, *, names: str) -> Certificates:
    """``names`` in openssl's words: `DNS:db.test,IP:127.0.0.1`."""
    made = Certificates(
        authority=folder / "authority.crt", certificate=folder / "server.crt", key=folder / "server.key"
    )
    signer = folder / "authority.key"
    _openssl("req", "-x509", *KEY, "-keyout", signer, "-out", made.authority, "-subj", "/CN=test authority")
    _openssl(
        "req", "-x509", *KEY, "-keyout", made.key, "-out", made.certificate, "-subj", "/CN=server",
        "-CA", made.authority, "-CAkey", signer, "-addext", f"subjectAltName={names}",
        "-addext", "basicConstraints=critical,CA:FALSE",
    )  # fmt: skip
    return made


def _openssl(*words: str | Path) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
