"""Outgoing webhooks: their addresses, which network addresses they may reach, and when a failed
delivery is tried again.

Pure; names are resolved in app/sender.py. Explained in docs/why/outgoing-webhooks.md.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from ackbox.errors import Invalid

Topic = Literal["needs", "urgent", "overdue", "all"]
Form = Literal["standard", "slack"]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

URL_LIMIT = 2_000
MAX_ATTEMPTS = 10
# Between two attempts at one delivery: 10 s, then four times as long, at most 6 h; a day in all.
FIRST_DELAY_MS = 10_000
LONGEST_DELAY_MS = 6 * 3_600_000
# Between two attempts at one receiver that fails.
FIRST_PAUSE_MS = 5_000
LONGEST_PAUSE_MS = 600_000
# The prefix that NAT64 puts before an IPv4 address (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Printable ASCII without spaces, and without the backslash that some parsers take for a slash.
_PLAIN = re.compile(r"[!-\[\]-~]+")
HINT = "Use the https address of a receiver, such as https://example.com/hook."


class Target(msgspec.Struct, frozen=True):
    """The parts of an address; `path` includes the query and may hold a token."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_default_port(self) -> bool:
        return self.port == (443 if self.scheme == "https" else 80)

    @property
    def authority(self) -> str:
        """Host and port as in the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.is_default_port else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The address without its path, which may hold a token."""
        return f"{self.scheme}://{self.authority}{'' if self.path == '/' else '/…'}"


def parse_target(url: str) -> Target:
    """Return the parts of a receiver's address. Raises Invalid."""
    try:
        if not _PLAIN.fullmatch(url):
            raise ValueError
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or (80 if parts.scheme == "http" else 443)
        if not host or "%" in host:
            raise ValueError
    except ValueError:
        raise Invalid("`url` is not a web address.", hint=HINT, field="url") from None
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid(
            "`url` contains a user name, a password or a fragment.",
            hint="Leave them out; the signature proves the sender.",
            field="url",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback_name(host)):
        raise Invalid(f"`url` begins with {parts.scheme}://, not https://.", hint=HINT, field="url")
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme, host, port, f"{parts.path or '/'}{query}")


def is_loopback_name(host: str) -> bool:
    """Whether a host is this machine by its name alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, also inside an IPv6 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or address.scope_id is not None:
            return False
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or address.is_private
    )


def may_reach(target: Target, address: Address, allowed: Sequence[Network]) -> bool:
    """Whether a delivery may go to an address: a public one, or one that the operator allowed.

    Without TLS only to this machine.
    """
    plain = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    known = plain or address
    if target.scheme != "https" and not known.is_loopback:
        return False
    return is_public(address) or any(
        known.version == network.version and known in network for network in allowed
    )


def parse_networks(text: str) -> list[Network]:
    """Return networks from a list such as `10.0.0.0/8, ::1`. Raises ValueError."""
    return [ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip()]


def delay_ms(attempts: int) -> int | None:
    """Return how long to wait after so many failed attempts; null when there are no more."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return min(int(FIRST_DELAY_MS * 4 ** (attempts - 1)), LONGEST_DELAY_MS)


def pause_ms(failures: int) -> int:
    """Return how long a receiver is left alone after so many failures in a row."""
    return min(int(FIRST_PAUSE_MS * 2 ** min(failures - 1, 20)), LONGEST_PAUSE_MS)
