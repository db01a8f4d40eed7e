"""Talking: send, reply, ask, inbox, read, ack, archive, thread, search, tail, wait.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import re
import sys
import time
from typing import Any, Literal

import click
import msgspec

from ackbox.errors import Invalid
from ackbox.faces.cli.context import NOTHING, TOO_LONG, Talk, new_key, verb
from ackbox.faces.terminal_text import Column, as_json, local_time, plain, some
from ackbox.model.filter import Filter, fits_all, parse_filter

VERBS: dict[str, click.Command] = {}

LETTERS = (
    Column("id", lambda letter: letter["id"]),
    Column("at", lambda letter: local_time(letter["created_at"])),
    Column("from", lambda letter: sender(letter)),
    Column("to", lambda letter: some(letter["to"], 2)),
    Column("intent", lambda letter: letter["intent"] + (" !" if letter["priority"] > 3 else "")),
    Column("text", lambda letter: letter["subject"] or letter["body"], may_cut=True),
)


def sender(message: Any) -> str:
    """Return who wrote a message, a person marked as one."""
    name = message["sender"] + (
        f"/{message['sender_instance']}" if message["sender_instance"] else ""
    )
    kind = message["sender_kind"]
    return f"{name} ({kind})" if kind in ("human", "external") else name


def in_full(message: Any) -> str:
    """Return a message for reading: who, when, what about, and all of its text."""
    lines = [
        (
            f"{sender(message)} → {some(message['to'], 20)}   {local_time(message['created_at'])}  "
            f" {message['intent']}{'   urgent' if message['priority'] > 3 else ''}"
        ),
        f"id {message['id']}   thread {message['thread']}",
    ]
    if message["subject"]:
        lines.append(message["subject"])
    lines += [
        f"ref {ref['kind']}: {ref['target']}{':' + ref['lines'] if ref.get('lines') else ''}"
        for ref in message["refs"]
    ]
    if message["expects_reply_by"]:
        lines.append(f"answer expected by {local_time(message['expects_reply_by'])}")
    return "\n".join([*lines, "", message["body"], ""])


def read_text(talk: Talk, words: tuple[str, ...]) -> str:
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
def send(talk: Talk, to: str, text: tuple[str, ...], dry_run: bool, **options: Any) -> None:
    """Send a message; it waits for whoever is away.

    Example: ackbox --as ana send bob "The build is green"

    TO is a name, names with commas, NAME/INSTANCE, user for every person, or * for everyone.
    Without TEXT, or with -, the text is read from standard input.
    """
    if dry_run:
        talk.show(talk.call("message.preview", to=to), _would_reach)
        return
    talk.show(
        talk.call("message.send", to=to, body=read_text(talk, text), **_message(options)), _sent
    )


def _would_reach(told: Any) -> str:
    lines = [f"would go to {told['recipient_count']}, {told['online']} online; nothing is sent"]
    for each in told["recipients"]:
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
def reply(talk: Talk, id: str, text: tuple[str, ...], reply_all: bool, **options: Any) -> None:
    """Answer a message in its thread.

    Example: ackbox --as bob reply 0199… "Done, tests pass"
    """
    options["intent"] = options["intent"] or "answer"
    whole = {"reply_all": True} if reply_all else {}
    talk.show(
        talk.call(
            "message.send", body=read_text(talk, text), parent=id, **whole, **_message(options)
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
def ask(talk: Talk, to: str, text: tuple[str, ...], timeout: str, **options: Any) -> None:
    """Ask a question and wait for its answer.

    Example: ackbox --as ana ask bob "Which port does the stub use?" --timeout 5m

    Exit 5 when no answer came in time, or everybody asked has gone; the question stays sent.
    """
    until = time.monotonic() + seconds(timeout)
    question = {
        "to": to,
        "body": read_text(talk, text),
        **_message({**options, "intent": options["intent"] or "question"}),
    }
    told = False
    while True:
        left = max(0.0, until - time.monotonic())
        # The same key again is the same question: it is not sent twice, and the wait goes on.
        asked = talk.call("message.ask", wait_s=min(left, 20), **question)
        if not told and not talk.is_json:
            talk.say(f"asked {asked['id']} to {_audience(asked)}; waiting for an answer")
        told = True
        if asked["outcome"] != "timed_out" or left <= 20:
            break
    talk.show(
        asked,
        lambda of: (
            in_full(of["answer"])
            if of["answer"]
            else f"no answer: {of['outcome'].replace('_', ' ')}"
        ),
    )
    if asked["outcome"] != "answered":
        sys.exit(TOO_LONG)


def seconds(text: str) -> float:
    """Return seconds from 90, 90s, 10m or 1h. Raises click.BadParameter."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)?", text.strip())
    if found is None:
        raise click.BadParameter(f"{text!r} is not a time; write 90, 10m or 1h")
    return float(found[1]) * {"m": 60, "min": 60, "h": 3600}.get(found[2] or "s", 1)


def unknown(talk: Talk, near: list[str]) -> str:
    """Return what to say when the name that looks is not registered, and nothing waits for it."""
    meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return (
        f"No agent called {talk.agent!r} is registered, and no messages wait for it.{meant}"
        f" Register it with: {talk.again} heartbeat"
    )


@verb("inbox", VERBS)
@click.option("--limit", type=int, default=50, show_default=True, help="At most this many.")
@click.option(
    "--mark",
    type=click.Choice(["none", "delivered", "read"]),
    default="none",
    help="Mark what is shown.",
)
@click.option(
    "--urgent-first", is_flag=True, help="Highest priority first instead of oldest first."
)
@click.option("--all", "whole", is_flag=True, help="Read ones too, newest first.")
@click.option("--unread", is_flag=True, hidden=True)
@click.option("--fail-empty", is_flag=True, help="Exit 6 when there is none.")
def inbox(
    talk: Talk,
    limit: int,
    mark: str,
    urgent_first: bool,
    whole: bool,
    unread: bool,
    fail_empty: bool,
) -> None:
    """Show unread post, oldest first. Nothing is marked unless asked.

    Example: ackbox --as bob inbox
    """
    name, more = (
        ("mailbox.list", {})
        if whole
        else ("inbox.check", {"mark": mark, "urgent_first": urgent_first})
    )
    checked = talk.call(name, limit=limit, **more)
    letters = checked["messages"]
    if not checked["known"]:
        talk.say(unknown(talk, checked["near"]))
    else:
        talk.show_each(
            letters,
            LETTERS,
            empty=(
                "No post yet."
                if whole
                else 'Nothing unread. Send something with: ackbox --as ana send bob "hello"'
            ),
        )
    if not talk.is_json and checked.get("notice"):
        talk.say(checked["notice"])
    if letters and not talk.is_json and not whole and mark != "read":
        talk.say(
            f"{checked['unread']} unread. Next: {talk.again} read {letters[0]['id']}   or:"
            f" {talk.again} ack {letters[0]['id']}"
        )
    if fail_empty and not letters:
        sys.exit(NOTHING)


@verb("read", VERBS)
@click.argument("ids", nargs=-1)
@click.option("--no-mark", is_flag=True, help="Look without marking.")
def read(talk: Talk, ids: tuple[str, ...], no_mark: bool) -> None:
    """Show messages in full and mark them read; without an id, the oldest unread.

    Example: ackbox --as bob read
    """
    checked = {} if ids else talk.call("inbox.check", limit=1)
    found = [talk.call("message.get", id=id) for id in ids] if ids else checked["messages"]
    if found and not no_mark:
        talk.call("receipt.mark", mark="read", ids=[message["id"] for message in found])
    if not found:
        talk.say("Nothing unread." if checked["known"] else unknown(talk, checked["near"]))
    for message in found:
        talk.show(message, in_full)
    if not found:
        sys.exit(NOTHING)


def _mark(talk: Talk, ids: tuple[str, ...], mark: str) -> None:
    done = talk.call("receipt.mark", mark=mark, ids=list(ids))
    talk.show(
        done,
        lambda of: (
            f"{mark} {len(of['changed'])}"
            + (f", {len(of['unchanged'])} before" if of["unchanged"] else "")
            + (f", not yours: {', '.join(of['not_found'])}" if of["not_found"] else "")
        ),
    )
    if done["not_found"] and not done["changed"] and not done["unchanged"]:
        sys.exit(1)


@verb("ack", VERBS)
@click.argument("ids", nargs=-1, required=True)
def ack(talk: Talk, ids: tuple[str, ...]) -> None:
    """Acknowledge messages: you have dealt with them.

    Example: ackbox --as bob ack 0199…
    """
    _mark(talk, ids, "acknowledged")


@verb("archive", VERBS)
@click.argument("ids", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Put them back.")
def archive(talk: Talk, ids: tuple[str, ...], undo: bool) -> None:
    """Put messages out of your mailbox; they stay in the history.

    Example: ackbox --as bob archive 0199…
    """
    _mark(talk, ids, "unarchived" if undo else "archived")


@verb("withdraw", VERBS)
@click.argument("id")
def withdraw(talk: Talk, id: str) -> None:
    """Take back a message of yours from everyone who has not read it; it stays in the history.

    Example: ackbox --as ana withdraw 0199…
    """
    done = talk.call("message.withdraw", id=id)
    talk.show(
        done,
        lambda of: (
            f"taken back from {of['withdrawn']}" + (f", kept by {of['kept']}" if of["kept"] else "")
        ),
    )


@verb("thread", VERBS)
@click.argument("id")
def thread(talk: Talk, id: str) -> None:
    """Show one conversation, oldest first, from the id of any message in it.

    Example: ackbox thread 0199…
    """
    cursor: str | None = None
    while True:
        page = talk.call("thread.get", id=id, cursor=cursor)
        for message in page["messages"]:
            talk.show(message, in_full)
        cursor = page["cursor"]
        if cursor is None:
            return


@verb("search", VERBS)
@click.argument("words", nargs=-1, required=True)
@click.option("--from", "sender_name", help="Only from this sender.")
@click.option("--to", "recipient", help="Only for this recipient.")
@click.option("--intent", help="Only with this intent.")
@click.option("--since", help="Only after this time: 2h, yesterday 9:00 or RFC 3339.")
@click.option("--limit", type=int, default=20, show_default=True, help="At most this many.")
@click.option("--fail-empty", is_flag=True, help="Exit 6 when nothing matched.")
def search(
    talk: Talk,
    words: tuple[str, ...],
    sender_name: str | None,
    recipient: str | None,
    intent: str | None,
    since: str | None,
    limit: int,
    fail_empty: bool,
) -> None:
    """Find messages by their words, newest first.

    Example: ackbox search "exit code" deploy* -- -staging
    """
    narrow = {"sender": sender_name, "recipient": recipient, "intent": intent, "since": since}
    found = talk.call(
        "message.search",
        query=" ".join(_quoted(word) for word in words),
        limit=limit,
        **{name: value for name, value in narrow.items() if value},
    )
    talk.show_each(found["messages"], LETTERS, empty="Nothing found.")
    if fail_empty and not found["messages"]:
        sys.exit(NOTHING)


def _quoted(word: str) -> str:
    """A shell takes the quotes off a phrase; put them back."""
    return f'"{word}"' if " " in word and '"' not in word else word


@verb("tail", VERBS)
@click.argument("filter", nargs=-1)
@click.option(
    "--since",
    type=click.Choice(["now", "start"]),
    default="now",
    show_default=True,
    help="Where to begin.",
)
def tail(talk: Talk, filter: tuple[str, ...], since: str) -> None:
    """Print messages as they are sent, until Ctrl-C; with a filter, those that fit.

    Example: ackbox tail intent:blocked,question is:urgent

    FILTER is from: to: intent: is: priority: before: after: thread: has: and words, as in the
    dashboard.
    """
    wanted = _filter(filter)
    with talk.client(patience_s=2) as client:
        for events, _ in client.pages(
            cursor="start" if since == "start" else None, kinds=["message.sent"]
        ):
            if not events:
                (
                    talk.say("waiting for messages; Ctrl-C ends, nothing is lost")
                    if not talk.is_json
                    else None
                )
                continue
            page = msgspec.to_builtins(
                client.message.history(
                    ids=[event.id for event in events if event.id], with_tallies=True
                )
            )
            fitting = [
                message
                for message, tally in zip(page["messages"], page["tallies"], strict=True)
                if fits_all(wanted, message, tally)
            ]
            for message in sorted(fitting, key=lambda message: int(message["seq"])):
                click.echo(as_json(talk.picked(message)) if talk.is_json else plain(_line(message)))


def _filter(words: tuple[str, ...]) -> Filter:
    try:
        return parse_filter(" ".join(_quoted(word) for word in words), now=int(time.time() * 1000))
    except Invalid as error:
        raise click.UsageError(f"{error.message} {error.hint or ''}") from None


def _line(message: Any) -> str:
    text = " ".join((message["subject"] or message["body"]).split())[:100]
    return (
        f"{local_time(message['created_at'])}  {sender(message)} → {some(message['to'], 3)} "
        f" {message['intent']}{'  !' if message['priority'] > 3 else ''}  {text}"
    )


@verb("wait", VERBS)
@click.option("--timeout", default="60", show_default=True, help="Seconds to wait, or 10m, 1h.")
@click.option("--limit", type=int, default=50, show_default=True, help="At most this many.")
@click.option(
    "--mark",
    type=click.Choice(["none", "delivered", "read"]),
    default="none",
    help="Mark what is shown.",
)
def wait(talk: Talk, timeout: str, limit: int, mark: Literal["none", "delivered", "read"]) -> None:
    """Wait for unread post and show it; exit 5 when none came in time.

    Example: ackbox --as bob wait --timeout 10m
    """
    until = time.monotonic() + seconds(timeout)
    with talk.client(patience_s=2, named=True) as client:
        while True:
            left = max(0.0, until - time.monotonic())
            letters = client.inbox.wait(wait_s=min(left, 20), limit=limit, mark=mark).messages
            # A server that ends answers early; then the next call says that none is there.
            if letters or time.monotonic() >= until:
                break
    if not letters:
        talk.fail(
            TOO_LONG,
            "nothing",
            f"No post came within {seconds(timeout):g} s.",
            "Wait again; nothing is lost.",
        )
    talk.show_each(msgspec.to_builtins(letters), LETTERS, empty="")
