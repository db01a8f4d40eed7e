"""Founding: the first workspace of a database, the operator's key, and the key of the port without
keys.

app/library.py keeps these keys in files. Explained in docs/why/keys.md, "The operator's key".
"""

from __future__ import annotations

import logging

from ackbox.errors import BadKey
from ackbox.model.key import digest, matches, mint, parse_key
from ackbox.store.engine import Engine, Transaction
from ackbox.store.store import KeyRow, Store, add_workspace, find_key, find_workspace


async def found(
    engine: Engine, *, workspace: str, operator_key: str | None, label: str, now: int
) -> tuple[str | None, str | None]:
    """Create the first workspace and, unless `operator_key` is valid, an operator key.

    Returns the new key, and a notice about revoked ones. A key that the database does not know is
    adopted, since the database may be new; a revoked or expired one is replaced.
    """

    async def first(tx: Transaction) -> tuple[int, str | None, list[str]]:
        row = await find_workspace(tx, workspace) or await add_workspace(
            tx, name=workspace, mode="open", settings={}, now=now
        )
        id = _key_id(operator_key)
        known = None if id is None else await find_key(tx, id)
        if operator_key and known is not None and _is_operator(known, operator_key, now):
            return row.ws, None, []
        adopted = operator_key if id is not None and known is None else None
        text = adopted or mint("adm").reveal()
        older = await _replace_keys(
            tx, text, label=label, every_label=engine.name == "sqlite", now=now
        )
        return row.ws, text, older

    ws, made, older = await engine.write(first, across=True)
    if not older:
        return made, None

    async def report(tx: Transaction) -> None:
        for id in older:
            await Store(tx, ws).add_event("key.revoked", at=now, reader=0, subject={"id": id})

    await engine.write(report, ws=ws)
    notice = (
        f"A new operator key was made, and {len(older)} earlier"
        f" {'one is' if len(older) == 1 else 'ones are'} revoked."
    )
    logging.getLogger(__name__).warning(notice)
    return made, notice


async def found_keyless(
    engine: Engine, *, workspace: str, key: str | None, may_speak_as: list[str], now: int
) -> str | None:
    """Return a new key for the port without keys, or null if `key` is good for exactly these names.

    It is an agent's key of one workspace without a name: it speaks only as what the names match.
    """

    async def look(tx: Transaction) -> tuple[int, KeyRow | None]:
        row, id = await find_workspace(tx, workspace), _key_id(key)
        assert row is not None
        return row.ws, None if id is None else await find_key(tx, id)

    ws, known = await engine.read(look, across=True)
    if key is not None and known is not None:
        facts = (known.ws, known.role, known.agent, known.may_speak_as)
        is_same = facts == (ws, "agent", None, may_speak_as)
        if is_same and matches(key, known.digest) and known.is_good(now):
            return None
    made = mint("agt").reveal()

    async def add(tx: Transaction) -> None:
        await Store(tx, ws).add_key(
            id=parse_key(made).id,
            digest=digest(made),
            role="agent",
            agent=None,
            may_speak_as=may_speak_as,
            label="the port without keys",
            now=now,
            expires_at=None,
        )

    await engine.write(add, ws=ws)
    return made


def _is_operator(row: KeyRow, key: str, now: int) -> bool:
    return row.role == "operator" and matches(key, row.digest) and row.is_good(now)


async def _replace_keys(
    tx: Transaction, text: str, *, label: str, every_label: bool, now: int
) -> list[str]:
    """Store an operator key and return the ids of the operator keys that it replaces.

    Servers that share a database have a label each, and replace only the keys with theirs.
    """
    across, older = Store(tx, 0), []
    for each in await across.keys():
        if each.role == "operator" and each.is_good(now) and (every_label or each.label == label):
            await across.revoke_key(each.id, now=now)
            older.append(each.id)
    await across.add_key(
        id=parse_key(text).id,
        digest=digest(text),
        role="operator",
        agent=None,
        may_speak_as=["*"],
        label=label,
        now=now,
        expires_at=None,
    )
    return older


def _key_id(key: str | None) -> str | None:
    """Return the id in a key; null for a damaged one."""
    try:
        return parse_key(key).id if key else None
    except BadKey:
        return None
