"""S3 and S8: what a send costs over one WebSocket, and how soon who follows its inbox hears of it.

S3: 128 sends under way on one socket, against 64 keep-alive connections of `POST /v1/messages`; the
server's CPU time for each send, since both keep one core busy. S8: 500 sockets, each following an
inbox of its own, 500 messages a second; from the moment the sender's frame is written to the moment
the push is read, so the send is included. And how much a reader that sleeps delays others.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench import load, socket_load
from bench.frame import ROUNDS, figure, interleave, ratios
from bench.server import Running, cpu_s, running

BODY = "x" * 1024


def over_http(server: Running, text: str) -> float:
    """Return the server's CPU for a send, in microseconds."""
    before = cpu_s(server.pid)
    done = load.run(server, text, connections=64)
    return (cpu_s(server.pid) - before) / int(done["requests"]) * 1e6


def over_a_socket(server: Running, speed: list[float]) -> float:
    before = cpu_s(server.pid)
    done = socket_load.run(
        server,
        "pipelined",
        seconds=3.0,
        at_once=128,
        params={"agent": "ana", "to": "bob", "body": BODY},
    )
    speed.append(done["per_s"])
    return (cpu_s(server.pid) - before) / int(done["requests"]) * 1e6


def measure_sends(server: Running) -> None:
    server.call("agent.heartbeat", agent="bob")
    send = load.request(server, "POST", "/v1/messages", {"agent": "ana", "to": "bob", "body": BODY})
    speed: list[float] = []
    found = interleave(
        {
            "http": lambda: over_http(server, send),
            "socket": lambda: over_a_socket(server, speed),
        }
    )
    figure(
        "S3",
        "sends for each second of the server's CPU over one WebSocket, pipelined, to sends over"
        " 64 connections",
        ratios(found["http"], found["socket"]),
        limit="at least 2",
        parts={
            "µs CPU a send, HTTP": found["http"],
            "µs CPU a send, socket": found["socket"],
            "sends/s, socket": speed[1:],
        },
    )


def measure_pushes(server: Running) -> None:
    rounds = [
        socket_load.run(server, "pushed", seconds=6.0, sockets=500, per_s=500, body=BODY)
        for _ in range(ROUNDS + 1)
    ][1:]
    each: dict[str, list[float]] = {
        name: [one[name] for one in rounds] for name in rounds[0] if name.endswith("_ms")
    }
    parts: dict[str, Sequence[float]] = {
        "ms to the answer, p50": each["answer_p50_ms"],
        "ms to the answer, p99": each["answer_p99_ms"],
    }
    figure(
        "S8",
        "from a send to its push, 500 sockets with an inbox each, 500 messages a second, p50",
        each["p50_ms"],
        limit="at most 3",
        unit="ms",
        parts=parts,
    )
    figure(
        "S8",
        "from a send to its push, 500 sockets with an inbox each, 500 messages a second, p99",
        each["p99_ms"],
        limit="at most 25",
        unit="ms",
        parts=parts,
    )


def measure_silence(server: Running) -> None:
    quiet = [
        socket_load.run(server, "sleeping", seconds=6.0, sockets=20, per_s=200, body="x" * 200)[
            "silence_ms"
        ]
        for _ in range(ROUNDS)
    ]
    figure(
        "S8",
        "longest silence of 20 who watch while another sleeps, 200 messages a second",
        quiet,
        limit="at most 500",
        unit="ms",
        note="events joined for 50 ms",
    )


def main() -> None:
    with running() as server:
        measure_sends(server)
    with running() as server:
        measure_pushes(server)
        measure_silence(server)


if __name__ == "__main__":
    main()
