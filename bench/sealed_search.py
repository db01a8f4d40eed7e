"""Search in a sealed workspace: how long the first and the next search take after many messages.

`python -m bench.sealed_search --messages 20000`. Explained in docs/why/sealed.md, "Search".
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.client.sealed import Team, serving_in_thread


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    count = parser.parse_args().messages
    with (
        tempfile.TemporaryDirectory() as where,
        serving_in_thread(f"sqlite:///{where}/ackbox.db") as served,
    ):
        team = Team(served.url, served.key, Path(where))
        began = time.monotonic()
        for number in range(count):
            rest = "The build is green after the change of the parser, as agreed with bob."
            team.ana.send("*", f"Message {number}, word{number % 1000}. {rest}")
        print(f"sent {count:,} messages in {time.monotonic() - began:.1f} s")
        for name in ("first search", "next search"):
            began = time.monotonic()
            found = team.ana("message.search", query="word7", limit=20)
            print(f"{name}: {len(found['messages'])} found, {time.monotonic() - began:.2f} s")


if __name__ == "__main__":
    main()
