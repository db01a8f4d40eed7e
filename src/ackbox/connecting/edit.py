"""Edit: add one setting to the text of a file or remove it, in any of the file formats.

No I/O here. Explained in docs/why/reach.md, "Other people's files".
"""

from __future__ import annotations

from typing import Any

from ackbox.connecting import jsonc, toml
from ackbox.connecting.jsonc import BadJson
from ackbox.connecting.toml import BadToml
from ackbox.errors import Conflict, Invalid
from ackbox.programs.setting import Setting, is_ours


def apply(file: str, text: str, setting: Setting) -> str:
    """Return a file's text with a setting added; an empty text is a new file.

    Raises Invalid when the file cannot be read, and Conflict when it has an entry that `connect`
    did not write.
    """
    before = find(file, text, setting.path)
    if setting.is_item:
        if isinstance(before, list) and setting.value in before:
            return text
    elif before is not None:
        if setting.is_default or before == setting.value:
            return text
        raise Conflict(
            f"{file} has {'.'.join(setting.path)!r}, which `ackbox connect` did not write.",
            hint="Remove it or give it another name, then run `ackbox connect` again.",
        )
    try:
        if is_toml(file):
            return toml.put(text, setting.path, setting.value)
        change = jsonc.add if setting.is_item else jsonc.put
        return change(text if text.strip() else "{}\n", setting.path, setting.value)
    except (BadJson, BadToml) as error:
        raise unreadable(file, error) from None


def take_out(file: str, text: str, setting: Setting, before: str | None) -> str:
    """Return a file's text without a setting of ours; `before` is the text before it was added.

    Original content stays, including empty objects and lists. Raises Invalid.
    """
    if setting.is_default:
        return text
    old = None if before is None else _find_or_none(file, before, setting.path)
    found = find(file, text, setting.path)
    try:
        if setting.is_item and isinstance(found, list):
            for index in reversed(range(len(found))):
                is_plain = not isinstance(setting.value, dict) and found[index] == setting.value
                was_there = isinstance(old, list) and found[index] in old
                if (is_plain or is_ours(found[index])) and not was_there:
                    text = jsonc.remove(text, setting.path, index)
                    text = _pruned(text, setting.path, before, file)
        elif not setting.is_item and found is not None and is_ours(found):
            if is_toml(file):
                return toml.remove(text, setting.path)
            text = jsonc.remove(text, setting.path)
            text = _pruned(text, setting.path[:-1], before, file)
    except (BadJson, BadToml) as error:
        raise unreadable(file, error) from None
    return text


def _pruned(text: str, path: tuple[str, ...], before: str | None, file: str) -> str:
    """Remove the lists and objects on a path that are empty now and did not exist before."""
    while path and jsonc.find(text, path) in ([], {}):
        if before is not None and _find_or_none(file, before, path) is not None:
            break
        text = jsonc.remove(text, path)
        path = path[:-1]
    return text


def find(file: str, text: str, path: tuple[str, ...]) -> Any:
    """Return a value of a file, or None. Raises Invalid."""
    if not text.strip():
        return None
    try:
        return toml.find(text, path) if is_toml(file) else jsonc.find(text, path)
    except (BadJson, BadToml) as error:
        raise unreadable(file, error) from None


def _find_or_none(file: str, text: str, path: tuple[str, ...]) -> Any:
    try:
        return find(file, text, path)
    except Invalid:
        return None


def unreadable(file: str, error: Exception) -> Invalid:
    """Return the error for a file that ackbox cannot edit."""
    kind = "TOML" if is_toml(file) else "JSON"
    return Invalid(
        f"{file} cannot be changed as {kind}: {error}.",
        hint="Nothing was changed. Correct the file, then run the command again.",
    )


def is_toml(file: str) -> bool:
    """Whether a file is written in TOML; the others are JSON with comments."""
    return file.endswith(".toml")
