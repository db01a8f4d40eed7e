"""The `more` tool: every operation that has no tool of its own, looked up in the table and called
as any other.

What it offers, lists and explains; validation, rights and meaning are the operations'. Explained in
docs/reference/mcp.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.dialects.engine.translate import Asked, Offered, Said, hints
from ackbox.errors import Invalid, NotAllowed, UnknownField
from ackbox.faces.http.schema import input_schema
from ackbox.faces.mcp.answer import FROM, reading_of
from ackbox.ops.access import Caller
from ackbox.ops.decode import parse_object
from ackbox.ops.table import OPERATIONS, Operation, find

# Not over MCP, and why: a model reads what others write, and what it is talked into must stay
# small.
APART = {
    "key.create": "People hand out keys: `ackbox key create`.",
    "key.list": "People look after keys: `ackbox key list`.",
    "key.revoke": "People take keys back: `ackbox key revoke`.",
    "key.rotate": "People replace keys: `ackbox key rotate`.",
    "agent.set_kind": "People say who is a person: `ackbox agent set-kind`.",
    "login.link": "People sign in: `ackbox open`.",
    "login.redeem": "The browser redeems the link that `ackbox open` makes.",
    "invite.create": "People connect machines: `ackbox invite`.",
    "invite.redeem": "People connect machines: `ackbox join`.",
    "login.end": "People sign out on the dashboard.",
    "workspace.create": "People set up: `ackbox workspace create`.",
    "workspace.settings": "What holds agents back is set by people: `ackbox workspace settings`.",
    "workspace.export": "A whole workspace does not fit before a model: `ackbox export`.",
    "workspace.import": "A whole workspace does not come from a model: `ackbox import`.",
    "server.backup": "It writes a file on the server: `ackbox backup`.",
    "webhook.receive": "Other systems post to it, signed, at /hooks/in/{id}.",
}
# Said by the connection.
_UNEXPLAINED = frozenset({"workspace", "instance", "evidence"})


class MoreCall(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is offered."""

    operation: Annotated[str, Meta(description="As note.add; left out: the list")] | None = None
    params: (
        Annotated[dict[str, Any], Meta(description="What it takes; left out: says what that is")]
        | None
    ) = None


class More(msgspec.Struct, frozen=True):
    """The tool that is every operation of the table; it lists those that no other tool is."""

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
        """Return the arguments with which the tool is an operation."""
        return {"operation": operation, "params": params}

    def offered(self) -> Offered:
        return Offered(
            self.name, self.description, MoreCall, hints=hints(self.operations), reading=FROM
        )

    def asked(self, arguments: dict[str, Any]) -> Asked | Look:
        """Return what arguments ask for: an operation, or a word about it.

        Raises NotFound, NotAllowed, Invalid, UnknownField.
        """
        reading, arguments = reading_of(arguments, FROM)
        for field in arguments:
            if field not in MoreCall.__struct_fields__:
                raise UnknownField(
                    f"Unknown field {field[:64]!r}.",
                    field=field[:64],
                    near=["params"],
                    hint="The operation's own parameters stand in `params`.",
                )
        name, params = arguments.get("operation") or None, arguments.get("params")
        if isinstance(params, str):
            # Nearly right: an object as JSON text, or empty text for none.
            params = parse_object(params.encode(errors="replace")) if params.strip() else None
        if name is None and params is None:
            return Look(tuple(OPERATIONS[each] for each in self.operations))
        if not isinstance(name, str):
            raise Invalid(
                "`operation` is not a name.",
                hint="Leave all arguments out for the list of operations.",
                field="operation",
            )
        operation = find(name)
        if name in APART:
            raise NotAllowed(f"{name} is not done over MCP.", hint=APART[name], field="operation")
        if params is None:
            return Look((operation,), is_explained=True)
        if not isinstance(params, dict):
            raise Invalid(
                "`params` is not an object.",
                hint=f"Call with operation {name} alone to see what it takes.",
                field="params",
            )
        return Asked(name, params, reading=reading)


class Look(msgspec.Struct, frozen=True):
    """A question about operations; the table answers it, and nothing is called."""

    operations: tuple[Operation, ...]
    is_explained: bool = False

    def said(self, caller: Caller, known: frozenset[str] = frozenset()) -> Said:
        """Return the operations that this key may do, each in a line; or the one that is asked for,
        with its parameters.

        What is `known` of the connection is not offered.
        """
        if self.is_explained:
            return _explained(self.operations[0], known)
        listed = [each for each in self.operations if caller.may(each.scope)]
        lines = [f"{each.name}: {each.summary}" for each in listed]
        return Said(
            (
                "\n".join(
                    [*lines, "What one takes: call with `operation`. To do it: with `params` too."]
                ),
            )
        )


def _explained(operation: Operation, known: frozenset[str]) -> Said:
    schema = input_schema(
        operation.params,
        known | _UNEXPLAINED | (frozenset() if operation.noun == "session" else {"session"}),
    )
    how = (
        "To do it, call with `params`, {} for none, of this"
        f" schema:\n{msgspec.json.encode(schema).decode()}"
    )
    return Said((f"{operation.name}: {operation.description}\n\n{how}",))
