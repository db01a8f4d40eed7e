"""What the commands of sealed workspaces share: the membership that the options name, and errors.

Explained in docs/howto/sealed-workspaces.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.sealed import SealedCaller, SealedCalls, key_id_of
from ackbox.client.vaults import DIRECTORY, Vault, vaults_in
from ackbox.errors import AckboxError, NotMember
from ackbox.faces.cli.context import NO_SERVER, CliContext


def attempt(ctx: CliContext, act: Callable[[], Any]) -> Any:
    """Do something, or print the error and end the program."""
    try:
        return act()
    except NoServer as error:
        ctx.fail(NO_SERVER, "no_server", str(error), "Check the address, and that it runs there.")
    except AckboxError as error:
        ctx.refuse(error)


def plain_caller(ctx: CliContext) -> HttpCaller:
    """Return a caller that seals nothing, for what comes before a membership."""
    try:
        found = ctx.server
    except NoServer as error:
        ctx.no_server(str(error))
    except AckboxError as error:
        ctx.refuse(error)
    return HttpCaller(found.url, found.key, face="cli", home=found.home, is_there=found.is_there)


def whose(ctx: CliContext) -> dict[str, Any]:
    """Return who the options name."""
    who = {"workspace": ctx.setting("workspace"), "agent": ctx.agent}
    return {name: value for name, value in who.items() if value}


def opened(ctx: CliContext) -> tuple[Vault, SealedCalls]:
    """Return the membership that the options name, and its calls."""

    def find() -> tuple[Vault, SealedCalls]:
        server = ctx.server
        who = whose(ctx)
        found = server.vault_for(who) if isinstance(server, SealedCaller) else None
        if found is None or not isinstance(server, SealedCaller):
            held = [each.profile for each in vaults_in(ctx.data_dir)]
            raise NotMember(
                "This machine has no vault key for that workspace and name.",
                hint="It has keys for: "
                + ", ".join(f"-w {each.workspace} --as {each.agent}" for each in held)
                + "."
                if held
                else "Create one with `ackbox vault create`, or join with `ackbox vault join`.",
            )
        calls = server.calls(found, who)
        calls.begin()
        return found, calls

    made: tuple[Vault, SealedCalls] = attempt(ctx, find)
    return made


def only_member(ctx: CliContext) -> str | None:
    """Return the name of the member that calls of this machine are made as; null when it holds
    keys of none, or of several.
    """
    if not (ctx.data_dir / DIRECTORY).is_dir():
        return None
    workspace, key = ctx.setting("workspace"), key_id_of(ctx.setting("key"))
    names = {
        each.profile.agent
        for each in vaults_in(ctx.data_dir)
        if (each.profile.workspace == workspace if workspace else key in each.profile.keys)
    }
    return names.pop() if len(names) == 1 else None


def identity_of(vault: Vault) -> dict[str, Any]:
    """Return the words by which people compare a workspace."""
    from ackbox.vault.keys import words

    known = vault.known_roster
    id = bytes.fromhex(vault.profile.vault)
    head = known.head if known is not None else id
    return {
        "vault": vault.profile.vault,
        "words": words(b"workspace", id),
        "member_list": words(b"roster", head),
        "key_place": vault.key_place,
    }


def identity_text(of: dict[str, Any]) -> str:
    """Return what `identity_of` returned, as lines."""
    return f"workspace  {of['words']}\nmembers    {of['member_list']}\nyour key   {of['key_place']}"


def show(ctx: CliContext, answer: dict[str, Any], text: str, following: str | None) -> None:
    """Print one result, and what to do next."""
    ctx.show(answer, lambda _: text if following is None else f"{text}\n  next: {following}")
