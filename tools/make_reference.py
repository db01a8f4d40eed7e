"""Write what is generated: docs/reference/*.md, src/ackbox/store/sql/schema.sql,
src/ackbox/client/verbs.pyi, src/ackbox/client/results.pyi and clients/typescript/src/client.ts.

    python -m tools.make_reference           (needs the project's environment; `make docs` has it)

What stands on them is read off the code: the table of operations, the error tree, the settings, the
commands, the tools, the migrations. tests/test_house.py fails when a page is not what this would
write.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from ackbox import errors
from ackbox.config import SETTINGS
from ackbox.dialects import DIALECTS, RESTS
from ackbox.dialects.engine.mapping import REQUIRED, Arg, ToolMapping
from ackbox.dialects.engine.rest import Rest
from ackbox.faces.rest.routes import where
from ackbox.model.message import (
    BODY_LIMIT,
    METADATA_LIMIT_BYTES,
    SUBJECT_LIMIT,
    Letter,
    Message,
    Ref,
)
from ackbox.model.name import LONGEST
from ackbox.model.receipt import Receipt
from ackbox.ops.access import ALLOWED, Scope
from ackbox.ops.table import OPERATIONS, Call, Operation
from tools import compatibility
from tools.client_types import client_types, result_types
from tools.dialect_errors import dialect_errors_page
from tools.reading import Verb, resources_and_prompts, schema_sql, tools_of, verbs, verbs_of
from tools.shapes import anchor, field_table, given_table, nested, nested_sections
from tools.typescript_client import client as typescript_client

ROOT = Path(__file__).parent.parent
HEAD = (
    "<!-- Written by tools/make_reference.py from the code. Change the code, then run `make docs`."
    " -->\n"
)
COMMON = tuple(Call.__struct_fields__)


# A system whose name has a dash, which the name of its dialect has not.
DASHED = {"claudepeers": "claude-peers"}


def page_of(dialect: str) -> str:
    """Return the guide for users of a dialect's system."""
    return f"coming-from-{DASHED.get(dialect, dialect)}.md"


def operations_page() -> str:
    rows = [
        f"| [`{name}`](#{anchor(name)}) | {operation.scope} | {operation.summary} |"
        for name, operation in OPERATIONS.items()
    ]
    parts = [
        "# Operations\n\nEverything that ackbox can do. Each face (MCP, REST, the command line) is"
        " a view of this table; [why](../why/operations.md).\n\n| operation | scope | what it does"
        " |\n|---|---|---|\n" + "\n".join(rows),
        "## Common parameters\n\n" + given_table(Call),
        "## Scopes\n\nThe role of a key decides its scopes.\n\n| role | scopes |\n|---|---|\n"
        + "\n".join(
            f"| {role} | {', '.join(scope for scope in get_args(Scope) if scope in scopes)} |"
            for role, scopes in ALLOWED.items()
        ),
        *(_operation(operation) for operation in OPERATIONS.values()),
        "## Shapes\n\nThe structs inside parameters and results.",
        *nested_sections(nested(OPERATIONS.values())),
    ]
    return "\n\n".join(parts) + "\n"


def _operation(operation: Operation) -> str:
    ways = [f"REST `{' '.join(where(operation))}`"]
    ways += [f"MCP tool `{tool}`" for tool in tools_of(operation.name)]
    ways += [f"command `{verb.path}`" for verb in verbs_of(operation.name)]
    rest = operation.description.partition("\n")[2].strip()
    return "\n\n".join(
        part
        for part in (
            f"### {operation.name}",
            operation.summary,
            rest,
            f"Scope: {operation.scope}. {' · '.join(ways)}.",
            "Parameters:\n\n" + given_table(operation.params, leave_out=COMMON),
            "Result:\n\n" + field_table(operation.result),
        )
        if part
    )


def errors_page() -> str:
    tree = inspect.cleandoc(errors.__doc__ or "").partition("\n\n")[2].partition("\n\nRaise")[0]
    rows = [
        f"| {'&nbsp;&nbsp;' * depth}{kind.__name__} | `{kind.code}` | {kind.status} |"
        f" {' '.join((inspect.getdoc(kind) or '').split())} |"
        for depth, kind in every_error()
    ]
    return (
        "# Errors\n\nEvery face returns errors in one shape. A call that fails stores nothing."
        '\n\n```json\n{"error": {"code": "too_long", "message": "`body` has 50,001'
        ' characters; at most 50,000 are taken.",\n  "hint": "Put the rest into a file and name it'
        ' in `refs`.", "details": {"field": "body", "size": 50001, "limit": 50000}}}\n```\n\n`code`'
        " is stable and made for programs; `message` names the problem, `hint` the fix,"
        " `details` the field and the numbers. `retry_after_s` is present if waiting helps; over"
        " HTTP it is also the header `Retry-After`.\n\nOver REST the status is the one"
        " below. Over MCP the error is a tool result with `isError` and the same object as its"
        " structured content. On the command line it is text on standard error, and JSON with"
        " `--json`; the exit codes are in [cli.md](cli.md).\n\nA record in another workspace"
        " gives the same `not_found` as one that does not exist. Over HTTP, two more errors can"
        " occur before an operation runs: 431 `too_long` for more than 64 headers or 16 KiB of"
        " them, and 408 `invalid` for a body that does not arrive in time. An internal error is"
        " `unavailable`, without its text, which goes to the log.\n\n| class | code | status |"
        " meaning |\n|---|---|---|---|\n" + "\n".join(rows) + f"\n\n```\n{tree}\n```\n"
    )


def every_error(
    kind: type[errors.AckboxError] = errors.AckboxError, depth: int = 0
) -> list[tuple[int, type[errors.AckboxError]]]:
    """Return the error tree, depth first: (depth, class)."""
    own = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    return [(depth, kind), *(found for each in own for found in every_error(each, depth + 1))]


def settings_page() -> str:
    rows = [
        f"| `{each.name}` | `{each.env}` | {f'`{each.default}`' if each.default else '–'} |"
        f" {each.help} |"
        for each in SETTINGS
    ]
    return (
        "# Settings\n\nA flag wins over the environment, the environment over the file, the file"
        " over the default. The flags are in [cli.md](cli.md); the file is `ackbox/config.toml`"
        ' in the user\'s configuration home (`~/.config`), with lines such as `agent = "ana"`.\n\n|'
        " setting | environment | default | what it is |\n|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n\nSettings of a workspace are changed with"
        " [`workspace.settings`](operations.md#workspacesettings) and live in its database.\n"
    )


def cli_page() -> str:
    from ackbox.faces.cli.help import EXIT_CODES

    rows = [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    return (
        "# Command line\n\nResults are text, on a terminal and in a pipe. `--json` prints JSON, one"
        " object a line for lists; `--json=id,body` prints these fields only, `--jq EXPR` filters"
        " each object, and `ACKBOX_OUTPUT=json` makes JSON the default, also of errors. Results are"
        " on standard output, everything else on standard error. Commands that remove things ask"
        " on a terminal and need `--yes` without one; no other command prompts without a terminal."
        " `NO_COLOR` is respected.\n\nWhere a command takes a message, it takes the number (`10`,"
        " `'#10'`), its id, or at least 8 digits that begin the id. A text may begin with a dash if"
        " it has a space or a digit after it; put `--` before any other. Times: `2h`, `3d`,"
        " `tomorrow 9:00` or RFC 3339. Durations: `90`, `10m`, `2h`, `3d`, `1w`.\n\nThe options of"
        " `ackbox` itself work before and after every verb.\n\n| exit code | meaning |\n|---|---|\n"
        + "\n".join(rows)
        + "\n\n"
        + "\n\n".join(_verb(verb) for verb in verbs())
        + "\n"
    )


def _verb(verb: Verb) -> str:
    rows = [f"| {flag} | {what or '–'} |" for flag, what in (*verb.arguments, *verb.options)]
    table = "| argument or option | what it is |\n|---|---|\n" + "\n".join(rows) if rows else ""
    does = (
        "Operations: "
        + ", ".join(f"[`{name}`](operations.md#{anchor(name)})" for name in verb.operations)
        + "."
        if verb.operations
        else ""
    )
    return "\n\n".join(
        part
        for part in (f"## {verb.path}", f"```\n{verb.usage}\n```", verb.help, table, does)
        if part
    )


def _linked(name: str) -> str:
    return f"[`{name}`](operations.md#{anchor(name)})"


MCP_HEADERS = (
    "| header | meaning |\n|---|---|\n"
    "| `Ackbox-Agent` | your agent name, for a key that can act as several |\n"
    "| `Ackbox-Instance` | this instance of the agent |\n"
    "| `Ackbox-Workspace` | the workspace, for a key that covers several |\n"
    "| `Ackbox-Session` | the token of a session; replaces agent and instance |\n"
    "| `Ackbox-Machine`, `Ackbox-Platform` | your machine, for tools that show it and whose"
    " arguments do not contain it |\n"
    "| `Ackbox-Idempotency-Key` | the `idempotency_key` of a tool that sends, if its"
    " arguments have none |\n\n"
)


def mcp_page() -> str:
    from ackbox.faces.mcp import native as face
    from ackbox.faces.mcp.more import APART

    rows = [
        f"| `{tool.name}` | {', '.join(_linked(name) for name in sorted(tool.operations))} |"
        f" {tool.description} |"
        for tool in face.TOOLS
    ]
    actions = "".join(
        f"The tool `{tool.name}` is several operations: its argument `action` says which.\n\n|"
        " `action` | operation |\n|---|---|\n"
        + "".join(
            f"| `{action}` | {_linked(name)}{_fixed(fixed)} |\n"
            for action, (name, fixed) in tool.actions.items()
        )
        + "\n"
        for tool in face.TOOLS
        if isinstance(tool, face.Tool) and tool.actions
    )
    apart = "\n".join(f"| {_linked(name)} | {why} |" for name, why in APART.items())
    dialects = "".join(
        f"## /mcp/{each.name}\n\nThe tools of another system. Differences:"
        f" [howto/{page_of(each.name)}](../howto/{page_of(each.name)}).\n\n| tool |"
        " operation | arguments |\n|---|---|---|\n"
        + "\n".join(_tool(tool) for tool in each.tools)
        + "\n\n"
        for each in DIALECTS
    )
    return (
        "# MCP\n\nOne endpoint over HTTP, `/mcp`, for the protocol versions 2025-06-18, 2025-11-25"
        " and 2026-07-28, with `Authorization: Bearer <key>`. `ackbox mcp` is the same over"
        " standard input and output. How to connect:"
        " [howto/connect-an-mcp-client.md](../howto/connect-an-mcp-client.md).\n\n"
        + MCP_HEADERS
        + "The arguments of a tool win over the headers. Header values are percent-encoded"
        " UTF-8.\n\n## Tools\n\nA tool is a name for an operation; its arguments are the"
        " operation's parameters. An answer is text of at most 8,000 bytes. Tools that read also"
        " take `max_length` (2,000 to 40,000); `thread`, `task`, `who`, `message_status`,"
        " `checkin` and `more` take an `offset`, to read on in a long text.\n\n"
        "| tool | operation | description for the model |\n|---|---|---|\n"
        + "\n".join(rows)
        + f"\n\n{actions}Without arguments, the tool `more` lists the operations that the key"
        " allows; with `operation` it shows the parameters; with `params` as well it calls the"
        " operation. It can call operations that have a tool, too.\n\n### Not over MCP\n\n"
        f"| operation | reason and alternative |\n|---|---|\n{apart}\n\n{_more()}"
        f"## Instructions for models\n\n> {face.INSTRUCTIONS}\n\nText from others reaches a model"
        " through these tools, resources and prompts only inside a fence:"
        " [why](../why/briefing.md). Clients can subscribe to `ackbox://inbox`, in every era: a"
        " notification reports that there is a new message, and the inbox contains it. A waiting"
        " call reports progress to a client that asks for it.\n\nAn error is a tool result with"
        " `isError` and the object of"
        f" [errors.md](errors.md).\n\n{dialects}".rstrip()
        + "\n"
    )


def _tool(tool: ToolMapping) -> str:
    return (
        f"| `{tool.name}` | [`{tool.operation}`](operations.md#{anchor(tool.operation)}) |"
        f" {_given(tool)} |"
    )


def _given(tool: ToolMapping) -> str:
    return ", ".join(f"`{arg.name}`{_default(arg)}" for arg in tool.args) or "–"


def _default(arg: Arg) -> str:
    if arg.default is REQUIRED:
        return ""
    return f" ({arg.default})" if arg.default else "?"


def _fixed(fixed: Mapping[str, Any]) -> str:
    values = ", ".join(f"`{key}: {value}`" for key, value in fixed.items())
    return f" with {values}" if values else ""


def _more() -> str:
    resources, prompts = resources_and_prompts()
    parts = [
        f"## {title}\n\n| {title.lower()[:-1]} | what it gives |\n|---|---|\n"
        + "\n".join(f"| `{name}` | {what} |" for name, what in rows)
        + "\n\n"
        for title, rows in (("Resources", resources), ("Prompts", prompts))
        if rows
    ]
    return "".join(parts)


def rest_page() -> str:
    rows = [
        f"| {method} | `{path}` | [`{operation.name}`](operations.md#{anchor(operation.name)}) |"
        f" {operation.summary} |"
        for operation in OPERATIONS.values()
        for method, path in [where(operation)]
    ]
    creating = sorted(f"`{each.name}`" for each in OPERATIONS.values() if each.creates)
    return (
        "# REST\n\nJSON in, JSON out, UTF-8. `Authorization: Bearer <key>` on every route under"
        " `/v1`. Parameters of a GET are its query string; of everything else one JSON object. A"
        " word in braces is a parameter in the path. With curl:"
        " [howto/write-a-client.md](../howto/write-a-client.md).\n\n| method | path | operation |"
        " summary |\n|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n\nEvery operation is also at `POST /v1/call/<operation>`.\n\n| path |"
        " content |\n|---|---|\n| `/healthz` | 200 while the process answers; no key |\n|"
        " `/readyz` | 200 when the database answers, 503 when not; no key |\n| `/openapi.json` |"
        " this interface as OpenAPI 3.1; no key |\n| `/reference` | the same as a page; no key"
        " |\n| `/metrics` | metrics for Prometheus, for operator and admin keys"
        f" |\n\n{', '.join(creating)} return 201, the others 200."
        " Errors: [errors.md](errors.md).\n" + "".join(_routes(rest) for rest in RESTS)
    )


def _routes(rest: Rest) -> str:
    rows = [
        f"| {route.method} | `{route.path}` | {route.status} |"
        f" [`{route.tool.operation}`](operations.md#{anchor(route.tool.operation)}) |"
        f" {_given(route.tool)} |"
        for route in rest.routes
    ]
    keys = "".join(f" or `{header}: <key>`" for header in rest.key_headers)
    return (
        f"\n## {rest.name}\n\nAnother system's routes, under"
        f" {' and '.join(f'`{prefix}`' for prefix in rest.prefixes)}, with `Authorization: Bearer"
        f" <key>`{keys}; what is different:"
        f" [howto/{page_of(rest.name)}](../howto/{page_of(rest.name)}).\n\n| method |"
        " path | status | operation | parameters |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def message_page() -> str:
    parts = [
        "# Messages and receipts",
        "A message never changes. What becomes of it is in its receipts, one for each recipient.",
        "## Message\n\n" + field_table(Message),
        "## Letter\n\nA message in somebody's mailbox has these fields as well.\n\n"
        + field_table(Letter, leave_out=tuple(Message.__struct_fields__)),
        "## Ref\n\n" + field_table(Ref),
        "## Receipt\n\n" + field_table(Receipt),
        (
            f"## Limits\n\n| what | at most |\n|---|---|\n| body | {BODY_LIMIT:,} characters |\n|"
            f" subject | {SUBJECT_LIMIT} characters |\n| metadata | {METADATA_LIMIT_BYTES:,} bytes"
            f" of JSON |\n| refs | 50 |\n| addresses in one audience | 200 |\n| a name | {LONGEST}"
            " characters |\n| an idempotency key | 128 characters |\n\nCharacters are Unicode code"
            " points after NFC. What is longer is refused, with its size and the limit."
        ),
    ]
    return "\n\n".join(parts) + "\n"


# Each generated page: its path from the root of the project, and what writes it.
PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/operations.md": lambda: HEAD + operations_page(),
    "docs/reference/errors.md": lambda: HEAD + errors_page(),
    "docs/reference/settings.md": lambda: HEAD + settings_page(),
    "docs/reference/cli.md": lambda: HEAD + cli_page(),
    "docs/reference/mcp.md": lambda: HEAD + mcp_page(),
    "docs/reference/rest.md": lambda: HEAD + rest_page(),
    "docs/reference/message.md": lambda: HEAD + message_page(),
    "docs/reference/dialect-errors.md": lambda: HEAD + dialect_errors_page(),
    "docs/reference/compatibility.md": compatibility.page,
    "src/ackbox/store/sql/schema.sql": schema_sql,
    "src/ackbox/client/verbs.pyi": client_types,
    "src/ackbox/client/results.pyi": result_types,
    "clients/typescript/src/client.ts": typescript_client,
}


def main() -> None:
    for path, page in PAGES.items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page(), "utf-8")
        print(path)


if __name__ == "__main__":
    main()
