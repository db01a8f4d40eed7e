"""ExoVault's tools for the graph of memories and notes, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg, ToolMapping
from ackbox.dialects.exovault import convert, note_replies
from ackbox.dialects.exovault.arguments import (
    AGENT,
    MODEL,
    RUN,
    VAULT,
    WHOLE,
    MemoryId,
)

NodeType = Literal["memory", "note"]
ADD_LINK = ToolMapping(
    name="add_link",
    operation="note.link",
    description="Link one memory or note to another.",
    args=(
        Arg("sourceType", NodeType, default="memory"),
        Arg("sourceId", MemoryId, "id", convert.id_of_uuid),
        Arg("targetType", NodeType, default="memory"),
        Arg("targetId", MemoryId, "to", convert.id_of_uuid),
        Arg(
            "relationType",
            Annotated[
                str,
                Meta(
                    min_length=1,
                    max_length=64,
                    description=(
                        "derived_from, refines, contradicts, part_of, references, source_of, manual"
                    ),
                ),
            ],
            "relation",
            default="manual",
        ),
        Arg(
            "label",
            Annotated[str, Meta(max_length=500, description="Ignored")],
            default=None,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed=WHOLE,
    reply=note_replies.add_link,
)
REMOVE_LINK = ToolMapping(
    name="remove_link",
    operation="note.unlink",
    description="Remove a link. Only its author and admins can.",
    args=(
        Arg(
            "linkId",
            Annotated[
                str,
                Meta(min_length=1, max_length=200, description="Id of a link, from get_links"),
            ],
            "id",
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed=WHOLE,
    reply=note_replies.remove_link,
)
GET_LINKS = ToolMapping(
    name="get_links",
    operation="note.get",
    description="List the links of a memory or note.",
    args=(
        Arg("nodeType", NodeType, default="memory"),
        Arg("nodeId", MemoryId, "id", convert.id_of_uuid),
        Arg(
            "direction",
            Literal["outgoing", "incoming", "both"],
            "direction",
            convert.direction,
            default="both",
        ),
        Arg(
            "limit",
            Annotated[int, Meta(ge=1, le=200, description="Ignored")],
            default=50,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    fixed={"follow": True},
    reply=note_replies.get_links,
)
EXPLORE = ToolMapping(
    name="explore_graph",
    operation="note.explore",
    description=(
        "Follow links from a memory or note, or from the newest ones with a word of the query."
        " Returns nodes and edges; read on with read_memories or read_note."
    ),
    args=(
        Arg(
            "query",
            Annotated[str, Meta(min_length=1, max_length=2000, description="Words to begin from")],
            "query",
            default=None,
        ),
        Arg("nodeId", MemoryId, "id", convert.id_of_uuid, default=None),
        Arg("nodeType", NodeType, default=None),
        Arg(
            "maxHops",
            Annotated[int, Meta(ge=1, le=5, description="Maximum number of links to follow")],
            "depth",
            default=2,
        ),
        Arg(
            "maxNodes",
            Annotated[int, Meta(ge=1, le=200, description="Maximum number of nodes to return")],
            "limit",
            default=50,
        ),
        VAULT,
        AGENT,
        RUN,
        MODEL,
    ),
    reply=note_replies.explore_graph,
)

TOOLS: tuple[ToolMapping, ...] = (ADD_LINK, REMOVE_LINK, GET_LINKS, EXPLORE)
