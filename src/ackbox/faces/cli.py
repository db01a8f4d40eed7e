"""The command line: verbs people type, each one operation of a server.

Table on a terminal, JSON when piped; answers on stdout, everything else on stderr.
Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from ackbox import __version__, config
from ackbox.client.discovery import caller
from ackbox.client.http import NoServer
from ackbox.errors import AckboxError

DONE, REFUSED, NO_SERVER, KEY, TOO_LONG, NOTHING = 0, 1, 3, 4, 5, 6


class Talk:
    """What every verb needs: the server, who speaks, and how to print."""

    def __init__(self, *, data_dir: str | None, url: str | None, key: str | None, workspace: str | None, agent: str | None,
                 instance: str | None, as_json: bool, as_text: bool) -> None:
        self.data_dir = data_dir
        self._server = (url, key)
        self._who = {"workspace": config.get("workspace", workspace), "agent": config.get("agent", agent), "instance": config.get("instance", instance)}
        self.is_json = as_json or (not as_text and not sys.stdout.isatty())

    def call(self, name: str, /, **params: Any) -> Any:
        url, key = self._server
        try:
            return caller(data_dir=self.data_dir, url=url, key=key).call(name, {**self._who, **params})
        except NoServer as error:
            self.fail(NO_SERVER, "no_server", str(error), "Start one with: ackbox up")
        except AckboxError as error:
            self.fail(KEY if error.status in (401, 403) else REFUSED, error.code, error.message, error.hint)

    def fail(self, exit_code: int, code: str, message: str, hint: str | None) -> None:
        if self.is_json:
            click.echo(json.dumps({"error": {"code": code, "message": message, "hint": hint}}, ensure_ascii=False), err=True)
        else:
            click.echo(f"{message} {hint or ''}".rstrip(), err=True)
        raise SystemExit(exit_code)

    def show(self, answer: Any, text: Callable[[Any], str]) -> None:
        click.echo(json.dumps(answer, ensure_ascii=False) if self.is_json else plain(text(answer)))

    def show_each(self, answers: list[Any], text: Callable[[list[Any]], str]) -> None:
        if not self.is_json:
            click.echo(plain(text(answers)))
            return
        for each in answers:
            click.echo(json.dumps(each, ensure_ascii=False))


def plain(text: str) -> str:
    """Return text for a terminal: control characters of messages shown, not obeyed."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


talking = click.make_pass_decorator(Talk)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--data-dir", help="Data directory of the local server.")
@click.option("--url", help="Server to talk to.")
@click.option("--key", help="Key to talk with.")
@click.option("--workspace", "-w", help="Workspace to act in.")
@click.option("--as", "agent", help="Who you are.")
@click.option("--instance", help="Which running copy of you this is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line for lists.")
@click.option("--text", "as_text", is_flag=True, help="Print text, also into a pipe.")
@click.pass_context
def cli(context: click.Context, **options: Any) -> None:
    """ackbox: post for software agents.

    Example: ackbox up, then ackbox --as ana send bob "hello"
    """
    context.obj = Talk(**options)


@cli.command()
@click.option("--data-dir", help="Where everything is kept.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--database", help="postgresql://… or sqlite:///…; SQLite in the data directory when left out.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def up(talk: Talk, data_dir: str | None, host: str | None, port: int | None, database: str | None, as_json: bool) -> None:
    """Start the server, or say where it runs.

    Example: ackbox up --data-dir ./post
    """
    import asyncio

    from ackbox.faces.up import OneServer, running_server, serve

    where = config.data_dir(data_dir or talk.data_dir)
    lock = OneServer(where)

    def say(url: str, is_new: bool = True) -> None:
        if as_json or talk.is_json:
            click.echo(json.dumps({"url": url, "mcp": f"{url}/mcp", "data_dir": str(where), "started": is_new}))
        else:
            click.echo(f"ackbox {__version__} is {'ready' if is_new else 'running already'}\n\n  agents   {url}/mcp\n  rest     {url}/v1\n"
                       f"  data     {where}\n\nnext, in another terminal\n  ackbox --as ana send bob \"hello\"\n")
        sys.stdout.flush()

    if not lock.take():
        running = running_server(where)
        if running:
            say(running["url"], False)
            return
        talk.fail(REFUSED, "unavailable", f"Another server is starting on {where}.", "Try again in a moment.")
    try:
        asyncio.run(serve(where, host=config.get("host", host) or "127.0.0.1", port=int(config.get("port", None if port is None else str(port)) or 7717),
                          database=database, say=say))
    except AckboxError as error:
        talk.fail(REFUSED, error.code, error.message, error.hint)


@cli.command()
@click.argument("to")
@click.argument("body")
@click.option("--subject")
@click.option("--intent", default=None)
@click.option("--priority", type=int, default=None)
@click.option("--re", "parent", help="Id of the message this answers.")
@click.option("--idempotency-key")
@talking
def send(talk: Talk, to: str, body: str, **options: Any) -> None:
    """Send a message; `-` reads the text from standard input.

    Example: ackbox --as ana send bob "The build is green"
    """
    text = sys.stdin.read() if body == "-" else body
    talk.show(talk.call("message.send", to=to, body=text, **options), _sent)


def _sent(sent: Any) -> str:
    who = ", ".join(f"{each['agent']} ({each['presence'] if each['known'] else 'not seen yet; it waits'})" for each in sent["recipients"])
    return f"sent {sent['id']} to {who or str(sent['recipient_count']) + ' agents'}"


@cli.command()
@click.option("--limit", type=int, default=50)
@click.option("--mark", type=click.Choice(["none", "delivered", "read"]), default="none")
@click.option("--fail-empty", is_flag=True, help="Exit 6 when there is none.")
@talking
def inbox(talk: Talk, limit: int, mark: str, fail_empty: bool) -> None:
    """Show unread post, oldest first. Nothing is marked unless asked.

    Example: ackbox --as bob inbox
    """
    checked = talk.call("inbox.check", limit=limit, mark=mark)
    talk.show_each(checked["messages"], _letters)
    if fail_empty and not checked["messages"]:
        raise SystemExit(NOTHING)


def _letters(letters: list[Any]) -> str:
    if not letters:
        return "Nothing unread. Send something with: ackbox send NAME \"text\""
    return "\n".join(f"{each['id']}  {each['created_at'][11:19]}  {each['sender']}  {each['intent']}  {each['subject'] or each['body'].splitlines()[0][:80] if each['body'] else ''}" for each in letters)


@cli.command()
@click.argument("ids", nargs=-1, required=True)
@talking
def ack(talk: Talk, ids: tuple[str, ...]) -> None:
    """Acknowledge messages: you have dealt with them.

    Example: ackbox --as bob ack 0199…
    """
    talk.show(talk.call("receipt.mark", mark="acknowledged", ids=list(ids)), lambda done: f"acknowledged {len(done['changed'])}")


@cli.command()
@click.argument("id")
@talking
def status(talk: Talk, id: str) -> None:
    """Show what became of a message.

    Example: ackbox status 0199…
    """
    talk.show(talk.call("message.status", id=id), lambda of: "\n".join(f"{each['agent']}  {each['state']}" for each in of["receipts"]))


@cli.command()
@talking
def who(talk: Talk) -> None:
    """Show who is here.

    Example: ackbox who
    """
    talk.show_each(talk.call("agent.list")["agents"], lambda all: "\n".join(f"{each['agent']}  {each['presence']}  {each.get('summary') or ''}" for each in all) or "Nobody is here yet.")


@cli.group()
def key() -> None:
    """Make, list and revoke keys."""


@key.command("create")
@click.option("--agent", "name", required=True, help="Who speaks with it.")
@click.option("--kind", type=click.Choice(["agent", "human", "read-only", "admin", "instance-admin"]), default="agent")
@click.option("--workspace")
@click.option("--json", "as_json", is_flag=True)
@talking
def key_create(talk: Talk, name: str, kind: str, workspace: str | None, as_json: bool) -> None:
    """Make a key; it is shown this once.

    Example: ackbox key create --agent bob --json
    """
    talk.is_json = talk.is_json or as_json
    more = {"workspace": workspace} if workspace else {}
    talk.show(talk.call("key.create", name=name, kind=kind, **more), lambda made: made["key"])
