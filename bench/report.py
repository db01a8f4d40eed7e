"""The page docs/reference/benchmarks.md, written from results.jsonl; nothing is measured here."""

from __future__ import annotations

import json
from typing import Any

from bench.frame import HERE, RESULTS

PAGE = HERE.parent / "docs" / "reference" / "benchmarks.md"

HEAD = """# Benchmarks

Written by `python -m bench.report` from `bench/results.jsonl`; do not edit. `make bench` measures
everything again, in some fifteen minutes, and writes this page; `python -m bench.all sends`
measures one script's figures again.

Every speed is a ratio of two things measured in one run, in turn, over at least five rounds after
one that is thrown away; the table gives the median and the range. CPU time is used where one
process is judged. Sizes and amounts are as they are. The load comes from a process of its own on
the same machine, over keep-alive connections on loopback, with the operator's key, which the rate
limits leave alone. Nothing is tuned for a benchmark: the server is `ackbox up`, SQLite at
`synchronous=FULL`.
"""

# Said on the page when a goal is not met.
WHY = {
    "S1": (
        "Beside the no-op request, a send runs its statements and waits for the disk; both go"
        " through one interpreter."
    ),
    "S2": (
        "A request to ackbox is HTTP with a key, a Host check and limits, handled by one Python"
        " process: even its no-op request stays below what Redis does over its own protocol. Group"
        " commit keeps the disk out of the way; the rest is the price of HTTP in one interpreter."
        " Many messages in one call (`message.send_many`) is the way to more."
    ),
    "S3": (
        "The same statements, commit and answer run for a send on either way; a socket leaves out"
        " the HTTP around them, which is less than what is left."
    ),
    "S8": (
        "A send and the look that its push is take some half a millisecond of one interpreter; what"
        " else the machine does comes on top."
    ),
    "S4": "One send alone pays for the hand-over to the committing thread and back.",
    "S7": (
        "A check asks four things of the store where the no-op asks one, and its answer has seven"
        " fields."
    ),
    "S9": (
        "The script takes less CPU than the peer's hook, but its request waits for the server's"
        " turn on a busy machine; the peer reads a file."
    ),
    "S17": (
        "Half of the time loads click, http.client and msgspec, which one send needs little of."
    ),
    "S19": (
        "The time starts with the command that sends, and ours starts Python; the peer's is a"
        " compiled program. After that both wait for the same turn of the model."
    ),
    "S12": (
        "Every call checks the key, the Host and the limits, opens a reading transaction and"
        " answers with text and with structure; the echo does none of it."
    ),
    "S20": (
        "A plain send is one request and takes the client almost nothing. A sealed one encrypts the"
        " message key for each reader, signs, and stores the state twice on disk, so that a crash"
        " neither loses nor repeats a message. The server checks the signature, the roster and the"
        " sender's chain, and writes three times as many bytes."
    ),
    "S15": (
        "The message itself is 1.4 KB with its index entries. Each of ten receipts takes about 90"
        " bytes, as it says who marked what, when, through which face and operation; each of ten"
        " addresses about 60 in two indexes; and the feed's lines name each message once for each"
        " reader who marked it."
    ),
}


def results() -> list[dict[str, Any]]:
    """Return every figure kept."""
    if not RESULTS.exists():
        return []
    return [json.loads(line) for line in RESULTS.read_text("utf-8").splitlines()]


def page(found: list[dict[str, Any]]) -> str:
    """Return the whole page."""
    lines = [HEAD, "| goal | measured | median (range) | goal is | |", "|---|---|---|---|---|"]
    lines += [_row(each) for each in found]
    short = dict.fromkeys(each["goal"] for each in found if each["met"] is False)
    if short:
        lines += ["", "## Goals not met, and why", ""] + [
            f"- **{goal}**: {WHY.get(goal, 'Not explained yet.')}" for goal in short
        ]
    lines += [
        "",
        "## Composition of the ratios",
        "",
        "| goal | medians | command |",
        "|---|---|---|",
    ]
    lines += [f"| {each['goal']} | {_parts(each)} | `{each['command']}` |" for each in found]
    lines += [
        "",
        "## Machine and date",
        "",
        "| goal | machine | commit | load before | at |",
        "|---|---|---|---|---|",
    ]
    for (machine, commit, load, at), goals in _by_place(found).items():
        lines.append(
            f"| {', '.join(dict.fromkeys(goals))} | {machine} | {commit} | {load} | {at} |"
        )
    lines += [
        "",
        (
            "The load is the machine's average over the last minute when a figure was printed, the"
            " benchmark's own included: about 1 to 2"
        ),
        "on a machine that does nothing else.",
    ]
    return "\n".join(lines) + "\n"


def _row(each: dict[str, Any]) -> str:
    unit = "" if each["unit"] == "×" else f" {each['unit']}"
    said = {True: "met", False: "**not met**", None: ""}[each["met"]]
    note = f" ({each['note']})" if each["note"] else ""
    measured = f"{_short(each['median'])}{unit} ({_short(each['low'])} to {_short(each['high'])})"
    return (
        f"| {each['goal']} | {each['what']}{note} | {measured} | {each['limit']}{unit} | {said} |"
    )


def _parts(each: dict[str, Any]) -> str:
    return (
        "; ".join(f"{name} {_short(value)}" for name, value in each["parts"].items())
        or "one amount"
    )


def _by_place(found: list[dict[str, Any]]) -> dict[tuple[str, str, float, str], list[str]]:
    places: dict[tuple[str, str, float, str], list[str]] = {}
    for each in found:
        places.setdefault((each["machine"], each["commit"], each["load"], each["at"]), []).append(
            each["goal"]
        )
    return places


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main() -> None:
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(results()), "utf-8")


if __name__ == "__main__":
    main()
