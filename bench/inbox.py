"""S6 and S7: reading an inbox in a workspace of a million messages.

S6: a check that finds 30 unread, among 1,000,000 messages and among 10,000. S7: a check that finds
nothing, among
1,000,000 messages and 10,000 agents, against `agent.whoami`, which reads one row. Server's CPU time
for a request.
"""

from __future__ import annotations

from contextlib import ExitStack

from bench import load
from bench.dataset import prepare
from bench.frame import figure, interleave, ratios
from bench.server import Running, cpu_s, running


def cost(server: Running, agent: str | None, *, requests: int = 1500) -> float:
    """Return the server's CPU microseconds for one inbox.check of an agent, or for one whoami."""
    name, body = ("agent.whoami", {}) if agent is None else ("inbox.check", {"agent": agent})
    text = load.request(server, "POST", f"/v1/call/{name}", body)
    before = cpu_s(server.pid)
    done = load.run(server, text, connections=4, seconds=60, most=requests)
    return (cpu_s(server.pid) - before) / int(done["requests"]) * 1e6


def main() -> None:
    with ExitStack() as stack:
        small = stack.enter_context(running(prepare(10_000)))
        large = stack.enter_context(running(prepare(1_000_000)))
        assert large.call("inbox.check", agent="thirty-unread")["unread"] == 30
        assert large.call("inbox.check", agent="all-read")["unread"] == 0
        found = interleave(
            {
                "small": lambda: cost(small, "thirty-unread"),
                "large": lambda: cost(large, "thirty-unread"),
                "nothing": lambda: cost(large, "all-read"),
                "noop": lambda: cost(large, None),
            }
        )
    figure(
        "S6",
        "a check that finds 30 unread: among 1,000,000 messages to among 10,000",
        ratios(found["large"], found["small"]),
        limit="at most 1.2",
        parts={"µs CPU among 1,000,000": found["large"], "µs CPU among 10,000": found["small"]},
    )
    figure(
        "S7",
        "a check that finds nothing among 1,000,000 messages, to a no-op read",
        ratios(found["nothing"], found["noop"]),
        limit="at most 1.5",
        parts={"µs CPU a check": found["nothing"], "µs CPU a no-op": found["noop"]},
    )


if __name__ == "__main__":
    main()
