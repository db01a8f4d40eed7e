"""Installing: add the lines of ackbox to an agent program's files, and restore the files.

Every change is computed before the first file is written. The data directory holds a record for
each file: its original text and a digest of the new one, so that it can restore an unchanged
file byte for byte. Explained in docs/why/reach.md, "Other people's files".
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from ackbox.connecting import edit, files
from ackbox.connecting.files import BOM, Changed, Found
from ackbox.errors import AckboxError, Conflict, Unavailable
from ackbox.private import make_directory, read_private, write_private
from ackbox.programs.program import Program
from ackbox.programs.setting import Given, OwnFile, Setting

ATTEMPTS = 3
RECORDS = "connected"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a file: its agent, its original text, and the digest of the new text."""

    program: str
    agent: str
    path: str
    before: str | None
    written: str
    hook: str = ""
    made: list[str] = []
    is_project: bool = False


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it is, and as it will be: None to delete it."""

    found: Found
    after: str | None
    before: str | None

    @property
    def is_nothing(self) -> bool:
        return self.found.text == self.after


class Place:
    """The places of an installation's files: the home directory or a project, and the records."""

    def __init__(self, project: Path, records: Path) -> None:
        self.project, self.records = project, records / RECORDS

    def find(self, names: Iterable[str]) -> Path:
        """Return the first of these files that exists, or else the first."""
        paths = [self.project / os.path.expanduser(name) for name in names]
        return next((path for path in paths if path.exists() or path.is_symlink()), paths[0])

    def record(self, path: Path) -> Record | None:
        """Return the record of a file."""
        return _load(self._file(path))

    def remember(self, record: Record) -> None:
        """Store a record, and the original text as a file that a person can read."""
        make_directory(self.records.parent)
        file = self._file(Path(record.path))
        write_private(file, json.dumps(msgspec.to_builtins(record), indent=1) + "\n")
        if record.before is not None:
            write_private(file.with_suffix(".before"), record.before)

    def forget(self, path: Path) -> None:
        """Delete the record of a file."""
        self._file(path).unlink(missing_ok=True)
        self._file(path).with_suffix(".before").unlink(missing_ok=True)

    def all(self) -> list[Record]:
        """Return every record, by program."""
        loaded = map(_load, sorted(self.records.glob("*.json")))
        found = [each for each in loaded if each is not None]
        return sorted(found, key=lambda each: (each.program, each.path))

    def _file(self, path: Path) -> Path:
        name = hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()[:16]
        return self.records / f"{path.name.lstrip('.')}-{name}.json"


def _load(file: Path) -> Record | None:
    try:
        return msgspec.json.decode(read_private(file) or "", type=Record)
    except msgspec.DecodeError:
        return None


def plan(program: Program, given: Given, place: Place) -> list[Change]:
    """Return the changes of an installation. Raises Invalid, Conflict, Unavailable."""
    changes = []
    for path, settings in _by_file(program.settings(given), place).items():
        found = files.read(path)
        before = _before(found, place, _every_setting(program, given, place).get(path, settings))
        text = before
        for setting in settings:
            if isinstance(setting, OwnFile):
                _refuse_foreign(path, before, setting)
                text = setting.text
            else:
                mark, body = _without_bom(text or "")
                text = mark + edit.apply(str(path), body, setting)
        changes.append(Change(found=found, after=text, before=before))
    for change in changes:
        if not change.is_nothing:
            files.check_writable(change.found)
    return changes


def install(program: Program, given: Given, place: Place) -> list[Path]:
    """Write an installation; returns the files that changed.

    Raises Invalid, Conflict, Unavailable; nothing has changed then.
    """
    changed: list[Path] = []
    for attempt in range(ATTEMPTS):
        try:
            for change in plan(program, given, place):
                if not change.is_nothing:
                    assert change.after is not None
                    # The record comes first: a file without one could not be restored.
                    _remember(place, program, given, change, [])
                    made = files.write(change.found, change.after)
                    if made:
                        _remember(place, program, given, change, [str(each) for each in made])
                    changed.append(change.found.path)
            return list(dict.fromkeys(changed))
        except Changed as error:
            if attempt == ATTEMPTS - 1:
                raise Unavailable(
                    f"{error} is changed by another program again and again.",
                    hint="Close it, then run the command again.",
                ) from None
    raise AssertionError("unreachable")


def plan_removal(program: Program, given: Given, place: Place) -> list[Change]:
    """Return the changes that remove an installation. Raises Invalid, Unavailable."""
    changes = []
    for path, settings in _every_setting(program, given, place).items():
        found = files.read(path)
        if found.text is None:
            continue
        record = place.record(path)
        after = _before(found, place, settings)
        # Without a record it is unknown whether the file existed before.
        is_new = record is not None and record.before is None
        if after is not None and is_new and _is_empty(str(path), after, settings):
            after = None
        changes.append(Change(found=found, after=after, before=after))
    for change in changes:
        if not change.is_nothing:
            files.check_writable(change.found)
    return changes


def remove(program: Program, given: Given, place: Place) -> list[Path]:
    """Remove an installation; returns the files that changed. Raises Invalid, Unavailable."""
    changed, made = [], []
    for change in plan_removal(program, given, place):
        path = change.found.path
        record = place.record(path)
        if not change.is_nothing:
            try:
                if change.after is None:
                    files.delete(change.found)
                else:
                    files.write(change.found, change.after)
            except Changed:
                raise Unavailable(
                    f"{path} is changed by another program at this moment.",
                    hint="Run the command again.",
                ) from None
            changed.append(path)
        made += record.made if record else []
        place.forget(path)
    for directory in sorted(set(made), key=len, reverse=True):
        # Directories with other content stay.
        with suppress(OSError):
            os.rmdir(directory)
    return changed


def _by_file(
    settings: list[Setting | OwnFile], place: Place
) -> dict[Path, list[Setting | OwnFile]]:
    found: dict[Path, list[Setting | OwnFile]] = {}
    for setting in settings:
        names = (setting.file,) if isinstance(setting, OwnFile) else setting.files
        found.setdefault(place.find(names), []).append(setting)
    return found


def _every_setting(
    program: Program, given: Given, place: Place
) -> dict[Path, list[Setting | OwnFile]]:
    """Return the settings of an installation including the optional permissions."""
    whole = msgspec.structs.replace(given, may_use_tools=True)
    return _by_file(program.settings(whole), place)


def _before(found: Found, place: Place, settings: list[Setting | OwnFile]) -> str | None:
    """Return a file's text without our entries: the original if nobody changed the file since."""
    if found.text is None:
        return None
    record = place.record(found.path)
    if record is not None and record.written == digest(found.text):
        return record.before
    mark, text = _without_bom(found.text)
    before = None if record is None or record.before is None else _without_bom(record.before)[1]
    if record is not None and record.before is None:
        before = ""
    for setting in settings:
        if isinstance(setting, OwnFile):
            return None if _is_own(found.text, setting) else found.text
        text = edit.take_out(str(found.path), text, setting, before)
    return mark + text


def _is_empty(path: str, text: str, settings: list[Setting | OwnFile]) -> bool:
    """Whether a file has nothing left that is worth keeping."""
    kept = _without_bom(text)[1].strip()
    defaults = {
        each.path[0]: each.value
        for each in settings
        if isinstance(each, Setting) and each.is_default
    }
    if not kept or edit.is_toml(path):
        return not kept
    return edit.find(path, kept, ()) in ({}, defaults) and "//" not in kept and "/*" not in kept


def _is_own(text: str, setting: OwnFile) -> bool:
    return text.partition("\n")[0] == setting.text.partition("\n")[0]


def _refuse_foreign(path: Path, before: str | None, setting: OwnFile) -> None:
    if before is not None and not _is_own(before, setting):
        raise Conflict(
            f"{path} is there, and `ackbox connect` did not write it.",
            hint="Move it away, then run `ackbox connect` again.",
        )


def _remember(
    place: Place, program: Program, given: Given, change: Change, made: list[str]
) -> None:
    assert change.after is not None
    earlier = place.record(change.found.path)
    place.remember(
        Record(
            program=program.name,
            agent=given.agent,
            path=str(change.found.path),
            before=change.before,
            written=digest(change.after),
            hook=given.hook_line,
            made=[*(earlier.made if earlier else []), *made],
            is_project=given.is_project,
        )
    )


def _without_bom(text: str) -> tuple[str, str]:
    return (BOM, text[1:]) if text.startswith(BOM) else ("", text)


def digest(text: str) -> str:
    """Return the SHA-256 of a file's text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def holds(record: Record) -> str | None:
    """Return the fault of an installed file, or None if it has none."""
    try:
        text = files.read(Path(record.path)).text
    except AckboxError as error:
        return error.message
    if text is None:
        return f"{record.path} is gone"
    return None if "ackbox" in text else f"{record.path} no longer names ackbox"
