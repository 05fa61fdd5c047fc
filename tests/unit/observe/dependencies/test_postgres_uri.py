"""Connection strings out of Secrets."""

from __future__ import annotations

import pytest

from sluicegate.observe.dependencies.postgres_uri import SslMode, parse
from sluicegate.observe.dependencies.signal import Broken


def test_every_part_is_taken_and_unquoted() -> None:
    found = parse("postgresql://a%40b:p%2Fw%3A@db.shop.svc:6432/my%20db?sslmode=verify-full&application_name=x")
    assert (found.user, found.password, found.host, found.port) == ("a@b", "p/w:", "db.shop.svc", 6432)
    assert (found.database, found.mode) == ("my db", SslMode.VERIFY_FULL)


def test_what_is_left_out_is_as_libpq_has_it() -> None:
    found = parse("postgres://app@[fd00::7]")
    assert (found.host, found.port, found.database, found.password, found.mode) == ("fd00::7", 5432, "app", "", None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("host=db user=app password=s3cret-word", "does not start with postgresql://"),
        ("mysql://app:s3cret-word@db/x", "does not start with postgresql://"),
        ("postgresql://app:s3cret-word@/x", "names no single host"),
        ("postgresql://app:s3cret-word@db/x?host=/run/postgresql", "names no single host"),
        ("postgresql://app:s3cret-word@a,b/x", "names no single host"),
        ("postgresql://app:s3cret-word@a:1,b:2/x", "one host"),
        ("postgresql://:s3cret-word@db/x", "names no user"),
        ("postgresql://app:s3cret-word@db:99999/x", "port"),
        ("postgresql://app:s3cret-word@db/x?port=0", "port"),
        ("postgresql://app:s3cret-word@db/x?sslmode=strict", "verify-full"),
        ("postgresql://app:s3cret-word@db/x?sslrootcert=/etc/passwd", "sslrootcert"),
        ("postgresql://app:s3cret-word@db/x?passfile=/run/secrets/a", "passfile"),
        ("postgresql://app:s3cret-word%00@db/x", "zero byte"),
        ("", "does not start"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_password(text: str, says: str) -> None:
    with pytest.raises(Broken) as caught:
        parse(text)
    assert says in str(caught.value)
    assert "s3cret-word" not in str(caught.value)
    assert caught.value.ill is False


def test_the_password_is_in_no_repr() -> None:
    assert "s3cret-word" not in repr(parse("postgresql://app:s3cret-word@db/x"))
