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
OUTCOMES = {"timed_out": "the time is up", "gone": "no recipient is online any more"}


def read_text(ctx: CliContext, words: tuple[str, ...]) -> str:
    """Return the text of a message: the words, or standard input for `-` and for a pipe."""
    if words and words != ("-",):
        return " ".join(words)
    if sys.stdin.isatty() and not words:
        raise click.UsageError(
            'The text is missing. Pass it, or - to read standard input: ackbox send bob "hello"'
        )
    return sys.stdin.read()


def parse_ref(text: str) -> dict[str, str]:
    """Return a reference from KIND:TARGET; without a kind it is a file, with :12-40 for lines."""
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
    """Add the options of every verb that sends a message."""
    for option in reversed(
        (
            click.option("--subject", help="Subject line, at most 200 characters."),
            click.option(
                "--intent",
                help="Purpose: question, handoff, blocked, inform, answer or any other word.",
            ),
            click.option("--priority", type=int, help="Priority from 1 to 5; 5 is most urgent."),
            click.option("--urgent", is_flag=True, help="Short for --priority 5."),
            click.option(
                "--ref",
                "refs",
                multiple=True,
                help="Reference: file:PATH[:LINES], diff:… or url:…; repeatable.",
            ),
            click.option(
                "--reply-by",
                "expects_reply_by",
                help="Time by which you expect a reply: 2h, tomorrow 9:00 or RFC 3339.",
            ),
            click.option(
                "--reroute",
                is_flag=True,
                help="With --reply-by: when overdue, also send it to another online instance, or "
                "to an agent of the same role.",
            ),
            click.option(
                "--expires-in-days", type=int, help="Days after which the message leaves inboxes."
            ),
            click.option(
                "--idempotency-key",
                help="Sending again with the same key stores no second message.",
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
    return {name: value for name, value in options.items() if value not in (None, [], False)}


@verb("send", VERBS)
@click.argument("to")
@click.argument("text", nargs=-1)
@click.option("--re", "parent", help="Id of the message to reply to.")
@click.option(
    "--unknown",
    type=click.Choice(["hold", "refuse", "inactive"]),
    help="Unknown recipients: keep the message (hold), reject it (refuse), or also reject agents "
    "that are offline (inactive).",
)
@click.option(
    "--dry-run", is_flag=True, help="List who would get it and how each is reached; send nothing."
)
@_writing
def send(ctx: CliContext, to: str, text: tuple[str, ...], dry_run: bool, **options: Any) -> None:
    """Send a message; it waits for recipients who are offline.

    Example: ackbox --as ana send bob "The build is green"

    TO is a name, several names separated by commas, NAME/INSTANCE, user for all people, or * for
    everyone. Without TEXT, or with -, the command reads the text from standard input.
    """
    if dry_run:
        ctx.show(ctx.call("message.preview", to=to), _would_reach)
        return
    ctx.show(ctx.call("message.send", to=to, body=read_text(ctx, text), **_message(options)), _sent)


def _would_reach(preview: Any) -> str:
    lines = [
        f"{preview['recipient_count']} recipients, {preview['online']} online. Nothing was sent."
    ]
    for each in preview["recipients"]:
        name = each["agent"] + (f"/{each['instance']}" if each["instance"] else "")
        lines.append(
            f"  {name}: "
            + (
                f"{each['presence']}, {each['reach']}"
                if each["known"]
                else "unknown; the message would wait"
            )
        )
    return "\n".join(lines)


def _sent(sent: Any) -> str:
    lines = [
        f"sent {sent['id']} to {_audience(sent)}" + (" (already sent)" if sent["duplicate"] else "")
    ]
    unseen = [each for each in sent["recipients"] if not each["known"]]
    for each in unseen[:5]:
        near = f" Did you mean {each['near'][0]}?" if each["near"] else ""
        lines.append(f"{_unseen(each)}{near}")
    if len(unseen) > 5:
        lines.append(f"Stored. {len(unseen) - 5} more recipients are unknown.")
    return "\n".join(lines)


def _unseen(recipient: Any) -> str:
    return (
        "No person has connected yet; the message waits."
        if recipient["agent"] == "user"
        else f"No agent called {recipient['agent']!r} yet; the message waits."
    )


def _audience(sent: Any) -> str:
    names = [
        f"{each['agent']}{'/' + each['instance'] if each['instance'] else ''}"
        f" ({each['presence'] if each['known'] else 'unknown'})"
        for each in sent["recipients"]
    ]
    return some(names, 8) or f"everyone ({sent['recipient_count']})"


@verb("reply", VERBS)
@click.argument("id")
@click.argument("text", nargs=-1)
@click.option(
    "--all", "reply_all", is_flag=True, help="Send it to all recipients of the message as well."
)
@_writing
def reply(ctx: CliContext, id: str, text: tuple[str, ...], reply_all: bool, **options: Any) -> None:
    """Reply to a message, in its thread.

    Example: ackbox --as bob reply 0199… "Done, tests pass"
    """
    options["intent"] = options["intent"] or "answer"
    to_all = {"reply_all": True} if reply_all else {}
    ctx.show(
        ctx.call(
            "message.send", body=read_text(ctx, text), parent=id, **to_all, **_message(options)
        ),
        _sent,
    )


@verb("ask", VERBS)
@click.argument("to")
@click.argument("text", nargs=-1)
@click.option(
    "--timeout",
    "timeout",
    default="60",
    show_default=True,
    help="Time to wait: seconds, 10m or 1h.",
)
@_writing
def ask(ctx: CliContext, to: str, text: tuple[str, ...], timeout: str, **options: Any) -> None:
    """Ask a question and wait for the reply.

    Example: ackbox --as ana ask bob "Which port does the stub use?" --timeout 5m

    Exit code 5 when no reply came in time or no recipient is online any more; the question stays.
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
        # The idempotency key keeps a repeated call from sending the question twice.
        asked = ctx.call("message.ask", wait_s=min(left, 20), **question)
        if not is_announced and not ctx.is_json:
            ctx.say(f"Asked {_audience(asked)}, id {asked['id']}. Waiting for a reply.")
        is_announced = True
        if asked["outcome"] != "timed_out" or left <= 20:
            break
    ctx.show(
        asked,
        lambda of: (
            in_full(of["answer"]) if of["answer"] else f"No reply: {OUTCOMES[of['outcome']]}."
        ),
    )
    if asked["outcome"] != "answered":
        sys.exit(TOO_LONG)


@verb("withdraw", VERBS)
@click.argument("id")
def withdraw(ctx: CliContext, id: str) -> None:
    """Withdraw a message from all recipients who have not read it.

    Example: ackbox --as ana withdraw 0199…
    """
    done = ctx.call("message.withdraw", id=id)
    ctx.show(
        done,
        lambda of: (
            f"Withdrawn from {of['withdrawn']}."
            + (f" {of['kept']} had read it and keep it." if of["kept"] else "")
        ),
    )
