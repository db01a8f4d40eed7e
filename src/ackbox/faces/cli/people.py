"""Agents and workspaces: who, me, heartbeat, nudge, dismiss, agent, workspace.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from typing import Any

import click

from ackbox.faces.cli.asking import ask_first, removing
from ackbox.faces.cli.context import REFUSED, CliContext, new_key
from ackbox.faces.cli.spans import Span
from ackbox.faces.cli.verb import Verb, verb, verbs, with_context
from ackbox.faces.terminal_text import (
    PRESENCE,
    PRESENCE_COLOURS,
    Column,
    ago,
    local_time,
    some,
    standing,
)

VERBS: dict[str, click.Command] = {}

PEOPLE = (
    Column(
        "",
        lambda each: PRESENCE[each["presence"]],
        colour=lambda each: PRESENCE_COLOURS[each["presence"]],
    ),
    Column("agent", lambda each: _name(each)),
    Column("presence", standing),
    Column("machine", lambda each: _machines(each)),
    Column("doing", lambda each: each["summary"] or each["area"], may_cut=True),
    Column("last seen", lambda each: ago(each["last_seen"])),
)


def _name(each: Any) -> str:
    if each["instance"]:
        return f"{each['agent']}/{each['instance']}"
    return f"{each['agent']} (human)" if each["kind"] == "human" else str(each["agent"])


def _machines(each: Any) -> str | None:
    """Return the machine of an instance, or those of an agent's instances."""
    of_instances = {one["machine"] for one in each.get("instances") or [] if one["machine"]}
    return some(sorted(of_instances), 2) if of_instances else each["machine"]


WORKSPACES = (
    Column("name", lambda each: each["name"]),
    Column("mode", lambda each: each["mode"]),
    Column("agents", lambda each: each["agents"]),
    Column(
        "settings",
        lambda each: ", ".join(f"{name}={value}" for name, value in each["settings"].items()),
    ),
    Column("created", lambda each: local_time(each["created_at"])),
)


@verb("who", VERBS)
@click.option(
    "--online", "online_only", is_flag=True, help="Only agents and people who are online."
)
@click.option(
    "--instances", "in_detail", is_flag=True, help="List each running instance of an agent as well."
)
def who(ctx: CliContext, online_only: bool, in_detail: bool) -> None:
    """List agents and people with their presence and current work.

    Example: ackbox who
    """
    roster = ctx.call("agent.list", online_only=online_only)
    people = roster["agents"]
    if in_detail and not ctx.is_json:
        people = [one for each in people for one in (each, *each["instances"])]
    ctx.show_each(
        people,
        PEOPLE,
        empty='No agents yet. Send a first message with: ackbox --as ana send bob "hello"',
    )
    if roster["awaited"] and not ctx.is_json:
        ctx.say(f"Messages wait for agents that never connected: {some(roster['awaited'], 8)}")


@verb("me", VERBS)
def me(ctx: CliContext) -> None:
    """Show the agent, workspace and permissions of your key.

    Example: ackbox --as ana me
    """
    ctx.show(
        ctx.call("agent.whoami"),
        lambda of: (
            f"agent      {of['agent'] or 'none; name one with --as NAME'}\n"
            f"workspace  {of['workspace']}\nrole       {of['role']}\n"
            f"allowed    {', '.join(of['may'])}"
        ),
    )


@verb("heartbeat", VERBS)
@click.argument("summary", nargs=-1)
def heartbeat(ctx: CliContext, summary: tuple[str, ...]) -> None:
    """Report that you are online, and what you are doing.

    Example: ackbox --as ana heartbeat "Migrating the pricing page"
    """
    alive = ctx.call("agent.heartbeat", summary=" ".join(summary) or None)
    ctx.show(alive, lambda of: f"{of['agent']} is online, {of['unread']} unread")


@verb("quiet", VERBS)
@click.option("--until", help="End of the quiet time: 17:00, 2h or a date.")
@click.option("--digest", type=Span(60), help="Time between two digests: 30 (minutes), 2h.")
@click.option("--turn-end", is_flag=True, help="Show messages at the end of a turn only.")
@click.option("--off", is_flag=True, help="Remove all rules.")
def quiet(
    ctx: CliContext, until: str | None, digest: int | None, turn_end: bool, off: bool
) -> None:
    """Set when an agent program shows messages that are not urgent.

    Example: ackbox --as bob quiet --until 2h
    """
    rules = ctx.call(
        "agent.quiet", until=until, digest_minutes=digest, at_turn_end=turn_end, off=off
    )
    ctx.show(rules, _rules)


def _rules(of: Any) -> str:
    found = [
        *([f"quiet until {local_time(of['quiet_until'])}"] if of["quiet_until"] else []),
        *([f"a digest every {of['digest_minutes']} minutes"] if of["digest_minutes"] else []),
        *(["messages at the end of a turn"] if of["at_turn_end"] else []),
    ]
    name = of["agent"] + (f"/{of['instance']}" if of["instance"] else "")
    return f"{name}: {', '.join(found) or 'no rules'}; urgent messages are shown at once"


@verb("nudge", VERBS)
@click.argument("name")
@click.argument("id", required=False)
def nudge(ctx: CliContext, name: str, id: str | None) -> None:
    """Ask an agent urgently to read its messages, or one message by id.

    Example: ackbox --as ana nudge bob 0199…
    """
    if id is not None:
        about = ctx.call("message.get", id=id)
        text = f"Please read this message: {about['subject'] or about['body'][:120]}"
        more: dict[str, Any] = {"parent": id, "refs": [{"kind": "message", "target": id}]}
    else:
        text, more = "Please read your messages.", {}
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
        lambda of: "\n".join(f"nudged: {name} {each['delivery']}" for each in of["recipients"]),
    )


@verb("dismiss", VERBS)
@click.argument("name")
@removing
def dismiss(ctx: CliContext, name: str, yes: bool) -> None:
    """Withdraw all messages waiting for an agent that never connected.

    Example: ackbox dismiss codxe
    """
    ask_first(ctx, f"Withdraw all messages that wait for {name!r}?", yes=yes)
    done = ctx.call("agent.dismiss", name=name)
    ctx.show(
        done,
        lambda of: (
            f"{of['withdrawn']} withdrawn" + ("; more wait: run it again" if of["is_more"] else "")
        ),
    )


agent = verbs("agent", VERBS, "List, show and change agents.\n\nExample: ackbox agent show bob")
workspace = verbs(
    "workspace",
    VERBS,
    "Create, list and configure workspaces.\n\nExample: ackbox workspace create shop",
)


@agent.command("list", cls=Verb)
@click.option(
    "--online", "online_only", is_flag=True, help="Only agents and people who are online."
)
@with_context
def agent_list(ctx: CliContext, online_only: bool) -> None:
    """List agents and people, as `ackbox who` does.

    Example: ackbox agent list --online
    """
    ctx.show_each(
        ctx.call("agent.list", online_only=online_only)["agents"], PEOPLE, empty="No agents yet."
    )


@agent.command("show", cls=Verb)
@click.argument("name")
@click.option("--web", is_flag=True, help="Open its mailbox in the dashboard instead.")
@with_context
def agent_show(ctx: CliContext, name: str, web: bool) -> None:
    """Show an agent or a person, with the running instances.

    Example: ackbox agent show bob
    """
    found = ctx.call("agent.list", name=name)["agents"]
    if not found:
        ctx.fail(
            REFUSED,
            "not_found",
            f"No agent called {name!r} is registered.",
            "List them with: ackbox who",
        )
    if web:
        ctx.open_page(f"mailbox/{found[0]['agent']}")
        return
    ctx.show_each([found[0], *found[0]["instances"]], PEOPLE, empty="")


@agent.command("set-kind", cls=Verb)
@click.argument("name")
@click.argument("kind", type=click.Choice(["agent", "human"]))
@with_context
def agent_set_kind(ctx: CliContext, name: str, kind: str) -> None:
    """Set whether a name belongs to an agent or a person (human).

    Example: ackbox agent set-kind root human

    Messages sent before keep their sender's kind.
    """
    ctx.show(
        ctx.call("agent.set_kind", name=name, kind=kind),
        lambda of: (
            f"{of['agent']} is {of['kind']}"
            + (f", was {of['before']}" if of["before"] != of["kind"] else " already")
        ),
    )


@workspace.command("create", cls=Verb)
@click.argument("name")
@click.option(
    "--mode",
    type=click.Choice(["open", "private"]),
    default="open",
    show_default=True,
    help="Readers of messages. open: all members; private: sender, recipients, operators.",
)
@with_context
def workspace_create(ctx: CliContext, name: str, mode: str) -> None:
    """Create a workspace.

    Example: ackbox workspace create shop
    """
    ctx.show(
        ctx.call("workspace.create", name=name, mode=mode),
        lambda of: f"Created {of['name']}. Use it with: ackbox -w {of['name']} …",
    )


@workspace.command("list", cls=Verb)
@with_context
def workspace_list(ctx: CliContext) -> None:
    """List the workspaces that your key can use.

    Example: ackbox workspace list
    """
    ctx.show_each(
        ctx.call("workspace.list")["workspaces"],
        WORKSPACES,
        empty="No workspaces yet. Create one with: ackbox workspace create shop",
    )


@workspace.command("show", cls=Verb)
@click.argument("name", required=False)
@with_context
def workspace_show(ctx: CliContext, name: str | None) -> None:
    """Show a workspace; without a name, the one that you use.

    Example: ackbox workspace show
    """
    from ackbox.faces.cli.ids import every, in_full

    name = name or ctx.call("agent.whoami")["workspace"]
    rows = [each for each in every(ctx, "workspace.list", "workspaces") if each["name"] == name]
    if not rows:
        ctx.fail(
            REFUSED,
            "not_found",
            f"There is no workspace {name!r} that your key can use.",
            "List them with: ackbox workspace list",
        )
    ctx.show(rows[0], lambda of: in_full(of, WORKSPACES))


@workspace.command("settings", cls=Verb)
@click.option(
    "--unknown",
    type=click.Choice(["hold", "refuse", "inactive"]),
    help="Unknown recipients: keep the message until the agent connects (hold), reject and "
    "suggest similar names (refuse), or also reject agents that are offline (inactive).",
)
@click.option(
    "--inactive",
    type=click.Choice(["refuse", "hold"]),
    help="With --unknown inactive: reject messages to agents that are offline, or keep them.",
)
@click.option("--hops-limit", type=int, help="Maximum consecutive agent replies in a thread.")
@click.option(
    "--repeats-limit",
    type=int,
    help="Maximum identical messages to the same recipients in ten minutes; 0 for no limit.",
)
@click.option(
    "--relaxed-hops-limit",
    type=int,
    help="As --hops-limit, for clients of other systems; 500 when not set.",
)
@click.option(
    "--relaxed-repeats-limit",
    type=int,
    help="Maximum identical messages of their agents in a minute; 10 when not set, 0 for no limit.",
)
@click.option(
    "--pair-per-minute",
    type=int,
    help="Maximum messages of two agents to each other in a thread in a minute; 0 for no limit.",
)
@click.option(
    "--thread-per-minute",
    type=int,
    help="Maximum messages of agents in a thread in a minute; 0 for no limit.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(["warn", "block"]),
    help="When two sessions claim the same files or area: warn, or reject the second (block).",
)
@click.option(
    "--heartbeat",
    "heartbeat_s",
    type=Span(1),
    help="Time between the heartbeats of a session: 60 (seconds), 5m.",
)
@click.option("--empty-inbox-text", help="Text that an empty inbox returns.")
@click.option(
    "--newcomer-days",
    type=Span(86_400),
    help="Time of past broadcasts that a new agent receives: 7 (days), 2w; at most 30 days and 50"
    " messages.",
)
@click.option(
    "--session-ttl",
    "session_ttl_s",
    type=Span(1),
    help="Time that a session stays active after its last heartbeat: 90 (seconds), 10m, 2h.",
)
@with_context
def workspace_settings(ctx: CliContext, /, **changes: Any) -> None:
    """Show the settings of a workspace, or change them.

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
