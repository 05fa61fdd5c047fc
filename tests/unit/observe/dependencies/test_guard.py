"""Which addresses may be asked."""

from __future__ import annotations

import pytest

from sluicegate.errors import Invalid
from sluicegate.observe.dependencies.guard import Guard


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0",
        "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "ff02::1",
        "::ffff:169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
    ],
)  # fmt: skip
def test_loopback_link_local_and_metadata_addresses_are_denied_by_default_in_every_form(address: str) -> None:
    assert "denied" in Guard().refusal(host="db", address=address)


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.7", "8.8.8.8", "fd00::7", "2001:db8::1", "100.100.100.201"])
def test_everything_else_may_be_asked_by_default(address: str) -> None:
    assert Guard().refusal(host="db", address=address) == ""


def test_an_allow_list_lets_in_only_what_it_names() -> None:
    guard = Guard.of(allow=["10.1.0.0/16", "db.shop.svc", "*.prod.svc"])
    assert guard.refusal(host="x", address="10.1.2.3") == ""
    assert guard.refusal(host="DB.shop.svc.", address="10.9.9.9") == ""
    assert guard.refusal(host="a.prod.svc", address="10.9.9.9") == ""
    assert "--allow-address" in guard.refusal(host="prod.svc", address="10.9.9.9")
    assert "--allow-address" in guard.refusal(host="evilprod.svc", address="10.9.9.9")
    assert "--allow-address" in guard.refusal(host="db.shop.svc.evil", address="10.2.0.1")


def test_the_deny_list_wins_over_the_allow_list() -> None:
    guard = Guard.of(allow=["10.0.0.0/8", "127.0.0.1"], deny=["10.0.0.1", "*.kube-system.svc", "127.0.0.1"])
    assert guard.refusal(host="x", address="10.0.0.2") == ""
    for host, address in (("x", "10.0.0.1"), ("x", "::ffff:10.0.0.1"), ("a.kube-system.svc", "10.0.0.2")):
        assert "--deny-address" in guard.refusal(host=host, address=address)
    assert "--deny-address" in guard.refusal(host="x", address="127.0.0.1")


def test_what_is_denied_by_default_is_opened_only_by_an_entry_written_for_it() -> None:
    assert Guard.of(allow=["127.0.0.1"]).refusal(host="x", address="127.0.0.1") == ""
    assert Guard.of(allow=["127.0.0.0/8"]).refusal(host="x", address="127.0.0.9") == ""
    assert "metadata" in Guard.of(allow=["0.0.0.0/0"]).refusal(host="x", address="169.254.169.254")
    assert "denied" in Guard.of(allow=["::/0"]).refusal(host="x", address="::1")


def test_a_name_never_opens_what_is_denied_by_default() -> None:
    assert "loopback" in Guard.of(allow=["rebound.example"]).refusal(host="rebound.example", address="127.0.0.1")


@pytest.mark.parametrize("entry", ["", "a b", "10.0.0.0/40", "10.0.0.1/8", "300.1.1.1", "http://db", "*", "a..b"])
@pytest.mark.parametrize("flag", ["allow", "deny"])
def test_an_entry_that_is_nothing_is_named(flag: str, entry: str) -> None:
    with pytest.raises(Invalid, match=f"--{flag}-address: ") as caught:
        Guard.of(**{flag: [entry]})
    assert repr(entry) in str(caught.value)
