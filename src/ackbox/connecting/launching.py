"""Launching: the settings for one launch of an agent program, without a change to any of the user's
files.

Explained in docs/why/reach.md, "One launch".
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from pathlib import Path

import msgspec

from ackbox.connecting import edit
from ackbox.errors import Invalid, NotFound
from ackbox.private import make_directory, write_private
from ackbox.programs.program import Program
from ackbox.programs.setting import Given, Launch


def executable_of(program: Program, path: str | None) -> str:
    """Return the path of a program. Raises NotFound."""
    found = shutil.which(program.executable, path=path)
    if found is None:
        install = f"Install it with: npm install -g {program.package}" if program.package else ""
        raise NotFound(f"There is no command `{program.executable}` on PATH.", hint=install or None)
    return found


def prepare(program: Program, given: Given, where: Path) -> tuple[list[str], dict[str, str]]:
    """Write the files of a launch below a directory of ours; returns its arguments and variables.

    Raises Invalid, Unavailable.
    """
    if program.launch is None:
        raise Invalid(
            f"{program.title} cannot be launched with ackbox: {program.no_launch}.",
            hint=f"Put ackbox into its settings once with: ackbox connect {program.name}",
        )
    copy = uuid.uuid4().hex
    given = msgspec.structs.replace(given, is_launch=True, copy_id=copy)
    # Equal launches share a directory, so that directories do not accumulate; a different one gets
    # another, because a program may still run in the first.
    texts = _texts(program.launch(given, ""))
    name = hashlib.sha256(json.dumps(sorted(texts.items())).encode()).hexdigest()[:16]
    directory = where / "launches" / f"{program.name}-{name}"
    launch = program.launch(given, str(directory))
    for path, text in _texts(launch).items():
        file = directory / path
        if not file.exists() or file.read_text("utf-8") != text:
            make_directory(file.parent)
            write_private(file, text)
    for path, original in launch.mirrors.items():
        own = {directory / each for each in (*_texts(launch), *launch.mirrors)}
        _mirror(directory / path, Path(os.path.expanduser(original)), own)
    return launch.arguments, {
        **launch.environment,
        "ACKBOX_COPY_ID": copy,
        "ACKBOX_LAUNCH": program.name,
        "ACKBOX_AGENT": given.agent,
        **({"ACKBOX_WORKSPACE": given.workspace} if given.workspace else {}),
    }


def _mirror(directory: Path, original: Path, own: set[Path]) -> None:
    """Link each entry of a directory of the user's into ours, except where ours has its own.

    A program may have replaced a link by a file of its own: the user's file takes precedence.
    """
    make_directory(directory)
    for entry in directory.iterdir():
        if entry.is_symlink() and not entry.exists():
            entry.unlink()
    for target in sorted(original.iterdir()) if original.is_dir() else []:
        link = directory / target.name
        if any(link == each or link in each.parents for each in own):
            continue
        if link.is_dir() and not link.is_symlink():
            continue
        if not (link.is_symlink() and link.readlink() == target):
            link.unlink(missing_ok=True)
            link.symlink_to(target)


def _texts(launch: Launch) -> dict[str, str]:
    """Return the files of a launch: ours, and copies of settings files with our settings added."""
    found = dict(launch.files)
    for path, (original, settings) in launch.overlays.items():
        file = Path(os.path.expanduser(original)) if original else None
        text = file.read_text("utf-8") if file is not None and file.is_file() else ""
        for setting in settings:
            text = edit.apply(path, text, setting)
        found[path] = text
    return found
