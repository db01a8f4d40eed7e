"""Edited: the paths of the files that an agent program changed, read from an event of its hooks.

Paths only, never what was written. Uses only the standard library, because the hook runs at each
tool call; only the hook looks at directories. Explained in docs/why/reach.md, "Edits and claims".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

MAX_FILES, MAX_PATH = 50, 500
# Tools that change the file named by one of PATHS, by their names in the programs.
TOOLS = frozenset(
    {
        *("Edit", "MultiEdit", "NotebookEdit", "Write"),
        *("write_file", "replace"),
        *("edit", "multiedit", "write"),
    }
)
PATHS = ("file_path", "notebook_path", "filePath")
# Tools whose text names the files to change.
PATCHES = frozenset({"apply_patch", "patch", "Bash"})
BEGIN = "*** Begin Patch"
HEADS = ("*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: ")
# An event of its own for an edit.
EDITED = "afterFileEdit"
# Where a program says which project it works in.
PROJECTS = ("CLAUDE_PROJECT_DIR", "GEMINI_PROJECT_DIR", "CURSOR_PROJECT_DIR")


def edited_paths(payload: Mapping[str, Any]) -> list[str]:
    """Return the paths that an event names as changed, as it writes them."""
    named = payload.get("files")
    found = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
    calls = payload.get("tool_calls")
    for call in [payload, *(calls[:MAX_FILES] if isinstance(calls, list) else [])]:
        if isinstance(call, Mapping):
            found += _of_call(call)
    return _bounded(found)


def _of_call(call: Mapping[str, Any]) -> Iterable[str]:
    tool, given = call.get("tool_name"), call.get("tool_input")
    if call.get("hook_event_name") == EDITED and not isinstance(given, Mapping):
        tool, given = "Edit", call
    if not isinstance(given, Mapping) or not isinstance(tool, str):
        return []
    if tool in TOOLS:
        return [path for name in PATHS if isinstance(path := given.get(name), str)]
    if tool in PATCHES:
        texts = [text for text in given.values() if isinstance(text, str) and BEGIN in text]
        return [path for text in texts for path in _in_patch(text)]
    return []


def _in_patch(text: str) -> Iterable[str]:
    for line in text.splitlines():
        for head in HEADS:
            if line.startswith(head):
                yield line[len(head) :].strip()


def _bounded(paths: Iterable[str]) -> list[str]:
    kept = [path for path in dict.fromkeys(paths) if 0 < len(path) <= MAX_PATH]
    return kept[:MAX_FILES]


def relative(paths: Iterable[str], directory: str) -> list[str]:
    """Return paths relative to the project that each lies in: claims are written so.

    A path outside every project stays absolute.
    """
    roots: dict[str, str | None] = {}
    return _bounded(_relative(path, directory, roots) for path in paths)


def _relative(path: str, directory: str, roots: dict[str, str | None]) -> str:
    whole = os.path.normpath(os.path.join(directory, path))
    place = os.path.dirname(whole)
    if place not in roots:
        roots[place] = _root(place) or _declared(whole, directory)
    root = roots[place]
    return whole if root is None else os.path.relpath(whole, root).replace(os.sep, "/")


def _root(place: str) -> str | None:
    """Return the nearest directory above that is under version control."""
    while True:
        if os.path.exists(os.path.join(place, ".git")):
            return place
        above = os.path.dirname(place)
        if above == place:
            return None
        place = above


def _declared(path: str, directory: str) -> str | None:
    places = [os.environ.get(name, "") for name in PROJECTS] + [directory]
    return next(
        (place for place in places if place and path.startswith(place.rstrip("/") + "/")), None
    )
