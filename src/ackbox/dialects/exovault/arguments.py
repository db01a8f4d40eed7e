"""ExoVault's arguments that tools of several modules share, as data.

Explained in docs/howto/coming-from-exovault.md.
"""

from typing import Annotated, Any

from msgspec import Meta

from ackbox.dialects.engine.mapping import Arg

AgentId = Annotated[str, Meta(min_length=1, max_length=200, description="Your name")]
VaultId = Annotated[
    str, Meta(max_length=256, description="Name of the vault; the key's own by default")
]
RunId = Annotated[str, Meta(max_length=200, description="Id of this run; ignored")]
Level = Annotated[int, Meta(ge=1, le=5, description="1 to 5; 5 is the highest")]
Object = Annotated[dict[str, Any], Meta(description="Any JSON object")]
Words = Annotated[str, Meta(min_length=1, max_length=400, description="Words to search for")]
MemoryType = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=32,
        description="fact, skill, preference, constraint, task, episodic, correction",
    ),
]
MemoryId = Annotated[str, Meta(min_length=1, max_length=64, description="Id of the memory")]
NoteId = Annotated[str, Meta(min_length=1, max_length=64, description="Id of the note")]
Content = Annotated[str, Meta(min_length=1, max_length=100_000, description="Full text")]
Title = Annotated[str, Meta(min_length=1, max_length=500, description="Title")]
Entities = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=200)]],
    Meta(max_length=50, description="Keywords"),
]
# ExoVault knows no instances: the connection's own does not apply.
WHOLE: dict[str, Any] = {"instance": None}
VAULT = Arg("vaultId", VaultId, "workspace", default=None, or_header=True)
AGENT = Arg("agentId", AgentId, "agent", default=None, or_header=True)
RUN = Arg("agentRunId", RunId, default=None)
# Where the run is worth keeping, with what it wrote.
RUN_KEPT = Arg(
    "agentRunId",
    Annotated[str, Meta(max_length=200, description="Id of this run, kept with the note")],
    "metadata.agentRunId",
    default=None,
)
MODEL = Arg(
    "modelId",
    Annotated[str, Meta(max_length=200, description="Your model; ignored")],
    default=None,
)
