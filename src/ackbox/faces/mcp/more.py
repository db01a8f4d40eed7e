"""The `more` tool: calls every operation that has no tool of its own.

What it lists and explains; validation, permissions and meaning are the operations'. Explained in
docs/reference/mcp.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.dialects.engine.dialect import Offered, Said, hints
from ackbox.dialects.engine.mapping import MappedCall
from ackbox.errors import Invalid, NotAllowed, UnknownField
from ackbox.faces.http.schema import input_schema
from ackbox.faces.mcp.answer import FROM, reading_of
from ackbox.ops.access import Caller
from ackbox.ops.decode import parse_object
from ackbox.ops.table import OPERATIONS, Operation, find

# Operations not available over MCP, and what to use instead: a model reads text that others wrote,
# so a prompt injection must not reach these.
APART = {
    "key.create": "People create keys: `ackbox key create`.",
    "key.list": "People manage keys: `ackbox key list`.",
    "key.revoke": "People revoke keys: `ackbox key revoke`.",
    "key.rotate": "People rotate keys: `ackbox key rotate`.",
    "agent.set_kind": "People decide which names are people: `ackbox agent set-kind`.",
    "login.link": "People sign in: `ackbox open`.",
    "login.redeem": "The browser redeems the link that `ackbox open` makes.",
    "invite.create": "People connect machines: `ackbox invite`.",
    "invite.redeem": "People connect machines: `ackbox join`.",
    "login.end": "People sign out on the dashboard.",
    "workspace.create": "People create workspaces: `ackbox workspace create`.",
    "workspace.settings": "People set the limits for agents: `ackbox workspace settings`.",
    "workspace.export": "An export is too long for a model: `ackbox export`.",
    "workspace.import": "An import reads a file: `ackbox import`.",
    "program.report": "Agent programs report by a hook: `ackbox hook`.",
    "program.shown": "Agent programs confirm by a hook: `ackbox hook`.",
    "program.wake": "The bridge of an agent program asks for it: `ackbox mcp`.",
    "program.signalled": "The bridge of an agent program confirms: `ackbox mcp`.",
    "roster.append": "Members of a sealed workspace sign records on their machines.",
    "roster.get": "Clients that have a vault key read it to check who is a member.",
    "roster.request": "Clients that make a vault key send it.",
    "share.add": "Members of a sealed workspace share messages on their machines.",
    "share.list": "Clients that have a vault key open what was shared with them.",
    "text.list": "Clients that have a vault key verify and open the texts.",
    "text.put": "Members of a sealed workspace seal texts on their machines.",
    "roster.requests": "Admins of a sealed workspace compare and answer requests.",
    "message.transcript": "Clients that have a vault key compare it with their messages.",
    "server.backup": "It writes a file on the server: `ackbox backup`.",
    "webhook_out.add": "People decide where messages go: `ackbox webhook out`.",
    "webhook.receive": "Other systems send signed requests to /hooks/in/{id}.",
}
# The connection carries these.
_UNEXPLAINED = frozenset({"workspace", "instance", "evidence"})


class MoreCall(msgspec.Struct, frozen=True, kw_only=True):
    """The schema offered to a model."""

    operation: (
        Annotated[str, Meta(description="Name such as note.add; omit it for the list")] | None
    ) = None
    params: (
        Annotated[
            dict[str, Any],
            Meta(description="Parameters of the operation; omit them for their schema"),
        ]
        | None
    ) = None


class More(msgspec.Struct, frozen=True):
    """The tool for every operation of the table; it lists those without a tool of their own."""

    name: str
    description: str
    others: frozenset[str]

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        return {
            name: {"operation": name}
            for name in OPERATIONS
            if name not in self.others and name not in APART
        }

    def arguments(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments that make the tool call an operation."""
        return {"operation": operation, "params": params}

    def offered(self) -> Offered:
        return Offered(
            self.name, self.description, MoreCall, hints=hints(self.operations), reading=FROM
        )

    def asked(self, arguments: dict[str, Any]) -> MappedCall | Look:
        """Return what the arguments ask for: an operation, or its description.

        Raises NotFound, NotAllowed, Invalid, UnknownField.
        """
        reading, arguments = reading_of(arguments, FROM)
        for field in arguments:
            if field not in MoreCall.__struct_fields__:
                raise UnknownField(
                    f"Unknown field {field[:64]!r}.",
                    field=field[:64],
                    near=["params"],
                    hint="Put the operation's parameters into `params`.",
                )
        name, params = arguments.get("operation") or None, arguments.get("params")
        if isinstance(params, str):
            # Accepted: an object as JSON text, or empty text for none.
            params = parse_object(params.encode(errors="replace")) if params.strip() else None
        if name is None and params is None:
            return Look(tuple(OPERATIONS[each] for each in self.operations))
        if not isinstance(name, str):
            raise Invalid(
                "`operation` is missing or not a name.",
                hint="Call without arguments for the list of operations.",
                field="operation",
            )
        operation = find(name)
        if name in APART:
            raise NotAllowed(
                f"{name} is not available over MCP.", hint=APART[name], field="operation"
            )
        if params is None:
            return Look((operation,), is_explained=True)
        if not isinstance(params, dict):
            raise Invalid(
                "`params` is not an object.",
                hint=f"Call with operation {name} alone to see its parameters.",
                field="params",
            )
        return MappedCall(name, params, reading=reading)


class Look(msgspec.Struct, frozen=True):
    """A question about operations, answered from the table; calls nothing."""

    operations: tuple[Operation, ...]
    is_explained: bool = False

    def reply(self, caller: Caller, known: frozenset[str] = frozenset()) -> Said:
        """Return the operations that this key may call, one a line; or the named one with its
        schema.

        Parameters in `known` come from the connection and are left out.
        """
        if self.is_explained:
            return _explained(self.operations[0], known)
        listed = [each for each in self.operations if caller.may(each.scope)]
        lines = [f"{each.name}: {each.summary}" for each in listed]
        return Said(
            (
                "\n".join(
                    [
                        *lines,
                        "Call with `operation` to see its parameters, with `params` too to run it.",
                    ]
                ),
            )
        )


def _explained(operation: Operation, known: frozenset[str]) -> Said:
    schema = input_schema(
        operation.params,
        known | _UNEXPLAINED | (frozenset() if operation.noun == "session" else {"session"}),
    )
    how = (
        "To run it, call with `params` ({} for none) of this"
        f" schema:\n{msgspec.json.encode(schema).decode()}"
    )
    return Said((f"{operation.name}: {operation.description}\n\n{how}",))
