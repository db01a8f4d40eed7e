"""ExoVault's tools for vaults and their documents, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping, limit
from ackbox.dialects.exovault import note_replies
from ackbox.dialects.exovault.arguments import (
    AGENT,
    MODEL,
    RUN,
    VAULT,
    WHOLE,
    Content,
)

Editable = Literal["instructions", "skills", "checks"]
LIST_VAULTS = ToolMapping(
    name="list_vaults",
    operation="workspace.list",
    description="List the vaults that your key covers.",
    args=(limit(200, default=200), VAULT, AGENT, RUN, MODEL),
    reply=note_replies.list_vaults,
)
CREATE_VAULT = ToolMapping(
    name="create_vault",
    operation="workspace.create",
    description="Create a vault. Its name is its id. The key of an operator can.",
    args=(
        Arg("name", Annotated[str, Meta(min_length=1, max_length=256)], "name"),
        Arg(
            "description",
            Annotated[str, Meta(max_length=2000, description="Ignored")],
            default=None,
        ),
        AGENT,
        RUN,
        MODEL,
    ),
    reply=note_replies.create_vault,
)
READ_DOCUMENT = ToolMapping(
    name="read_document",
    operation="note.list",
    description="Read one document of the vault: soul, instructions, skills or checks.",
    args=(
        Arg(
            "documentType",
            Annotated[Editable | Literal["soul"], Meta(description="Document to read")],
            "title",
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"kind": "document", "limit": 1},
    reply=note_replies.read_document,
)
UPDATE_DOCUMENT = ToolMapping(
    name="update_document",
    operation="note.append",
    description="Append to a document of the vault: instructions, skills or checks.",
    args=(
        Arg(
            "documentType",
            Annotated[Editable, Meta(description="Document to append to")],
            "title",
        ),
        Arg("appendContent", Content, "text"),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={**WHOLE, "kind": "document", "priority": 2},
    reply=note_replies.update_document,
)
READ_DOCS = ToolMapping(
    name="read_docs",
    operation="note.list",
    description="Read all documents of the vault, newest first.",
    args=(VAULT, AGENT, RUN, MODEL),
    fixed={"kind": "document", "limit": 200, "max_text_bytes": 1_000_000},
    reply=note_replies.read_docs,
)

TOOLS: tuple[ToolMapping, ...] = (
    LIST_VAULTS,
    CREATE_VAULT,
    READ_DOCUMENT,
    UPDATE_DOCUMENT,
    READ_DOCS,
)
