"""The checks of `ackbox doctor`: what was found, and what to do about it.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import os
import platform
import shutil
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ackbox import __version__, config
from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.running import is_held, read_server
from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import ago
from ackbox.private import OTHERS, check_directory

if TYPE_CHECKING:
    from ackbox.faces.cli.context import CliContext

Finding = dict[str, str]


def examine(ctx: CliContext) -> list[Finding]:
    """Return a finding for each check: ok, warn or bad, what was found, what to do."""
    where: Path = ctx.data_dir
    return [
        _python(),
        _sqlite(),
        _directory(where),
        _key(where),
        *_open_files(where),
        _room(where),
        *_file(where),
        *_vaults(where),
        *_server(ctx, where),
        *_programs(where),
    ]


def _finding(state: str, what: str, seen: str, do: str = "") -> Finding:
    return {"state": state, "what": what, "seen": seen, "do": do}


def _vaults(where: Path) -> list[Finding]:
    """Return a finding on each sealed workspace that this machine has a key for."""
    from ackbox.client.vaults import vaults_in

    found = []
    for vault in vaults_in(where):
        name = f"{vault.profile.agent} in {vault.profile.workspace}"
        try:
            with vault.locked() as kept:
                assert kept.keys
                codes = sorted(kept.state.problems.values())
        except AckboxError as error:
            found.append(_finding("bad", "vault", f"{name}: {error.message}", error.hint or ""))
            continue
        if codes:
            counted = ", ".join(f"{code} {codes.count(code)}" for code in dict.fromkeys(codes))
            seen = f"{name}: messages that do not hold: {counted}"
            found.append(_finding("bad", "vault", seen, "ackbox vault verify"))
        else:
            found.append(_finding("ok", "vault", f"{name}: every message held"))
    return found


def _python() -> Finding:
    return _finding(
        "ok", "python", f"{platform.python_version()} on {platform.system()}, ackbox {__version__}"
    )


def _sqlite() -> Finding:
    from ackbox.store.engines.sqlite_setup import is_safe, linked_version

    version = linked_version()
    if not is_safe(version):
        return _finding(
            "bad",
            "sqlite",
            f"{version} is linked; this version can corrupt a database",
            "pip install --upgrade apsw",
        )
    return _finding("ok", "sqlite", f"{version} is linked; every commit is synced")


def _directory(where: Path) -> Finding:
    if not where.exists():
        return _finding("ok", "data", f"{where} does not exist yet; `ackbox up` creates it")
    try:
        check_directory(where)
    except OSError as error:
        return _finding(
            "bad", "data", f"{where}: {error.strerror}", "choose another with --data-dir"
        )
    except AckboxError as error:
        return _finding("bad", "data", error.message, error.hint or "")
    if not os.access(where, os.W_OK):
        return _finding("bad", "data", f"{where} is not writable", f"chmod 700 {where}")
    if where.stat().st_mode & OTHERS:
        return _finding(
            "warn",
            "data",
            f"other users can read {where}",
            f"chmod 700 {where}, or restart the server, which does it",
        )
    return _finding("ok", "data", str(where))


def _key(where: Path) -> Finding:
    path = where / "operator.key"
    if not path.exists():
        return _finding("ok", "key", "no operator key yet; the first `ackbox up` creates one")
    if path.is_symlink():
        return _finding(
            "bad",
            "key",
            f"{path} is a symbolic link; ackbox does not follow it",
            "put the file itself there",
        )
    if path.stat().st_uid != os.geteuid():
        return _finding(
            "bad",
            "key",
            f"{path} belongs to another user (uid {path.stat().st_uid})",
            f"chown it to you (uid {os.geteuid()})",
        )
    if path.stat().st_mode & OTHERS:
        return _finding(
            "bad",
            "key",
            f"other users can read {path}",
            f"chmod 600 {path}, then: ackbox key rotate",
        )
    return _finding("ok", "key", f"{path}, readable by you only")


def _open_files(where: Path) -> list[Finding]:
    """Return a finding for files that other users can read or write: in the data directory, and
    the settings file.
    """
    try:
        places = [*where.iterdir(), config.file()]
    except OSError:
        places = [config.file()]
    found = [
        path
        for path in places
        if path.is_file()
        and path.stat().st_mode & OTHERS
        and path.name != "operator.key"
        and (path != config.file() or any(config.in_file(name) for name in config.SECRET))
    ]
    if not found:
        return []
    names = [str(path) for path in sorted(found)]
    return [
        _finding(
            "warn",
            "files",
            f"other users can read {', '.join(names)}",
            f"chmod 600 {' '.join(names)}",
        )
    ]


def _room(where: Path) -> Finding:
    there = next(path for path in (where, *where.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < 1 << 29:
        return _finding(
            "bad",
            "disk",
            f"{free >> 20} MB free",
            "free disk space; a full disk stops sends",
        )
    return _finding("ok" if free > 1 << 31 else "warn", "disk", f"{free / (1 << 30):.1f} GB free")


def _file(where: Path) -> list[Finding]:
    """Return a finding on the file of an SQLite database; none for another database."""
    from ackbox.store.damage import RESTORE, find_damage

    try:
        server = read_server(where) or {}
    except AckboxError:
        # The check of the server says why.
        server = {}
    url = server.get("options", {}).get("database") or config.database()
    url = url or f"sqlite:///{where}/ackbox.db"
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path.exists():
        return []
    try:
        found = find_damage(path)
    except OSError as error:
        return [_finding("bad", "file", f"{path} cannot be read: {error}", "check the disk")]
    if found is None:
        seen = f"{path}: no damage found in a minute; the check is not over"
        return [_finding("ok", "file", seen)]
    if found:
        return [_finding("bad", "file", f"{path} is damaged: {'; '.join(found)}", RESTORE)]
    return [_finding("ok", "file", f"{path}: SQLite's quick check found no damage")]


def _server(ctx: CliContext, where: Path) -> list[Finding]:
    try:
        server = read_server(where)
    except AckboxError as error:
        return [_finding("bad", "server", error.message, error.hint or "")]
    url = ctx.setting("url") or (server["url"] if server else None)
    if url is None:
        return [_finding("warn", "server", f"none is running on {where}", "ackbox up")]
    try:
        started = time.monotonic()
        # Without a key: a later check asks whether one belongs to this address.
        body, date = HttpCaller(url.rstrip("/"), None).health()
        took_ms = (time.monotonic() - started) * 1000
    except NoServer:
        gone = _finding(
            "bad",
            "server",
            f"{url} does not answer",
            "ackbox stop, then ackbox up; see server.log in the data directory",
        )
        return [gone, *(_calls(ctx) if ctx.setting("url") else [])]
    healthy = body == {"status": "ok"}
    found = [_finding("ok" if healthy else "bad", "server", f"{url} answers in {took_ms:.0f} ms")]
    if server and server.get("version") != __version__:
        found.append(
            _finding(
                "warn",
                "version",
                f"the server is {server['version']}, this command is {__version__}",
                "ackbox stop, then ackbox up",
            )
        )
    found += [
        _finding(
            "warn", "port", notice, "if one server is enough, stop the other with: ackbox stop"
        )
        for notice in (server or {}).get("notices", [])
    ]
    return [*found, _clock(date), *_calls(ctx)]


def _clock(date: str | None) -> Finding:
    if date is None:
        return _finding("ok", "clock", "the server sends no time")
    away_s = abs(parsedate_to_datetime(date).timestamp() - time.time())
    return _finding(
        "ok" if away_s < 5 else "warn",
        "clock",
        f"{away_s:.0f} s from the server",
        "" if away_s < 5 else "set both clocks by NTP",
    )


def _calls(ctx: CliContext) -> list[Finding]:
    try:
        server = ctx.server
        started = time.monotonic()
        me: dict[str, Any] = server.call("agent.whoami", {})
        took_ms = (time.monotonic() - started) * 1000
    except NoServer as error:
        return [_finding("bad", "key", str(error), "ackbox up")]
    except AckboxError as error:
        return [_finding("bad", "key", error.message, error.hint or "")]
    called = (
        f"a call as {me['agent'] or 'operator'} ({me['role']}) in {me['workspace']} took"
        f" {took_ms:.0f} ms"
    )
    return [_finding("ok", "call", called), _socket(server), *_database(server)]


def _socket(server: HttpCaller) -> Finding:
    """Return a finding on WebSockets: a proxy may pass HTTP calls but no sockets."""
    from ackbox.client.staying import probe

    try:
        started = time.monotonic()
        probe(server)
        return _finding(
            "ok",
            "socket",
            f"a WebSocket opened and answered in {(time.monotonic() - started) * 1000:.0f} ms",
        )
    except (NoServer, AckboxError) as error:
        return _finding(
            "bad",
            "socket",
            f"no WebSocket opens at {server.path('/ws')}: {error}",
            "let the proxy pass Upgrade and Connection; see docs/howto/run-on-a-server.md",
        )


def _database(server: HttpCaller) -> list[Finding]:
    """Return a finding on the database; none for a key without the server scope."""
    try:
        status = server.call("server.status", {})
    except (NoServer, AckboxError):
        return []
    skew_ms = status.get("clock_skew_ms")
    return [
        *([] if skew_ms is None else [_skew(skew_ms)]),
        _finding(
            "ok" if status["backup"] else "warn",
            "database",
            database_line(status),
            "" if status["backup"] else "ackbox backup FILE",
        ),
    ]


def _skew(skew_ms: int) -> Finding:
    """Return a finding on the server's clock beside that of PostgreSQL, which all servers share."""
    is_near = abs(skew_ms) < 2000
    return _finding(
        "ok" if is_near else "warn",
        "time",
        f"the server's clock is {skew_ms / 1000:+.1f} s from the database's",
        "" if is_near else "set both clocks by NTP; schedules and presence follow them",
    )


def database_line(instance: dict[str, Any]) -> str:
    """Return the size, sockets and last backup of a server, in one line."""
    copy = instance["backup"]
    age = ago(copy["made_at"]) if copy else ""
    copied = (
        f"last backup {age if age == 'now' else f'{age} ago'}, checked by {copy['verified']}"
        if copy
        else "no backup"
    )
    return f"{instance['database_bytes'] / 1e6:,.1f} MB, {instance['sockets']} sockets, {copied}"


def _programs(where: Path) -> list[Finding]:
    """Return a finding for each agent program that `ackbox connect` wrote to."""
    from ackbox.connecting.install import Place, holds
    from ackbox.connecting.proof import check_hook
    from ackbox.programs import PROGRAMS

    records = [each for each in Place(Path.cwd(), where).all() if each.program in PROGRAMS]
    found = []
    for name, agent in dict.fromkeys((each.program, each.agent) for each in records):
        program = PROGRAMS[name]
        own = [each for each in records if (each.program, each.agent) == (name, agent)]
        again = f"ackbox connect {name} --as {agent}"
        broken = next((why for each in own if (why := holds(each)) is not None), None)
        hook = next((each.hook for each in own if each.hook), None)
        if broken is not None:
            found.append(_finding("bad", name, broken, again))
            continue
        # Without a server the line above says what to do.
        proof = check_hook(hook, os.environ) if hook and is_held(where) else None
        if proof is not None and not proof.works:
            found.append(_finding("bad", name, f"its hook fails: {proof.seen}", again))
            continue
        reaches = ", and its hook reaches the server" if proof is not None else ""
        seen = f"{program.title} is connected as {agent}{reaches}"
        found.append(_finding("ok", name, seen, program.trust))
    return found
