"""The requests of outgoing webhooks: resolve the name once, check the address, connect to exactly
that address.

It follows no redirect, uses no proxy, and reads nothing of a response but its status. Explained in
docs/why/outgoing-webhooks.md.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpcore2

from ackbox.model.outgoing import Address, Network, Target, may_reach
from ackbox.ops.webhook_out.deliver import Outcome

# Less than the lease of deliver.py.
ATTEMPT_S = 10.0
STEP_S = 5.0
RESOLVERS = 16
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Sender:
    """Sends requests to receivers.

    `allowed` are the networks that it may reach although they are not public. `resolve` returns the
    addresses of a name.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        *,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed, self._resolve, self._trust = allowed, resolve or self._look_up, trust
        self._threads: ThreadPoolExecutor | None = None

    async def send(self, target: Target, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send one request. Never raises: an outcome without status says why."""
        try:
            async with asyncio.timeout(ATTEMPT_S):
                address = await self._address(target)
                if address is None:
                    return Outcome(
                        None, "The address is not public, and the server does not allow it."
                    )
                status = await self._post(target, address, headers, body)
        except (TimeoutError, httpcore2.TimeoutException):
            return Outcome(None, "The receiver did not answer in time.")
        except (OSError, UnicodeError):
            return Outcome(None, "The name has no address.")
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            is_tls = any(isinstance(each, ssl.SSLError) for each in _causes(error))
            return Outcome(
                None,
                "The certificate of the receiver is not valid."
                if is_tls
                else "The receiver cannot be reached, or does not speak HTTP.",
            )
        if 200 <= status < 300:
            return Outcome(status, None)
        words = "redirects, and redirects are not followed" if status // 100 == 3 else "refused it"
        return Outcome(status, f"The receiver {words} (status {status}).")

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _address(self, target: Target) -> Address | None:
        """Return the address to connect to; null unless all of the name's addresses are allowed."""
        async with asyncio.timeout(STEP_S):
            found = await self._resolve(target.host, target.port)
        addresses = [ipaddress.ip_address(each) for each in found]
        if not addresses:
            raise OSError("no address")
        is_allowed = all(may_reach(target, each, self._allowed) for each in addresses)
        return addresses[0] if is_allowed else None

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a name, from threads of its own: a slow name server must not hold
        up the threads of the store.
        """
        if self._threads is None:
            self._threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="webhook-names")
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads,
            lambda: socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
            ),
        )
        return list(dict.fromkeys(str(each[4][0]) for each in found))

    async def _post(
        self, target: Target, address: Address, headers: Mapping[str, str], body: bytes
    ) -> int:
        # Made when first needed: it reads all certificate authorities of the system.
        if self._trust is None and target.scheme == "https":
            self._trust = httpcore2.default_ssl_context()
        limits = dict.fromkeys(("connect", "read", "write", "pool"), STEP_S)
        url = httpcore2.URL(
            scheme=target.scheme.encode(),
            # The address itself: the name is not asked for again.
            host=str(address).encode(),
            port=target.port,
            target=target.path.encode(),
        )
        async with (
            httpcore2.AsyncConnectionPool(ssl_context=self._trust) as pool,
            pool.stream(
                "POST",
                url,
                headers=[
                    ("host", target.authority),
                    ("content-length", str(len(body))),
                    *headers.items(),
                ],
                content=body,
                extensions={"timeout": limits, "sni_hostname": target.host},
            ) as response,
        ):
            return response.status


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Return an error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
