"""Addresses of receivers: which ones are public, and what an operator may allow."""

from __future__ import annotations

import ipaddress

import pytest

from ackbox.model.outgoing import (
    FIRST_DELAY_MS,
    MAX_ATTEMPTS,
    delay_ms,
    is_public,
    may_reach,
    parse_networks,
    parse_target,
)

DAY_S = 86_400

INSIDE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2001:0:1:1:1:1:80ff:fffe",
    "100::1",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.32.0.1",
    "192.169.0.1",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_not_of_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_an_operator_may_allow_networks_and_no_others() -> None:
    target = parse_target("https://gate.example/")
    allowed = parse_networks("10.1.0.0/16, fd00::/8")
    reached = ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1", "8.8.8.8"]
    refused = ["10.2.0.1", "127.0.0.1", "::1", "169.254.169.254"]
    assert [each for each in reached + refused if may_reach(target, _ip(each), allowed)] == reached


def test_without_tls_a_request_goes_only_to_this_machine() -> None:
    target = parse_target("http://localhost:9000/x?y=1")
    everywhere = parse_networks("0.0.0.0/0, ::/0")
    assert (target.authority, target.path, target.shown) == (
        "localhost:9000",
        "/x?y=1",
        "http://localhost:9000/…",
    )
    assert may_reach(target, _ip("127.0.0.1"), everywhere)
    assert may_reach(target, _ip("::1"), everywhere)
    assert not may_reach(target, _ip("8.8.8.8"), everywhere)
    assert not may_reach(target, _ip("10.0.0.1"), everywhere)
    assert not may_reach(target, _ip("127.0.0.1"), [])


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(text)


def test_the_wait_grows_from_ten_seconds_to_six_hours_and_ends_after_a_day() -> None:
    waits = [delay_ms(attempts) for attempts in range(1, MAX_ATTEMPTS + 1)]
    assert waits[:4] == [FIRST_DELAY_MS, 40_000, 160_000, 640_000]
    assert waits[-2:] == [6 * 3_600_000, None]
    assert 0.5 * DAY_S < sum(wait for wait in waits if wait) / 1000 < 1.5 * DAY_S
