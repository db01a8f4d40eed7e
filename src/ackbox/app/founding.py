"""Founding: the first workspace of a database, and the operator's key.

Where that key is kept is said in app/library.py. Explained in docs/why/keys.md, "The operator's
key".
"""

from __future__ import annotations

import logging

from ackbox.errors import BadKey
from ackbox.model.key import digest, matches, mint, parse_key
from ackbox.store.engine import Engine, Transaction
from ackbox.store.store import Store, add_workspace, find_key, find_workspace


async def found(
    engine: Engine, *, workspace: str, operator_key: str | None, label: str, now: int
) -> tuple[str | None, str | None]:
    """Make the first workspace and, unless the given operator key is good, an operator key; return
    the new key, and what to tell of it.

    A given key that the database does not know is taken up, since the database may be new. One that
    was revoked or has expired
    is not, and a new one takes its place. Earlier operator keys are revoked with it: in SQLite all
    of them, in a
    database that several servers share those of the same label.
    """
    given = _key_id(operator_key)

    async def first(tx: Transaction) -> tuple[int, str | None, list[str]]:
        place = await find_workspace(tx, workspace) or await add_workspace(
            tx, name=workspace, mode="open", settings={}, now=now
        )
        row = None if given is None else await find_key(tx, given)
        if (
            row is not None
            and row.role == "operator"
            and operator_key
            and matches(operator_key, row.digest)
            and row.is_good(now)
        ):
            return place.ws, None, []
        text = (
            operator_key
            if operator_key and given is not None and row is None
            else mint("adm").reveal()
        )
        across, older = Store(tx, 0), []
        for each in await across.keys():
            if (
                each.role == "operator"
                and each.is_good(now)
                and (engine.name == "sqlite" or each.label == label)
            ):
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
        return place.ws, text, older

    ws, made, older = await engine.write(first, across=True)
    if not older:
        return made, None

    async def tell(tx: Transaction) -> None:
        for id in older:
            await Store(tx, ws).add_event("key.revoked", at=now, reader=0, subject={"id": id})

    await engine.write(tell, ws=ws)
    notice = (
        f"A new operator key was made, and {len(older)} earlier"
        f" {'one is' if len(older) == 1 else 'ones are'} revoked."
    )
    logging.getLogger(__name__).warning(notice)
    return made, notice


def _key_id(key: str | None) -> str | None:
    """Return the id in a key; null for a damaged one."""
    try:
        return parse_key(key).id if key else None
    except BadKey:
        return None
