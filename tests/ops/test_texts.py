"""Text that an engine cannot keep is refused in every field, on both engines, with the same
words.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ackbox.errors import AckboxError
from ackbox.ops.access import ALLOWED
from ackbox.ops.table import OPERATIONS
from tests.engines import Post

pytestmark = pytest.mark.anyio
HARM = {"a NUL character": "a\0b", "half of a surrogate pair: half an emoji": "a\ud800b"}


def text_fields() -> list[tuple[str, str]]:
    return [
        (name, field.name)
        for name, operation in OPERATIONS.items()
        if operation.scope in ALLOWED["operator"]
        for field in msgspec.structs.fields(operation.params)
        if "str" in str(field.type) and "Literal" not in str(field.type)
    ]


@pytest.mark.parametrize("what", HARM)
async def test_no_field_takes_it(post: Post, what: str) -> None:
    said: dict[Any, Any] = {}
    for name, field in text_fields():
        value: Any = (
            HARM[what]
            if field
            not in (
                "ids",
                "to",
                "files",
                "may_speak_as",
                "metadata",
                "refs",
                "messages",
                "records",
            )
            else [HARM[what]]
        )
        params = {"agent": "ana", field: {"k": HARM[what]} if field == "metadata" else value}
        try:
            await post(name, **params)
            said[name, field] = "taken"
        except AckboxError as error:
            if error.message != f"`{field}` holds {what}.":
                said[name, field] = f"{error.code}: {error.message}"
    assert said == {}


async def test_a_record_nobody_exported_is_refused(post: Post) -> None:
    reader = (await post("workspace.export", agent="ana")).records
    for broken in ({"name": None}, {"reader": 1 << 70}, {"kind": "god"}, {"more": 1}):
        with pytest.raises(AckboxError, match="does not have the format of an export"):
            await post(
                "workspace.import",
                part="reader",
                upto=1,
                records=[{**(reader or [{}])[0], **broken}],
            )
