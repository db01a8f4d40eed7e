"""opencode: the events that our plugin passes on, and the replies that it adds to the session.

Measured with 1.18.33. Explained in docs/why/reach.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ackbox.programs.opencode_plugin import PLUGIN
from ackbox.programs.program import Event, Program, event_of, text_in
from ackbox.programs.setting import Given, Launch, OwnFile, Setting, home_of

MOMENTS = {
    "session.created": "session_start",
    "chat.message": "prompt",
    # From our plugin: the bridge asked it to start a turn for messages.
    "ackbox.wake": "prompt",
    "tool.execute.after": "tool",
    "session.idle": "turn_end",
    "permission.asked": "asking",
    "session.compacting": "compacting",
    "session.compacted": "compacted",
    "session.deleted": "session_end",
}


def read(payload: Mapping[str, Any]) -> Event | None:
    """Return an event in our terms."""
    name = text_in(payload, "hook_event_name")
    return event_of(
        payload,
        MOMENTS,
        session=text_in(payload, "session_id"),
        name=name,
        is_new_context=name == "session.created",
        is_continued=payload.get("is_continued") is True,
    )


def reply(event: Event, text: str) -> dict[str, Any] | None:
    """Return the text for the plugin to insert where the event accepts it."""
    return {"text": text}


OWN_SETTINGS = "OPENCODE_CONFIG"


def settings(given: Given) -> list[Setting | OwnFile]:
    """Return the lines of an installation: for all projects, or for the one in this directory."""
    home = f"{home_of(given, 'XDG_CONFIG_HOME', '~/.config')}/opencode"
    files = ("opencode.json", "opencode.jsonc")
    place = ".opencode" if given.is_project else home
    return [
        Setting(
            files=files if given.is_project else tuple(f"{home}/{name}" for name in files),
            path=("mcp", "ackbox"),
            value=_server(given),
        ),
        OwnFile(file=f"{place}/plugin/ackbox.js", text=plugin(given)),
    ]


def _server(given: Given) -> dict[str, Any]:
    return {
        "type": "local",
        "command": given.bridge,
        "environment": given.bridge_environment,
        "enabled": True,
    }


def _commands(given: Given) -> dict[str, Any]:
    """Return the commands that a person can type."""
    return {
        name: {
            "description": command.summary,
            "template": command.prompt.format(arguments="$ARGUMENTS"),
        }
        for name, command in given.commands.items()
    }


def plugin(given: Given) -> str:
    """Return the plugin, which calls the hook of this installation."""
    return PLUGIN.replace("[/* the hook's command */]", json.dumps(given.hook))


def launch(given: Given, directory: str) -> Launch:
    """Return the settings of one launch: a separate settings file with the plugin and commands."""
    plugin_file = f"{directory}/ackbox.js"
    lines = [
        Setting(files=("opencode.json",), path=("mcp", "ackbox"), value=_server(given)),
        Setting(
            files=("opencode.json",), path=("plugin",), value=f"file://{plugin_file}", is_item=True
        ),
        *(
            Setting(files=("opencode.json",), path=("command", f"ackbox:{name}"), value=value)
            for name, value in _commands(given).items()
        ),
    ]
    return Launch(
        files={"ackbox.js": plugin(given)},
        overlays={"opencode.json": (given.environment.get(OWN_SETTINGS, ""), lines)},
        environment={OWN_SETTINGS: f"{directory}/opencode.json"},
    )


PROGRAM = Program(
    name="opencode",
    title="opencode",
    versions="1.18",
    moments=MOMENTS,
    read=read,
    reply=reply,
    executable="opencode",
    package="opencode-ai",
    settings=settings,
    launch=launch,
)
