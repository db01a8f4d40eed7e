"""Sealed texts in the store: every edition as it was signed, and the content of the newest.

What they say is read by vault/. Explained in docs/why/sealed.md, "Texts of tasks, notes and
sessions".
"""

from __future__ import annotations

import msgspec

from ackbox.store.bound import Bound
from ackbox.store.engine import Row
from ackbox.store.rosters import Link


class KeptText(msgspec.Struct, frozen=True):
    """One row of `sealed_text`; `wraps` is the message key for each reader, base64 by member."""

    seq: int
    link: Link
    header: bytes
    wraps_hash: bytes
    content_hash: bytes
    signature: bytes
    wraps: dict[str, str]
    content: bytes | None


class Texts(Bound):
    """Questions about sealed texts."""

    async def add_text(self, text: KeptText, *, noun: str, object: str, edition: int) -> None:
        """Store an edition, and drop the contents of the ones before it."""
        assert text.content is not None
        await self.run(
            "sealed_text_add",
            seq=text.seq,
            **msgspec.structs.asdict(text.link),
            noun=noun,
            object=object,
            edition=edition,
            header=text.header,
            wraps_hash=text.wraps_hash,
            content_hash=text.content_hash,
            signature=text.signature,
            wraps=msgspec.json.encode(text.wraps).decode(),
            content=text.content,
        )
        await self.run("sealed_text_forget", noun=noun, object=object, edition=edition)

    async def last_text(self, member: str) -> Link | None:
        """Return the link of the text that a member wrote last."""
        row = await self.row("sealed_text_last", member=member)
        return None if row is None else Link(member, row[0], bytes(row[1]))

    async def newest_text(self, noun: str, object: str) -> tuple[int, bytes]:
        """Return the number and hash of an object's newest edition; 0 and zeros for none."""
        row = await self.row("sealed_text_newest", noun=noun, object=object)
        return (0, bytes(32)) if row is None else (row[0], bytes(row[1]))

    async def texts_page(self, *, after: int, most: int) -> list[KeptText]:
        return [_kept(row) for row in await self.rows("sealed_text_page", after=after, most=most)]

    async def text_at(self, seq: int) -> KeptText | None:
        row = await self.row("sealed_text_at", seq=seq)
        return None if row is None else _kept(row)


class Shares(Bound):
    """Questions about keys that members share with newcomers."""

    async def add_share(
        self, seq: int, *, reader: str, body: bytes, signature: bytes, now: int
    ) -> bool:
        """Store a share unless the reader has one of the message; true when it is new."""
        if await self.share_at(seq, reader=reader) is not None:
            return False
        await self.run(
            "sealed_share_add", seq=seq, reader=reader, body=body, signature=signature, now=now
        )
        return True

    async def share_at(self, seq: int, *, reader: str) -> tuple[bytes, bytes] | None:
        """Return body and signature of the share of one message for one reader."""
        row = await self.row("sealed_share_at", seq=seq, reader=reader)
        return None if row is None else (bytes(row[0]), bytes(row[1]))


def _kept(row: Row) -> KeptText:
    return KeptText(
        row[0],
        Link(row[1], row[2], bytes(row[3])),
        bytes(row[4]),
        bytes(row[5]),
        bytes(row[6]),
        bytes(row[7]),
        msgspec.json.decode(row[8]),
        None if row[9] is None else bytes(row[9]),
    )
