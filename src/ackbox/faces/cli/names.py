"""Names: the command or flag for an operation or a parameter that a server's error names.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import re

COMMANDS = {
    "agent.list": "ackbox who",
    "agent.check_in": "ackbox session start",
    "agent.dismiss": "ackbox dismiss",
    "agent.whoami": "ackbox me",
    "event.log": "ackbox log",
    "inbox.check": "ackbox inbox",
    "server.backup": "ackbox backup",
    "invite.create": "ackbox invite",
    "invite.redeem": "ackbox join",
    "key.create": "ackbox key create",
    "key.list": "ackbox key list",
    "key.revoke": "ackbox key revoke",
    "login.link": "ackbox open",
    "mailbox.list": "ackbox inbox --all",
    "message.ask": "ackbox ask",
    "message.search": "ackbox search",
    "message.send": "ackbox send",
    "message.withdraw": "ackbox withdraw",
    "note.add": "ackbox note create",
    "note.list": "ackbox note list",
    "note.search": "ackbox note search",
    "review.list": "ackbox review list",
    "review.open": "ackbox review open",
    "schedule.list": "ackbox schedule list",
    "schedule.remove": "ackbox schedule remove",
    "session.start": "ackbox session start",
    "task.assign": "ackbox task assign",
    "task.claim": "ackbox task claim",
    "task.list": "ackbox task list",
    "thread.get": "ackbox thread",
    "turn.submit": "ackbox turn",
    "webhook.list": "ackbox webhook list",
    "webhook.remove": "ackbox webhook remove",
    "webhook_out.list": "ackbox webhook out list",
    "webhook_out.remove": "ackbox webhook out remove",
    "workspace.create": "ackbox workspace create",
    "workspace.export": "ackbox export",
    "workspace.import": "ackbox import",
    "workspace.list": "ackbox workspace list",
    "workspace.settings": "ackbox workspace settings",
}
SHARED = {"agent": "--as", "instance": "--instance", "workspace": "-w"}
_OPERATION = re.compile(r"(?<![\w.'\"`])[a-z_]+\.[a-z_]+\b(?!['\"`])")
_PARAMETER = re.compile(r"`([a-z_]+)((?:[.\[][^`=]*)?)(?:=([^`]*))?`")


def spoken(text: str, spelled: dict[str, str] | None) -> str:
    """Return a server's text with operations as commands and parameters as flags.

    `spelled` has the parameters of the command as a user writes them; without it click is asked.
    """
    flags = (_flags() if spelled is None else spelled) | SHARED
    if "text" in flags:
        flags["body"] = flags["text"]

    def parameter(found: re.Match[str]) -> str:
        flag = flags.get(found[1])
        return found[0] if flag is None else f"{flag} {found[3]}" if found[3] else flag

    return _PARAMETER.sub(
        parameter, _OPERATION.sub(lambda found: COMMANDS.get(found[0], found[0]), text)
    )


def _flags() -> dict[str, str]:
    """Map parameters to flags of the command being run, or to its arguments in capitals."""
    import click

    context = click.get_current_context(silent=True)
    return {
        each.name: max(each.opts, key=len) if isinstance(each, click.Option) else each.name.upper()
        for each in ([] if context is None else context.command.params)
        if each.name is not None and each.name not in SHARED
    }
