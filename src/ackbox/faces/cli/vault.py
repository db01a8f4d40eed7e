"""Sealed workspaces: founding, invitations, joining, members, and backups of the key.

Explained in docs/howto/sealed-workspaces.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ackbox import config
from ackbox.client.http import HttpCaller, parse_url
from ackbox.client.sealed import SealedCaller
from ackbox.client.vaults import Vault
from ackbox.connecting import files
from ackbox.errors import BadVaultKey, NotMember
from ackbox.faces.cli.context import CliContext, login_name
from ackbox.faces.cli.invite import refuse_other_server, write_settings
from ackbox.faces.cli.vault_context import (
    attempt,
    identity_of,
    identity_text,
    opened,
    plain_caller,
    show,
    whose,
)
from ackbox.faces.cli.vault_history import HISTORY
from ackbox.faces.cli.verb import verb, verbs
from ackbox.faces.terminal_text import Column

VERBS: dict[str, click.Command] = {}
VAULT: dict[str, click.Command] = {}
KINDS = click.Choice(["human", "agent"])
WAIT_S, PAUSE_S = 60.0, 1.0

_group = verbs(
    "vault",
    VERBS,
    "Use sealed workspaces, whose server cannot read the messages.\n\n"
    "Example: ackbox vault create secret --as ana",
)


@verb("create", VAULT)
@click.argument("name")
@click.option("--private", is_flag=True, help="Only sender and recipients read a message.")
@click.option("--kind", type=KINDS, default="human", show_default=True, help="Kind of the member.")
def create(ctx: CliContext, name: str, private: bool, kind: str) -> None:
    """Create a sealed workspace, and become its first admin.

    Example: ackbox vault create secret --as ana
    """
    from ackbox.client import joining

    me, server = ctx.agent or login_name(), plain_caller(ctx)
    vault = attempt(
        ctx,
        lambda: joining.found(
            server,
            ctx.data_dir,
            workspace=name,
            access="private" if private else "open",
            name=me,
            kind="human" if kind == "human" else "agent",
        ),
    )
    show(
        ctx,
        {"workspace": name, "member": me, "private": private, **identity_of(vault)},
        f"Created the sealed workspace {name}; you are its admin {me}.\n  key   {vault.key_place}",
        f"ackbox vault invite NAME -w {name} --as {me}",
    )


@verb("invite", VAULT)
@click.argument("name")
@click.option("--address", help="Address by which the other machine reaches the server.")
def invite(ctx: CliContext, name: str, address: str | None) -> None:
    """Print a line that makes another machine a member, within 24 hours.

    Example: ackbox vault invite bob -w secret --as ana
    """
    from ackbox.client import membership

    vault, calls = opened(ctx)

    def make() -> dict[str, Any]:
        with vault.locked():
            membership.update_roster(vault, calls.remote)
            text = membership.invite(vault, name, time.time())
        made = calls.remote("invite.create", name=name)
        url = (address or vault.profile.url).rstrip("/")
        return {**made, "line": f"ackbox vault join '{url}{made['path']}.{text}'"}

    made = attempt(ctx, make)
    ctx.show(made, lambda of: of["line"])
    if ctx.is_json:
        return
    if parse_url(address or vault.profile.url).hostname in ("localhost", "127.0.0.1", "::1"):
        ctx.say("Only this machine reaches that address. Give another with --address.")
    ctx.say(
        f"This line makes its reader the member {name}. It works once, within 24 hours; then your"
        " next command in this workspace adds the member."
    )


@verb("join", VAULT)
@click.argument("invitation")
@click.option("--replace", is_flag=True, help="Replace the server that the settings file names.")
@click.option("--kind", type=KINDS, default="agent", show_default=True, help="Kind of the member.")
@click.option("--wait", "wait_s", default=WAIT_S, show_default=True, help="Seconds to wait.")
def join(ctx: CliContext, invitation: str, replace: bool, kind: str, wait_s: float) -> None:
    """Join a sealed workspace with an invitation.

    Example: ackbox vault join 'https://post.example.com/join#abx_lnk_….avi1_…'
    """
    from ackbox.vault import enrolment

    place, _, rest = invitation.strip().partition("#")
    key, _, text = rest.partition(".")
    if not key or not place.rstrip("/").endswith("/join"):
        raise BadVaultKey(
            "This is not an invitation to a sealed workspace.",
            hint="Paste the line that `ackbox vault invite` printed, from start to end.",
        )
    invited = enrolment.parse_invitation(text)
    url = place.rstrip("/").removesuffix("/join")
    parse_url(url)
    found = files.read(config.file())
    # Before the invitation is spent: it works once.
    refuse_other_server(found.text or "", url, replace=replace)
    files.check_writable(found)
    made = attempt(ctx, lambda: HttpCaller(url, key, face="cli").call("invite.redeem", {}))
    write_settings(found, url, made)
    server = HttpCaller(url, made["key"], face="cli")
    vault = _new_vault(
        ctx, server, workspace=made["workspace"], vault=invited.vault, agent=made["agent"]
    )
    _ask(ctx, vault, server, kind, secret=invited.secret, pin=invited.pin)
    _wait(ctx, vault, wait_s)


@verb("request", VAULT)
@click.option("--kind", type=KINDS, default="human", show_default=True, help="Kind of the member.")
@click.option("--wait", "wait_s", default=0.0, show_default=True, help="Seconds to wait.")
def request(ctx: CliContext, kind: str, wait_s: float) -> None:
    """Ask to join a sealed workspace that you have an API key for.

    Example: ackbox vault request -w secret --as cy
    """
    server = plain_caller(ctx)

    def look() -> tuple[str, str, str]:
        me = server.call("agent.whoami", whose(ctx))
        first = server.call("roster.get", {**whose(ctx), "limit": 1})
        if not first["records"]:
            raise NotMember(
                f"{me['workspace']!r} is not a sealed workspace.",
                hint="Create one with: ackbox vault create WORKSPACE",
            )
        return me["workspace"], me["agent"], _vault_of(first["records"][0])

    workspace, agent, id = attempt(ctx, look)
    vault = _new_vault(ctx, server, workspace=workspace, vault=id, agent=agent)
    _ask(ctx, vault, server, kind, secret=None, pin=bytes.fromhex(id))
    if wait_s:
        _wait(ctx, vault, wait_s)


@verb("admit", VAULT)
@click.argument("name")
@click.option("--words", required=True, help="The six words that the new member reads to you.")
def admit(ctx: CliContext, name: str, words: str) -> None:
    """Add a member from its request to join, by six words.

    Example: ackbox vault admit cy --words "kafah sazuv binip gimot rupih zifon"
    """
    from ackbox.client import membership
    from ackbox.vault import enrolment

    vault, calls = opened(ctx)

    def add() -> None:
        with vault.locked():
            known = membership.update_roster(vault, calls.remote)
            asked = [each for each in membership.requests(vault, calls.remote) if each.name == name]
            said = " ".join(words.split()).casefold()
            same = [each for each in asked if enrolment.spoken(each, known.vault) == said]
            if not same:
                raise NotMember(
                    f"No request of {name!r} has these words.",
                    hint="Compare them again with the new member, over another way than this"
                    " server. If they differ, its keys were exchanged in transit.",
                    asked=len(asked),
                )
            membership.admit(vault, calls.remote, same[0])

    attempt(ctx, add)
    show(ctx, {"added": name}, f"{name} is a member.", None)


@verb("members", VAULT)
def members(ctx: CliContext) -> None:
    """List the members of a sealed workspace, and who waits to join.

    Example: ackbox vault members -w secret --as ana
    """
    from ackbox.client import membership
    from ackbox.vault.keys import words

    vault, calls = opened(ctx)

    def look() -> list[dict[str, Any]]:
        with vault.locked():
            known = membership.update_roster(vault, calls.remote)
            found = [
                {
                    "name": each.name,
                    "kind": each.kind,
                    "admin": each.is_admin,
                    "state": "member" if each.removed is None else "removed",
                    "words": words(b"member", each.id.encode()),
                }
                for each in known.members.values()
            ]
            waiting = [
                {"name": each.name, "kind": each.kind, "admin": False, "state": "waits"}
                for each in membership.requests(vault, calls.remote)
            ]
        return [*found, *waiting]

    ctx.show_each(
        attempt(ctx, look),
        [
            Column("name", lambda of: of["name"]),
            Column("kind", lambda of: of["kind"]),
            Column("state", lambda of: "admin" if of["admin"] else of["state"]),
            Column("words", lambda of: of.get("words", "")),
        ],
        empty="No members.",
    )


@verb("remove", VAULT)
@click.argument("name")
def remove(ctx: CliContext, name: str) -> None:
    """Remove a member, who can read no later message.

    Example: ackbox vault remove bob -w secret --as ana
    """
    from ackbox.client import removal

    _change(ctx, removal.remove, name, f"{name} is removed; what it has read it can keep.")


@verb("promote", VAULT)
@click.argument("name")
def promote(ctx: CliContext, name: str) -> None:
    """Make a member an admin, who can add and remove members.

    Example: ackbox vault promote bob -w secret --as ana
    """
    from ackbox.client import membership

    _change(ctx, membership.promote, name, f"{name} is an admin.")


@verb("fingerprint", VAULT)
def fingerprint(ctx: CliContext) -> None:
    """Print the words that identify a workspace and its list of members.

    Example: ackbox vault fingerprint -w secret --as ana
    """
    from ackbox.client import membership

    vault, calls = opened(ctx)

    def look() -> dict[str, Any]:
        with vault.locked():
            membership.update_roster(vault, calls.remote)
            return identity_of(vault)

    found = attempt(ctx, look)
    ctx.show(found, identity_text)


@verb("verify", VAULT)
def verify(ctx: CliContext) -> None:
    """Read all messages, and report those that do not hold.

    Example: ackbox vault verify -w secret --as ana
    """
    from ackbox.client import membership
    from ackbox.client.opening import open_messages

    vault, calls = opened(ctx)

    def look() -> dict[str, Any]:
        with vault.locked():
            known = membership.update_roster(vault, calls.remote)
            membership.update_transcript(vault, calls.remote)
            listed = len(vault.transcript)
        cursor, read = None, 0
        while True:
            given = {"limit": 100, **({"cursor": cursor} if cursor else {})}
            page = calls.remote("message.history", **given)
            read += len(page["messages"])
            open_messages(vault, calls.remote, page, {})
            cursor = page.get("cursor")
            if not cursor or not page["messages"]:
                break
        with vault.locked():
            return {
                "records": known.position + 1,
                "listed": listed,
                "read": read,
                "problems": dict(vault.state.problems),
            }

    found = attempt(ctx, look)
    ctx.show(found, _verified)
    if found["problems"]:
        ctx.fail(1, "seal_broken", f"{len(found['problems'])} messages do not hold.", None)


def _verified(of: dict[str, Any]) -> str:
    lines = [f"{id}  {code}" for id, code in of["problems"].items()]
    return "\n".join(
        [
            f"{of['records']} records of the roster hold; {of['read']} of {of['listed']} messages"
            " were read.",
            *lines,
        ]
    )


@verb("backup", VAULT)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--passphrase-file", help="File that holds the passphrase.")
def backup(ctx: CliContext, file: Path, passphrase_file: str | None) -> None:
    """Write your vault key to an age file under a passphrase.

    Example: ackbox vault backup ana.age -w secret --as ana
    """
    from ackbox.client import backup as backups

    vault, _ = opened(ctx)
    passphrase = _passphrase(passphrase_file, is_new=True)
    attempt(ctx, lambda: backups.write(vault, file, passphrase))
    profile = vault.profile
    show(
        ctx,
        {"file": str(file), "workspace": profile.workspace, "member": profile.agent},
        f"{file} holds the key of {profile.agent}. Keep it, and its passphrase, elsewhere.",
        None,
    )


@verb("restore", VAULT)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--passphrase-file", help="File that holds the passphrase.")
def restore(ctx: CliContext, file: Path | None, passphrase_file: str | None) -> None:
    """Restore a vault key from a backup, or without FILE only its state.

    Example: ackbox vault restore ana.age

    Use a key on one machine only.
    """
    from ackbox.client import backup as backups
    from ackbox.client import joining

    server = plain_caller(ctx)
    if file is None:
        vault, calls = opened(ctx)
    else:
        passphrase = _passphrase(passphrase_file, is_new=False)
        vault = attempt(ctx, lambda: backups.restore(file, passphrase, ctx.data_dir, server.url))
        own = SealedCaller(server.url, server.key, data_dir=ctx.data_dir, face="cli")
        calls = own.calls(vault, {})
    counter = attempt(ctx, lambda: joining.restore(vault, calls.remote))
    joining.bind(vault, server)
    profile = vault.profile
    show(
        ctx,
        {"workspace": profile.workspace, "member": profile.agent, "messages": counter},
        f"{profile.agent} continues in {profile.workspace} after its message {counter}.",
        f"ackbox vault verify -w {profile.workspace} --as {profile.agent}",
    )


def _passphrase(file: str | None, *, is_new: bool) -> str:
    if file is not None:
        return config.read_secret(file, "passphrase")
    asked: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
    return asked


def _change(ctx: CliContext, act: Callable[[Vault, Any, str], None], name: str, done: str) -> None:
    vault, calls = opened(ctx)

    def change() -> None:
        with vault.locked():
            act(vault, calls.remote, name)

    attempt(ctx, change)
    show(ctx, {"name": name}, done, None)


def _new_vault(
    ctx: CliContext, server: HttpCaller, *, workspace: str, vault: str, agent: str
) -> Vault:
    from ackbox.client import joining

    made: Vault = attempt(
        ctx,
        lambda: joining.new_vault(
            server, ctx.data_dir, workspace=workspace, vault=vault, agent=agent
        ),
    )
    return made


def _ask(
    ctx: CliContext,
    vault: Vault,
    server: HttpCaller,
    kind: str,
    *,
    secret: bytes | None,
    pin: bytes,
) -> None:
    """Make a key, and ask to join with it."""
    from ackbox.client import joining
    from ackbox.vault import enrolment

    def ask() -> str:
        made = joining.ask(
            vault, server, kind="human" if kind == "human" else "agent", secret=secret, pin=pin
        )
        return enrolment.spoken(made, vault.profile.vault)

    said = attempt(ctx, ask)
    joining.bind(vault, server)
    profile = vault.profile
    hint = (
        "Tell an admin these words over another way than this server; it runs:"
        f" ackbox vault admit {profile.agent} --words '{said}'"
        if secret is None
        else "The admin's next command in the workspace adds you."
    )
    ctx.say(f"Asked to join {profile.workspace} as {profile.agent}. {hint}")


def _wait(ctx: CliContext, vault: Vault, wait_s: float) -> None:
    """Wait until an admin has added this machine's key."""
    from ackbox.client import joining

    server = SealedCaller(
        vault.profile.url, plain_caller(ctx).key, data_dir=ctx.data_dir, face="cli"
    )
    calls = server.calls(vault, {})
    until = time.monotonic() + wait_s
    while True:
        try:
            calls.begin()
        except NotMember as error:
            if time.monotonic() >= until:
                ctx.refuse(error)
            # A caller without membership can follow no feed, so it asks again.
            time.sleep(PAUSE_S)
        else:
            break
    joining.finish(vault)
    workspace = vault.profile.workspace
    told = {"workspace": workspace, "member": vault.profile.agent, **identity_of(vault)}
    show(
        ctx,
        told,
        f"{vault.profile.agent} is a member of {workspace}.",
        "ackbox send NAME 'hello'",
    )


def _vault_of(record: dict[str, Any]) -> str:
    import msgspec

    from ackbox.vault import roster

    raw = {name: record[name] for name in ("body", "signature")}
    return roster.apply(None, msgspec.convert(raw, roster.Record)).vault


for _command in [*VAULT.values(), *HISTORY.values()]:
    _group.add_command(_command)
