"""Collisions: edits of an agent program, held against the files that others claim.

The server reports a collision once for each claim and path: to the editor in the reply to its
event, and to the holder of the claim by an event and at the holder's next hook. Explained in
docs/why/reach.md, "Edits and claims".
"""

from __future__ import annotations

import msgspec

from ackbox.model.program import Collision
from ackbox.ops.rules.overlap import Overlap
from ackbox.ops.session.list import overlaps
from ackbox.ops.table import Context, NeedsWrite
from ackbox.store.programs import Memory, ProgramSession
from ackbox.store.readers import Reader

# Maximum numbers for one session: unreported collisions, and reported ones.
MAX_WAITING, MAX_TOLD = 20, 500
# Maximum number of the holder's sessions that get the report, among those active within a day.
MAX_SESSIONS = 10
DAY_MS = 86_400_000


async def note_edits(
    context: Context, me: Reader, session: ProgramSession, memory: Memory, files: list[str]
) -> Memory:
    """Compare edited files with the claims of others, report collisions to the holders, and return
    the memory with the collisions to report to the editor.

    Raises NeedsWrite when there is news.
    """
    if not files:
        return memory
    found = [
        each for each in await overlaps(context, me.reader, None, files) if not _is_own(each, me)
    ]
    present = {(_holder(each), path) for each in found for path in each.files}
    # A claim that had ended by this edit is news when it comes again.
    told = [key for key in memory.collided if key[1] not in files or tuple(key) in present]
    news = [(each, _untold(each, told)) for each in found]
    news = [(each, paths) for each, paths in news if paths]
    if not news and told == memory.collided:
        return memory
    if not context.store.tx.writable:
        raise NeedsWrite
    for each, paths in news:
        await _tell_holder(context, me, session, each, paths)
    added = [(_holder(each), path) for each, paths in news for path in paths]
    collisions = [
        Collision(agent=each.agent, instance=each.instance, files=paths) for each, paths in news
    ]
    return _with(memory, [*told, *added], collisions)


def _with(memory: Memory, told: list[tuple[str, str]], news: list[Collision]) -> Memory:
    return msgspec.structs.replace(
        memory,
        collided=told[-MAX_TOLD:],
        collisions=[*memory.collisions, *news][:MAX_WAITING],
    )


def _is_own(claim: Overlap, me: Reader) -> bool:
    """Whether a claim is the editor's own: that of its agent holds for its instances."""
    return claim.agent == me.name and claim.instance in (None, me.instance)


def _holder(claim: Overlap) -> str:
    return f"{claim.agent}/{claim.instance or ''}"


def _untold(claim: Overlap, told: list[tuple[str, str]]) -> list[str]:
    known = {path for holder, path in told if holder == _holder(claim)}
    return [path for path in claim.files if path not in known]


async def _tell_holder(
    context: Context, me: Reader, session: ProgramSession, claim: Overlap, files: list[str]
) -> None:
    """Give the news to the sessions of who holds the claim, and write the event."""
    store = context.store
    holder = await store.reader(claim.agent, claim.instance)
    if holder is None:
        return
    news = Collision(agent=me.name, instance=me.instance, files=files, is_claim_mine=True)
    since = context.now - DAY_MS
    for each in await store.program_sessions_of(holder.reader, since=since, most=MAX_SESSIONS):
        is_me = (each.program, each.id) == (session.program, session.id)
        if each.activity != "gone" and not is_me:
            memory = _with(each.memory, each.memory.collided, [news])
            await store.put_program_session(msgspec.structs.replace(each, memory=memory))
    subject = {
        "agent": claim.agent,
        "instance": claim.instance,
        "by": me.name,
        "by_instance": me.instance,
        "files": files,
    }
    context.rings.add(
        await store.add_event(
            "claim.collided", at=context.now, reader=holder.agent, subject=subject
        )
    )
