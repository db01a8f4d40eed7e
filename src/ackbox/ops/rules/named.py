"""Named messages: what an id, a number (`42`, `#42`) or the beginning of an id names.

Whether the caller may see it is the work of seeing.py and of the operation.
Explained in docs/reference/message.md.
"""

from __future__ import annotations

import re

from ackbox.errors import NotFound
from ackbox.ops.rules.seeing import Seen, see_each
from ackbox.ops.table import Call, Context
from ackbox.store.messages import Stored

# An id begins with a zero for the next centuries, and no number does.
NUMBER = re.compile(r"#?[1-9][0-9]{0,17}", re.ASCII)
# As many digits of an id as no name of an agent is likely to be.
BEGINNING = re.compile(r"[0-9a-f]{8,31}", re.ASCII)
# The messages of one beginning that are looked at: an id begins with its time, in milliseconds.
MAX_OF_ONE_BEGINNING = 50


async def named_messages(context: Context, text: str) -> list[Stored]:
    """Return the messages that a text names; more than one only for the beginning of an id."""
    if NUMBER.fullmatch(text):
        row = await context.store.message_at(int(text.removeprefix("#")))
    else:
        row = await context.store.message(text)
        if row is None and BEGINNING.fullmatch(text):
            return await context.store.messages_of_beginning(text, MAX_OF_ONE_BEGINNING)
    return [] if row is None else [row]


async def find_seen(
    context: Context,
    call: Call,
    text: str,
    *,
    field: str = "id",
    message: str = "There is no such message.",
    hint: str = "Use an id that a reading call returned.",
) -> Seen:
    """Return a message that the caller may see, by its id, its number or the beginning of its id.

    Raises NotFound, also when more than one message begins so.
    """
    found = await see_each(context, call, await named_messages(context, text))
    if len(found) > 1:
        raise NotFound(
            f"{len(found)} messages or more have an id that begins with {text!r}.",
            hint="Give more digits of the id, or the number, such as #42.",
            field=field,
        )
    if not found:
        raise NotFound(message, hint=hint, field=field)
    return found[0]
