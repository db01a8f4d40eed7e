"""Sending: send, reply, ask, withdraw.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import sys
import time

from ackbox.faces.cli.context import TOO_LONG, CliContext, new_key
from ackbox.faces.cli.message_text import in_full, seconds, span
from ackbox.faces.cli.parameters import Argument, Option, ShortCommand, WrongUsage, short_command
from ackbox.faces.terminal_text import some

# Not from typing: a short command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERBS: dict[str, ShortCommand] = {}
# Recipients that a reply to a send describes.
MAX_LINES = 8
OUTCOMES = {"timed_out": "the time is up", "gone": "no recipient is online any more"}


def read_text(ctx: CliContext, words: tuple[str, ...], body_file: str | None = None) -> str:
    """Return the text of a message: the words, a file, standard input for `-`, or what a person
    writes in an editor. Raises WrongUsage.
    """
    if body_file is not None:
        if words:
            raise WrongUsage("Both a text and --body-file are set. Pass one of them.")
        return sys.stdin.read() if body_file == "-" else _of_file(body_file)
    if words == ("-",):
        return sys.stdin.read()
    if words:
        return " ".join(words)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise WrongUsage(
            'The text is missing. Pass it, or - to read standard input: ackbox send bob "hello"'
        )
    return _written()


def _of_file(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise WrongUsage(f"{path} cannot be read: {reason}.") from None


def _written() -> str:
    """Return what a person writes in their editor. Raises WrongUsage when that is nothing."""
    import click

    try:
        text = click.edit("", extension=".md") or ""
    except click.ClickException as error:
        raise WrongUsage(f"{error.message}. Name an editor in EDITOR, or pass the text.") from None
    if not text.strip():
        raise WrongUsage("Nothing was written, so nothing was sent.")
    return text.rstrip("\n")


def parse_ref(text: str) -> dict[str, str]:
    """Return a reference from KIND:TARGET; without a kind it is a file, with :12-40 for lines."""
    import re

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


# The options of every verb that sends a message.
WRITING = (
    Option("--subject", help="Subject line, at most 200 characters."),
    Option(
        "--intent", help="Purpose: question, handoff, blocked, inform, answer or any other word."
    ),
    Option("--priority", is_number=True, help="Priority from 1 to 5; 5 is most urgent."),
    Option("--urgent", is_flag=True, help="Short for --priority 5."),
    Option(
        "--ref",
        name="refs",
        is_multiple=True,
        help="Reference: file:PATH[:LINES], diff:… or url:…; repeatable.",
    ),
    Option(
        "--reply-by",
        name="expects_reply_by",
        help="Time by which you expect a reply: 2h, tomorrow 9:00 or RFC 3339.",
    ),
    Option(
        "--reroute",
        is_flag=True,
        help="With --reply-by: when overdue, also send it to another online instance, or "
        "to an agent of the same role.",
    ),
    Option(
        "--expires",
        name="expires_in_days",
        help="Time after which the message leaves inboxes: 30d, 2w; a number counts days.",
    ),
    Option("--expires-in-days", name="expires_in_days", is_hidden=True),
    Option("--idempotency-key", help="Sending again with the same key stores no second message."),
    Option("--body-file", help="File that holds the text; - for standard input."),
)


# What a question offers.
OFFERING = Option(
    "--choice",
    name="choices",
    is_multiple=True,
    help="Answer to choose from, at most 9; repeatable.",
)


def _message(options: dict[str, Any]) -> dict[str, Any]:
    if options.pop("urgent"):
        options["priority"] = 5
    options["expires_in_days"] = span(options["expires_in_days"], 86_400)
    options["refs"] = [parse_ref(ref) for ref in options["refs"]]
    options["idempotency_key"] = options["idempotency_key"] or new_key()
    options["choices"] = list(options.get("choices", ()))
    return {name: value for name, value in options.items() if value not in (None, [], False)}


@short_command(
    "send",
    VERBS,
    Argument("to"),
    Argument("text", is_rest=True, is_required=False),
    Option("--re", name="parent", help="Id of the message to reply to."),
    Option(
        "--unknown",
        choices=("hold", "refuse", "inactive"),
        help="Unknown recipients: keep the message (hold), reject it (refuse), or also reject "
        "agents that are offline (inactive).",
    ),
    Option(
        "--dry-run",
        is_flag=True,
        help="List who would get it and how each is reached; send nothing.",
    ),
    OFFERING,
    *WRITING,
)
def send(ctx: CliContext, to: str, text: tuple[str, ...], dry_run: bool, **options: Any) -> None:
    """Send a message; it waits for recipients who are offline.

    Example: ackbox --as ana send bob "The build is green"

    TO is a name, several names separated by commas, NAME/INSTANCE, user for all people, or * for
    everyone. Without TEXT, an editor opens on a terminal; - reads standard input.
    """
    if dry_run:
        priority = _message(options).get("priority", 3)
        ctx.show(ctx.call("message.preview", to=to, priority=priority), _would_reach)
        return
    body = read_text(ctx, text, options.pop("body_file"))
    ctx.show(ctx.call("message.send", to=to, body=body, **_message(options)), _sent)


def _would_reach(preview: Any) -> str:
    lines = [
        f"{preview['recipient_count']} recipients, {preview['online']} online. Nothing was sent."
    ]
    lines += [f"  {_outlook(each)}" for each in preview["recipients"]]
    return "\n".join(lines)


def _sent(sent: Any) -> str:
    again = " (already sent)" if sent["duplicate"] else ""
    recipients = sent["recipients"]
    lines = [f"sent #{sent['seq']} to {_audience(sent)}{again}"]
    lines += [f"  {_outlook(each)}" for each in recipients[:MAX_LINES]]
    if len(recipients) > MAX_LINES:
        lines.append(f"  … and {len(recipients) - MAX_LINES} more")
    return "\n".join(lines)


def _name(recipient: Any) -> str:
    instance = recipient["instance"]
    return f"{recipient['agent']}/{instance}" if instance else str(recipient["agent"])


def _outlook(recipient: Any) -> str:
    """Return how and how soon a recipient sees the message."""
    if recipient["known"]:
        return f"{_name(recipient)} {recipient['delivery']}"
    if recipient["agent"] == "user":
        return "No person has connected yet; the message waits."
    near = f" Did you mean {recipient['near'][0]}?" if recipient["near"] else ""
    return f"No agent called {_name(recipient)!r} yet; the message waits.{near}"


def _audience(sent: Any) -> str:
    names = [_name(each) for each in sent["recipients"]]
    return some(names, 8) or f"everyone ({sent['recipient_count']})"


@short_command(
    "reply",
    VERBS,
    Argument("id"),
    Argument("text", is_rest=True, is_required=False),
    Option(
        "--all",
        name="reply_all",
        is_flag=True,
        help="Send it to all recipients of the message as well.",
    ),
    Option("--choice", help="One of the choices that the message offers."),
    *WRITING,
)
def reply(ctx: CliContext, id: str, text: tuple[str, ...], reply_all: bool, **options: Any) -> None:
    """Reply to a message, in its thread.

    Example: ackbox --as bob reply 0199… "Done, tests pass"

    For a message with choices, --choice is enough; without it and without TEXT, a terminal asks
    for the number of a choice.
    """
    options["intent"] = options["intent"] or "answer"
    to_all = {"reply_all": True} if reply_all else {}
    file = options.pop("body_file")
    if not text and file is None and options["choice"] is None:
        options["choice"] = _chosen(ctx, id)
    is_bare = options["choice"] is not None and not text and file is None
    body = options["choice"] if is_bare else read_text(ctx, text, file)
    ctx.show(ctx.call("message.send", body=body, parent=id, **to_all, **_message(options)), _sent)


def _chosen(ctx: CliContext, id: str) -> str | None:
    """Return the choice that a person on a terminal picks by its number; null if none is offered,
    or for another answer.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    message = ctx.call("message.get", id=id)
    offered: list[str] = message.get("choices", [])
    if not offered:
        return None
    import click

    ctx.say(in_full(message).rstrip())
    number = click.prompt(
        "Number of your choice (0 to write another answer)",
        type=click.IntRange(0, len(offered)),
        err=True,
    )
    return offered[number - 1] if number else None


@short_command(
    "ask",
    VERBS,
    Argument("to"),
    Argument("text", is_rest=True, is_required=False),
    Option("--timeout", default="60", help="Time to wait: seconds, 10m or 1h."),
    OFFERING,
    *WRITING,
)
def ask(ctx: CliContext, to: str, text: tuple[str, ...], timeout: str, **options: Any) -> None:
    """Ask a question and wait for the reply.

    Example: ackbox --as ana ask bob "May I delete the table?" --choice yes --choice no

    Exit code 5 when no reply came in time or no recipient is online any more; the question stays.
    """
    until = time.monotonic() + seconds(timeout)
    question = {
        "to": to,
        "body": read_text(ctx, text, options.pop("body_file")),
        **_message({**options, "intent": options["intent"] or "question"}),
    }
    is_announced = False
    while True:
        left = max(0.0, until - time.monotonic())
        # The idempotency key keeps a repeated call from sending the question twice.
        asked = ctx.call("message.ask", wait_s=min(left, 20), **question)
        if not is_announced and not ctx.is_json:
            ctx.say(f"Asked {_audience(asked)}, #{asked['seq']}. Waiting for a reply.")
            for each in asked["recipients"][:MAX_LINES]:
                ctx.say(f"  {_outlook(each)}")
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


@short_command(
    "withdraw",
    VERBS,
    Argument("id"),
)
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
