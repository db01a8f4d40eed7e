"""People and keys: who, me, heartbeat, nudge, dismiss, key, workspace.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from typing import Any

import click

from ackbox.faces.cli.context import CliContext, Verb, new_key, verb, verbs, with_context
from ackbox.faces.terminal_text import Column, ago, local_time, some

VERBS: dict[str, click.Command] = {}
SIGNS = {"online": "●", "idle": "◐", "away": "○"}

PEOPLE = (
    Column("", lambda each: SIGNS[each["presence"]]),
    Column("agent", lambda each: _name(each)),
    Column("is", lambda each: each["presence"]),
    Column("where", lambda each: each["machine"]),
    Column("doing", lambda each: each["summary"] or each["area"], may_cut=True),
    Column("seen", lambda each: ago(each["last_seen"])),
)


def _name(each: Any) -> str:
    if each["instance"]:
        return f"{each['agent']}/{each['instance']}"
    return f"{each['agent']} (human)" if each["kind"] == "human" else str(each["agent"])


KEYS = (
    Column("id", lambda key: key["id"]),
    Column("kind", lambda key: key["kind"]),
    Column("agent", lambda key: key["agent"]),
    Column("label", lambda key: key["label"], may_cut=True),
    Column("made", lambda key: local_time(key["created_at"])),
    Column(
        "until",
        lambda key: "revoked" if key["revoked_at"] else local_time(key["expires_at"]) or "no end",
    ),
)
WORKSPACES = (
    Column("name", lambda each: each["name"]),
    Column("mode", lambda each: each["mode"]),
    Column("agents", lambda each: each["agents"]),
    Column(
        "settings",
        lambda each: ", ".join(f"{name}={value}" for name, value in each["settings"].items()),
    ),
    Column("made", lambda each: local_time(each["created_at"])),
)


@verb("who", VERBS)
@click.option("--online", "online_only", is_flag=True, help="Only those who are here now.")
def who(ctx: CliContext, online_only: bool) -> None:
    """Show who is here: agents and people, and what they are doing.

    Example: ackbox who
    """
    roster = ctx.call("agent.list", online_only=online_only)
    people = (
        roster["agents"]
        if ctx.is_json
        else [one for each in roster["agents"] for one in (each, *each["instances"])]
    )
    ctx.show_each(
        people, PEOPLE, empty='Nobody is here yet. Say hello with: ackbox --as ana send bob "hello"'
    )
    if roster["awaited"] and not ctx.is_json:
        ctx.say(f"Mail waits for names that nobody has seen: {some(roster['awaited'], 8)}")


@verb("me", VERBS)
def me(ctx: CliContext) -> None:
    """Show whom your key makes you, and what it lets you do.

    Example: ackbox --as ana me
    """
    ctx.show(
        ctx.call("agent.whoami"),
        lambda of: (
            f"{of['agent'] or 'nobody yet (say --as NAME)'} in {of['workspace']}, with a key of"
            f" kind {of['role']} that may {', '.join(of['may'])}"
        ),
    )


@verb("heartbeat", VERBS)
@click.argument("summary", nargs=-1)
def heartbeat(ctx: CliContext, summary: tuple[str, ...]) -> None:
    """Say that you are here, and what you are doing if that changed.

    Example: ackbox --as ana heartbeat "Migrating the pricing page"
    """
    alive = ctx.call("agent.heartbeat", summary=" ".join(summary) or None)
    ctx.show(
        alive, lambda of: f"{of['agent']} seen {local_time(of['last_seen'])}, {of['unread']} unread"
    )


@verb("nudge", VERBS)
@click.argument("name")
@click.argument("id", required=False)
def nudge(ctx: CliContext, name: str, id: str | None) -> None:
    """Ask somebody to look at their post, urgently; with an id, at that message.

    Example: ackbox --as ana nudge bob 0199…
    """
    if id is not None:
        about = ctx.call("message.get", id=id)
        text = f"Please look at this message: {about['subject'] or about['body'][:120]}"
        more: dict[str, Any] = {"parent": id, "refs": [{"kind": "message", "target": id}]}
    else:
        text, more = "Please look at your post.", {}
    sent = ctx.call(
        "message.send",
        to=name,
        body=text,
        intent="request",
        priority=5,
        idempotency_key=new_key(),
        **more,
    )
    ctx.show(
        sent,
        lambda of: f"nudged {name} ({', '.join(each['presence'] for each in of['recipients'])})",
    )


@verb("dismiss", VERBS)
@click.argument("name")
def dismiss(ctx: CliContext, name: str) -> None:
    """Wait no longer for a name that has never been here: what waits for it is taken back.

    Example: ackbox dismiss codxe
    """
    done = ctx.call("agent.dismiss", name=name)
    ctx.show(
        done,
        lambda of: (
            f"taken back {of['withdrawn']}" + (", more waits: do it again" if of["is_more"] else "")
        ),
    )


agent = verbs(
    "agent", VERBS, "Change what is known of an agent.\n\nExample: ackbox agent set-kind root human"
)
key = verbs(
    "key", VERBS, "Make, list, revoke and rotate keys.\n\nExample: ackbox key create --agent bob"
)
workspace = verbs(
    "workspace", VERBS, "Make, list and set up workspaces.\n\nExample: ackbox workspace create shop"
)


@agent.command("set-kind", cls=Verb)
@click.argument("name")
@click.argument("kind", type=click.Choice(["agent", "human"]))
@with_context
def agent_set_kind(ctx: CliContext, name: str, kind: str) -> None:
    """Make a name a person's or an agent's; messages sent before keep what they were.

    Example: ackbox agent set-kind root human
    """
    ctx.show(
        ctx.call("agent.set_kind", name=name, kind=kind),
        lambda of: (
            f"{of['agent']} is {of['kind']}"
            + (f", was {of['before']}" if of["before"] != of["kind"] else ", as before")
        ),
    )


@key.command("create", cls=Verb)
@click.option("--agent", "name", help="Who speaks with it; needed except for admins.")
@click.option(
    "--kind",
    type=click.Choice(["agent", "human", "owner", "read-only", "admin", "server-admin"]),
    default="agent",
    show_default=True,
    help="What it may do.",
)
@click.option(
    "--may-speak-as",
    multiple=True,
    help="Another name it may speak as; * matches any text; may be repeated.",
)
@click.option("--label", default="", help="A note for people.")
@click.option("--expires-in-days", type=int, default=90, show_default=True, help="0 never expires.")
@with_context
def key_create(
    ctx: CliContext,
    name: str | None,
    kind: str,
    may_speak_as: tuple[str, ...],
    label: str,
    expires_in_days: int,
) -> None:
    """Make a key; it is shown this once.

    Example: ackbox key create --agent bob --json
    """
    made = ctx.call(
        "key.create",
        name=name or None,
        kind=kind,
        may_speak_as=list(may_speak_as),
        label=label,
        expires_in_days=expires_in_days,
    )
    ctx.show(made, lambda of: of["key"])
    if not ctx.is_json:
        ctx.say(
            "Shown this once. Use it with: export ACKBOX_KEY=…   Revoke it with: ackbox key revoke"
            f" {made['id']}"
        )


@key.command("list", cls=Verb)
@with_context
def key_list(ctx: CliContext) -> None:
    """List the workspace's keys, without their secrets.

    Example: ackbox key list
    """
    ctx.show_each(
        ctx.call("key.list")["keys"],
        KEYS,
        empty="No keys yet. Make one with: ackbox key create --agent bob",
    )


@key.command("revoke", cls=Verb)
@click.argument("id")
@with_context
def key_revoke(ctx: CliContext, id: str) -> None:
    """Revoke a key; what waits with it ends within a second.

    Example: ackbox key revoke 3kQ9…
    """
    ctx.show(ctx.call("key.revoke", id=id), lambda _: f"revoked {id}")


@key.command("rotate", cls=Verb)
@click.argument("id")
@click.option(
    "--grace",
    default="24h",
    show_default=True,
    help="Seconds for which the old key stays valid, or 10m, 2h; 0 ends it at once.",
)
@with_context
def key_rotate(ctx: CliContext, id: str, grace: str) -> None:
    """Replace a key by a new one with the same rights; the old one ends later.

    Example: ackbox key rotate 3kQ9… --grace 2h

    The operator's own key is also written to operator.key on the server's machine.
    """
    from ackbox.faces.cli.message_text import seconds

    made = ctx.call("key.rotate", id=id, grace_s=int(seconds(grace)))
    ctx.show(made, lambda of: of["key"])
    if not ctx.is_json:
        ctx.say(
            f"Shown this once. The old key {made['old_id']} ends {local_time(made['old_ends_at'])}."
            + (f" The new one is in {made['kept_in']}." if made["kept_in"] else "")
        )


@workspace.command("create", cls=Verb)
@click.argument("name")
@click.option(
    "--mode",
    type=click.Choice(["open", "private"]),
    default="open",
    show_default=True,
    help="open: members read everything; private: sender, recipients and operators.",
)
@with_context
def workspace_create(ctx: CliContext, name: str, mode: str) -> None:
    """Make a workspace.

    Example: ackbox workspace create shop
    """
    ctx.show(
        ctx.call("workspace.create", name=name, mode=mode),
        lambda of: f"made {of['name']}; use it with: ackbox -w {of['name']} …",
    )


@workspace.command("list", cls=Verb)
@with_context
def workspace_list(ctx: CliContext) -> None:
    """List the workspaces that your key covers.

    Example: ackbox workspace list
    """
    ctx.show_each(ctx.call("workspace.list")["workspaces"], WORKSPACES, empty="No workspaces.")


@workspace.command("settings", cls=Verb)
@click.option(
    "--unknown",
    type=click.Choice(["hold", "refuse", "inactive"]),
    help="What a send does with a name nobody has seen.",
)
@click.option(
    "--inactive",
    type=click.Choice(["refuse", "hold"]),
    help="What 'inactive' does with a known name that is not here.",
)
@click.option(
    "--hops-limit", type=int, help="Answers in a thread without a person before it stops."
)
@click.option(
    "--repeats-limit",
    type=int,
    help="The same text to the same audience within ten minutes; 0 for no limit.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(["warn", "block"]),
    help="Whether a session that claims what another does is told so, or refused.",
)
@click.option(
    "--heartbeat", "heartbeat_s", type=int, help="Seconds between the signs of life of a session."
)
@click.option(
    "--empty-inbox-text", help="What a look into an inbox with nothing new says in words."
)
@click.option(
    "--newcomer-days",
    type=int,
    help="Days of broadcasts that a new agent is given, 0 to 30; the newest 50 at most.",
)
@click.option(
    "--session-ttl",
    "session_ttl_s",
    type=int,
    help="Seconds a session counts as active after a sign of life.",
)
@with_context
def workspace_settings(ctx: CliContext, /, **changes: Any) -> None:
    """Show a workspace's settings, or change them.

    Example: ackbox -w shop workspace settings --unknown refuse
    """
    ctx.show(
        ctx.call("workspace.settings", **changes),
        lambda of: "\n".join(
            [
                f"{of['name']}, {of['mode']}, agents: {of['agents']}",
                *(f"  {name} = {value}" for name, value in of["settings"].items()),
            ]
        ),
    )
