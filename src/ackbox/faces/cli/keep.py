"""Export and backup: export, log, import, backup.

Explained in docs/howto/back-up-and-move.md.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NoReturn

import click

from ackbox.client.http import HttpCaller
from ackbox.faces.cli.context import REFUSED, CliContext
from ackbox.faces.cli.verb import verb
from ackbox.faces.terminal_text import as_json, plain
from ackbox.private import open_private

VERBS: dict[str, click.Command] = {}
FORMAT, VERSION = "ackbox-workspace", 1
PARTS = ("reader", "roster", "message", "event", "schedule", "task", "session", "note")
WEBHOOK = ("to", "subject", "body", "form", "intent", "priority", "created_by")
BATCH_BYTES = 2_000_000
BATCH = 500
COPY_S = 6 * 3600.0


class Progress:
    """Progress on stderr with count, rate and time left.

    One changing line on a terminal; elsewhere, if asked for, a line every five seconds.
    """

    def __init__(self, what: str, total: int | None, *, shown: bool) -> None:
        self._what, self._total, self._shown = what, total, shown
        self._started_at = self._printed_at = time.monotonic()
        self.count = 0

    def add(self, many: int, *, is_last: bool = False) -> None:
        self.count += many
        now = time.monotonic()
        live = sys.stderr.isatty()
        if not (live or self._shown) or (
            not is_last and now - self._printed_at < (0.1 if live else 5)
        ):
            return
        self._printed_at = now
        rate = self.count / max(now - self._started_at, 0.001)
        left = (
            f"   {(self._total - self.count) / rate:,.0f} s left"
            if self._total and rate and not is_last
            else ""
        )
        of = f" of {self._total:,}" if self._total else ""
        click.echo("\r" if live else "", err=True, nl=False)
        click.echo(
            plain(f"{self._what}  {self.count:,}{of}   {rate:,.0f}/s{left}   "),
            err=True,
            nl=not live or is_last,
        )


@verb("export", VERBS)
@click.argument("file", default="-")
@click.option("--progress", is_flag=True, help="Show progress even without a terminal.")
def export(ctx: CliContext, file: str, progress: bool) -> None:
    """Export a workspace to a file: messages, receipts, events, tasks, notes.

    Example: ackbox -w shop export shop.jsonl

    The file also holds sessions and schedules, but no API keys and no webhook secrets. The server
    keeps accepting messages; the file holds the state at the start of the export. Without FILE, or
    with -, the command writes to standard output.
    """
    if file == "-":
        _export(ctx, sys.stdout, progress)
        return
    path = Path(file)
    if path.exists():
        ctx.fail(
            REFUSED,
            "conflict",
            f"{path} exists already.",
            "Choose another name: ackbox overwrites no file.",
        )
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "x", encoding="utf-8", opener=_for_owner) as out:
            summary = _export(ctx, out, progress)
        part.rename(path)
    except OSError as error:
        ctx.fail(
            REFUSED,
            "invalid",
            f"{path} cannot be written: {error.strerror}.",
            "Choose another path.",
        )
    finally:
        part.unlink(missing_ok=True)
    ctx.show(
        summary | {"file": str(path)},
        lambda of: (
            f"wrote {of['file']}: {of['message']:,} messages, {of['reader']:,} readers, "
            f"{of['event']:,} events, {of['task']:,} tasks, {of['note']:,} notes, "
            f"sha256 {of['sha256'][:16]}…\nImport it with: ackbox import {of['file']}"
        ),
    )


def _for_owner(name: str, flags: int) -> int:
    return open_private(Path(name), flags)


def _export(ctx: CliContext, out: IO[str], progress: bool) -> dict[str, Any]:
    first = ctx.call("workspace.export", limit=1)
    upto = first["upto"]
    hashed = hashlib.sha256()

    def write(line: dict[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
        hashed.update(text.encode())
        out.write(text)

    write(
        {
            "format": FORMAT,
            "version": VERSION,
            "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **{name: first[name] for name in ("workspace", "mode", "settings", "upto")},
            "webhooks": _webhooks(ctx),
            **({"sealed": True} if first.get("sealed") else {}),
        }
    )
    progress_line, counts = Progress("exporting", upto, shown=progress), dict.fromkeys(PARTS, 0)
    for part in PARTS:
        after: int | None = 0
        while after is not None:
            page = ctx.call("workspace.export", part=part, after=after, upto=upto)
            for record in page["records"]:
                write({part: record})
            counts[part] += len(page["records"])
            progress_line.add(len(page["records"]) if part in ("message", "event") else 0)
            after = page["after"]
    summary = {**counts, "sha256": hashed.hexdigest()}
    out.write(json.dumps({"end": summary}, separators=(",", ":")) + "\n")
    progress_line.add(0, is_last=True)
    return summary


def _webhooks(ctx: CliContext) -> list[dict[str, Any]]:
    """Return the webhooks of a workspace, without their secrets and addresses."""
    return [{name: each[name] for name in WEBHOOK} for each in ctx.call("webhook.list")["webhooks"]]


def _again(workspace: str, webhook: dict[str, Any]) -> str:
    """Return the command that creates a webhook anew, with a new address and secret."""
    flags = [
        f"--{name} {shlex.quote(str(webhook[name]))}"
        for name in ("subject", "form", "intent", "priority")
        if webhook[name]
    ]
    words = " ".join(shlex.quote(webhook[name]) for name in ("to", "body"))
    return (
        f"ackbox -w {shlex.quote(workspace)} --as {shlex.quote(webhook['created_by'])} webhook"
        f" create {' '.join(flags)} -- {words}"
    )


@verb("log", VERBS)
def log(ctx: CliContext) -> None:
    """Print the event log with full messages, oldest first, as JSON lines.

    Example: ackbox -w shop log > shop-log.jsonl

    Each line has id, type, timestamp and payload. Ids are the same in every run, so you can
    compare two logs.
    """
    cursor, has_more = None, True
    while has_more:
        page = ctx.call("event.log", limit=200, cursor=cursor)
        for line in page["lines"]:
            click.echo(as_json(line))
        cursor, has_more = page["cursor"], page["has_more"]


@verb("import", VERBS)
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Count what would be new; store nothing.")
@click.option("--progress", is_flag=True, help="Show progress even without a terminal.")
def import_(ctx: CliContext, file: str, dry_run: bool, progress: bool) -> None:
    """Import an exported workspace, with its ids, receipts and marks.

    Example: ackbox import shop.jsonl -w shop-copy

    The command checks the file before it stores anything. Without -w the file goes into a workspace
    of the exported name, which is created if it is missing. Existing records stay as they are, so
    importing again changes nothing and completes an interrupted import. Webhook secrets are not in
    the file: the command prints how to create each webhook again.
    """
    try:
        with _reread(file) as lines:
            header, end = _check(ctx, lines)
            name = ctx.setting("workspace") or header["workspace"]
            ctx.options["workspace"] = name
            is_missing = name not in [
                each["name"] for each in ctx.call("workspace.list", workspace=None)["workspaces"]
            ]
            if not is_missing:
                _store(ctx, lines, header, end, only_look=True, shown=progress)
            elif not dry_run:
                ctx.call(
                    "workspace.create",
                    workspace=None,
                    name=name,
                    mode=header["mode"],
                    sealed=header.get("sealed", False),
                    **header["settings"],
                )
            done = (
                {"new": sum(end[part] for part in PARTS), "known": 0}
                if dry_run and is_missing
                else _store(ctx, lines, header, end, only_look=dry_run, shown=progress)
            )
            webhooks = header.get("webhooks", [])
            here = _webhooks(ctx) if webhooks and not (dry_run and is_missing) else []
            left_out = [_again(name, each) for each in webhooks if each not in here]
    except OSError as error:
        ctx.fail(
            REFUSED,
            "invalid",
            f"{file} cannot be read: {error.strerror}.",
            "Pass a file that `ackbox export` wrote.",
        )
    ctx.show(
        {"workspace": name, **done, "webhooks_left_out": left_out},
        lambda of: _imported(of, dry_run),
    )


def _imported(of: dict[str, Any], dry_run: bool) -> str:
    lines = [
        f"{of['workspace']}: {of['new']:,} new, {of['known']:,}"
        f" existing{'; nothing was stored' if dry_run else ''}"
    ]
    if of["webhooks_left_out"]:
        lines += [
            (
                f"{len(of['webhooks_left_out'])} webhooks not imported, because their secrets are"
                " not in the file. Create each again with:"
            ),
            *(f"  {command}" for command in of["webhooks_left_out"]),
        ]
    return "\n".join(lines)


def _reread(file: str) -> IO[bytes]:
    """Open a file so that it can be read twice; standard input goes to a temporary file."""
    if file != "-":
        return open(file, "rb")
    aside = tempfile.TemporaryFile()  # noqa: SIM115  (returned open: the caller reads it twice and closes it)
    while part := sys.stdin.buffer.read(1 << 20):
        aside.write(part)
    return aside


def _check(ctx: CliContext, lines: IO[bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the last line of a complete, undamaged export.

    Ends the program for any other file.
    """

    def refuse(what: str) -> NoReturn:
        ctx.fail(
            REFUSED,
            "invalid",
            f"This is not a complete export: {what}.",
            "Nothing was stored. Export or copy the file again.",
        )

    hashed, counts, header, end = hashlib.sha256(), dict.fromkeys(PARTS, 0), None, None
    lines.seek(0)
    for number, line in enumerate(lines, 1):
        if end is not None:
            refuse(f"line {number} comes after the last line")
        try:
            record = json.loads(line)
        except ValueError:
            refuse(f"line {number} is not JSON")
        if number == 1:
            if not isinstance(record, dict) or record.get("format") != FORMAT:
                refuse("the first line is no export header")
            if record.get("version") != VERSION:
                refuse(
                    f"it has version {record.get('version')}, this program reads version {VERSION}"
                )
            header = record
        elif "end" in record:
            # A file of an older version has fewer parts.
            end = {**dict.fromkeys(PARTS, 0), **record["end"]}
            continue
        else:
            part = next(iter(record), "")
            if part not in counts:
                refuse(f"line {number} holds an unknown record")
            counts[part] += 1
        hashed.update(line)
    if header is None or end is None:
        refuse("the last line is missing")
    if end != {**counts, "sha256": hashed.hexdigest()}:
        refuse("the checksum or the counts do not match")
    return header, end


def _store(
    ctx: CliContext,
    lines: IO[bytes],
    header: dict[str, Any],
    end: dict[str, Any],
    *,
    only_look: bool,
    shown: bool,
) -> dict[str, int]:
    progress_line = Progress(
        "checking" if only_look else "importing", sum(end[part] for part in PARTS), shown=shown
    )
    done = {"new": 0, "known": 0}
    for part, records in _batches(lines):
        answer = ctx.call(
            "workspace.import", part=part, records=records, upto=header["upto"], only_look=only_look
        )
        done = {name: done[name] + answer[name] for name in done}
        progress_line.add(len(records))
    progress_line.add(0, is_last=True)
    return done


def _batches(lines: IO[bytes]) -> Iterator[tuple[str, list[Any]]]:
    part, size = "", 0
    records: list[Any] = []
    lines.seek(0)
    for line in lines:
        kind, record = next(iter(json.loads(line).items()))
        if kind not in PARTS:
            continue
        if records and (kind != part or len(records) == BATCH or size + len(line) > BATCH_BYTES):
            yield part, records
            records, size = [], 0
        part, size = kind, size + len(line)
        records.append(record)
    if records:
        yield part, records


@verb("backup", VERBS)
@click.argument("dest")
def backup(ctx: CliContext, dest: str) -> None:
    """Copy the database while the server runs, and check the copy.

    Example: ackbox backup ~/ackbox-2026-11-21.db

    The copy holds API keys: protect it like the data directory. Start a copy of SQLite with:
    ackbox up --database sqlite:////path/to/copy. Restore a copy of PostgreSQL with pg_restore.
    """
    elsewhere = ctx.setting("url")
    if elsewhere and not HttpCaller(elsewhere, None).is_here:
        ctx.fail(
            REFUSED,
            "invalid",
            f"The server at {elsewhere} is on another machine, and writes the copy there.",
            "Run this on that machine.",
        )
    ctx.timeout_s = COPY_S
    made = ctx.call("server.backup", path=str(Path(dest).expanduser().absolute()))
    ctx.show(
        made,
        lambda of: (
            f"Copied to {of['path']}: {of['bytes'] / 1e6:,.1f} MB, checked by {of['verified']}"
        ),
    )
