"""A server that is hostile.py's own trial: it answers what is asked, and has one fault, or none.

python -m tests.faults.naive keeps
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

FAULTS = ("none", "waits", "keeps", "stalls", "accepts", "breaks", "refuses neighbours")
DEADLINE_S = 1.0


class Naive:
    """Reads a head, answers, and closes."""

    def __init__(self, fault: str) -> None:
        self._fault = fault
        self._kept: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE_S)
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
                break
            has_key = b"Authorization" in head
            if has_key and head.startswith(b"POST"):
                await reader.readexactly(
                    int(head.lower().partition(b"content-length:")[2].split(b"\r")[0])
                )
            status = self._status(has_key, head)
            text = b"Traceback" if status == 500 else b"{}"
            writer.write(
                b"HTTP/1.1 %d Fine\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text)
            )
            if not has_key:
                break
        if self._fault == "waits":
            await asyncio.sleep(60)
        writer.close()

    def _status(self, has_key: bool, head: bytes) -> int:
        if has_key:
            return (
                503
                if self._fault == "refuses neighbours" and head.startswith(b"POST")
                else 201
                if head.startswith(b"POST")
                else 200
            )
        if self._fault == "keeps":
            self._kept.append(b"x" * (8 << 20))
        if self._fault == "stalls":
            time.sleep(0.4)
        return {"accepts": 200, "breaks": 500}.get(self._fault, 401)


async def main() -> None:
    server = await asyncio.start_server(Naive(sys.argv[1]).serve, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1], "pid": os.getpid()}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
