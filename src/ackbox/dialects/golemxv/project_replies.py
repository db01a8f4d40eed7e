"""GolemXV's file GOLEM.yaml, which describes a project to its agents: a pure function.

Explained in docs/howto/coming-from-golemxv.md.
"""

from __future__ import annotations

import re

import msgspec

from ackbox.dialects.engine.mapping import Object
from ackbox.ops.agent.list import Roster

# Text that YAML reads as text without quotes: it begins with a letter and is no other value.
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
NO_TEXT = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
# GolemXV's hooks refuse an edit under this word; its documentation has `block`.
MODES = {"warn": "warn", "block": "enforce"}


def golem_yaml(_: Object, roster: Roster) -> str:
    name, rules = _scalar(roster.workspace), roster.sessions
    return (
        "project:\n"
        f"  name: {name}\n"
        f"  slug: {name}\n"
        '  description: ""\n'
        "coordination:\n"
        f"  conflict_mode: {MODES[rules.on_conflict]}\n"
        f"  heartbeat_interval_seconds: {rules.heartbeat_s}\n"
        f"  heartbeat_ttl_seconds: {rules.ttl_s}\n"
        "work_areas: []\n"
    )


def _scalar(text: str) -> str:
    """Return text as a YAML value: JSON, which is YAML too, where a plain word would not do."""
    if PLAIN.fullmatch(text) and text.lower() not in NO_TEXT:
        return text
    return msgspec.json.encode(text).decode()
