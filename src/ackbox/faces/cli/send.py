"""Sending: send, reply, ask, withdraw.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import re
import sys
import time
from typing import Any

import click

from ackbox.faces.cli.context import TOO_LONG, CliContext, new_key, verb
from ackbox.faces.cli.message_text import in_full, seconds
from ackbox.faces.terminal_text import some

VERBS: dict[str, click.Command] = {}


def read_text(ctx: CliContext, words: tuple[str, ...]) -> str:
    """Return the text of a message: the words, or standard input for `-` or a pipe."""
    if words and words != ("-",):
        return " ".join(words)
    if sys.stdin.isatty() and not words:
        raise click.UsageError(
            'Give the text, or - to read it from standard input: ackbox send bob "hello"'
        )
    return sys.stdin.read()


def parse_ref(text: str) -> dict[str, str]:
    """Return a reference from kind:target, file when no kind is named, with :12-40 for lines."""
    kind, _, rest = text.partition(":")
    kind, target = (
        (kind, rest) if kind in ("file", "diff", "task", "message", "url") else ("file", text)
    )
    lines = re.fullmatch(r"(.+?):(\d+(?:-\d+)?)", target) if kind == "file" else None
    return (
        {"kind": kind, "target": lines[1], "lines": lines[2]}
        if lines
        else {"kind": kind, "target": target}
    )


def _writing(function: Any) -> Any:
    """The options of every verb that writes a message."""
    for option in reversed(
        (
            click.option("--subject", help="At most 200 characters."),
            click.option(
                "--intent", help="question, handoff, blocked, inform, answer or a word of yours."
            ),
            click.option("--priority", type=int, help="1 to 5; 5 is most urgent."),
            click.option("--urgent", is_flag=True, help="The same as --priority 5."),
            click.option(
                "--ref",
                "refs",
                multiple=True,
                help="file:PATH[:LINES], diff:…, url:…; may be repeated.",
            ),
            click.option(
                "--reply-by",
                "expects_reply_by",
                help="When an answer is due: 2h, tomorrow 9:00 or RFC 3339.",
            ),
            click.option("--expires-in-days", type=int, help="Leaves inboxes after so many days."),
            click.option(
                "--idempotency-key",
                help="The same key stores one message, however often it is sent.",
            ),
        )
    ):
        function = option(function)
    return function


def _message(options: dict[str, Any]) -> dict[str, Any]:
    if options.pop("urgent"):
        options["priority"] = 5
    options["refs"] = [parse_ref(ref) for ref in options["refs"]]
    options["idempotency_key"] = options["idempotency_key"] or new_key()
    return {name: value for name, value in options.items() if value not in (None, [])}


@verb("send", VERBS)
@click.argument("to")
@click.argument("text", nargs=-1)
@click.option("--re", "parent", help="Id of the message this answers.")
@click.option(
    "--unknown",
    type=click.Choice(["hold", "refuse", "inactive"]),
    help="What to do with a name nobody has seen.",
)
@click.option(
    "--dry-run", is_flag=True, help="Say who would get it and how each is reached; send nothing."
)
@_writing
def send(ctx: CliContext, to: str, text: tuple[str, ...], dry_run: bool, **options: Any) -> None:
    """Send a message; it waits for whoever is away.

    Example: ackbox --as ana send bob "The build is green"

    TO is a name, names with commas, NAME/INSTANCE, user for every person, or * for everyone.
    Without TEXT, or with -, the text is read from standard input.
    """
    if dry_run:
        ctx.show(ctx.call("message.preview", to=to), _would_reach)
        return
    ctx.show(ctx.call("message.send", to=to, body=read_text(ctx, text), **_message(options)), _sent)


def _would_reach(preview: Any) -> str:
    lines = [
        f"would go to {preview['recipient_count']}, {preview['online']} online; nothing is sent"
    ]
    for each in preview["recipients"]:
        name = each["agent"] + (f"/{each['instance']}" if each["instance"] else "")
        lines.append(
            f"  {name}: "
            + (
                f"{each['presence']}, {each['reach']}"
                if each["known"]
                else f"{_unseen(each)}; it waits"
            )
        )
    return "\n".join(lines)


def _sent(sent: Any) -> str:
    lines = [
        f"sent {sent['id']} to {_audience(sent)}"
        + (" (it had been sent before)" if sent["duplicate"] else "")
    ]
    unseen = [each for each in sent["recipients"] if not each["known"]]
    for each in unseen[:5]:
        near = f"; did you mean {each['near'][0]}?" if each["near"] else ""
        lines.append(f"stored; {_unseen(each)}{near}")
    if len(unseen) > 5:
        lines.append(f"stored; nor has anybody of {len(unseen) - 5} names more")
    return "\n".join(lines)


def _unseen(recipient: Any) -> str:
    return (
        "no person has been here yet"
        if recipient["agent"] == "user"
        else f"nobody called {recipient['agent']!r} has been here yet"
    )


def _audience(sent: Any) -> str:
    names = [
        f"{each['agent']}{'/' + each['instance'] if each['instance'] else ''}"
        f" ({each['presence'] if each['known'] else 'not seen yet'})"
        for each in sent["recipients"]
    ]
    return some(names, 8) or f"everyone ({sent['recipient_count']})"


@verb("reply", VERBS)
@click.argument("id")
@click.argument("text", nargs=-1)
@click.option(
    "--all", "reply_all", is_flag=True, help="Answer everyone whom the message was for, too."
)
@_writing
def reply(ctx: CliContext, id: str, text: tuple[str, ...], reply_all: bool, **options: Any) -> None:
    """Answer a message in its thread.

    Example: ackbox --as bob reply 0199… "Done, tests pass"
    """
    options["intent"] = options["intent"] or "answer"
    whole = {"reply_all": True} if reply_all else {}
    ctx.show(
        ctx.call(
            "message.send", body=read_text(ctx, text), parent=id, **whole, **_message(options)
        ),
        _sent,
    )


@verb("ask", VERBS)
@click.argument("to")
@click.argument("text", nargs=-1)
@click.option(
    "--timeout", "timeout", default="60", show_default=True, help="Seconds to wait, or 10m, 1h."
)
@_writing
def ask(ctx: CliContext, to: str, text: tuple[str, ...], timeout: str, **options: Any) -> None:
    """Ask a question and wait for its answer.

    Example: ackbox --as ana ask bob "Which port does the stub use?" --timeout 5m

    Exit 5 when no answer came in time, or everybody asked has gone; the question stays sent.
    """
    until = time.monotonic() + seconds(timeout)
    question = {
        "to": to,
        "body": read_text(ctx, text),
        **_message({**options, "intent": options["intent"] or "question"}),
    }
    is_announced = False
    while True:
        left = max(0.0, until - time.monotonic())
        # The same key again is the same question: it is not sent twice, and the wait goes on.
        asked = ctx.call("message.ask", wait_s=min(left, 20), **question)
        if not is_announced and not ctx.is_json:
            ctx.say(f"asked {asked['id']} to {_audience(asked)}; waiting for an answer")
        is_announced = True
        if asked["outcome"] != "timed_out" or left <= 20:
            break
    ctx.show(
        asked,
        lambda of: (
            in_full(of["answer"])
            if of["answer"]
            else f"no answer: {of['outcome'].replace('_', ' ')}"
        ),
    )
    if asked["outcome"] != "answered":
        sys.exit(TOO_LONG)


@verb("withdraw", VERBS)
@click.argument("id")
def withdraw(ctx: CliContext, id: str) -> None:
    """Take back a message of yours from everyone who has not read it; it stays in the history.

    Example: ackbox --as ana withdraw 0199…
    """
    done = ctx.call("message.withdraw", id=id)
    ctx.show(
        done,
        lambda of: (
            f"taken back from {of['withdrawn']}" + (f", kept by {of['kept']}" if of["kept"] else "")
        ),
    )
