"""Parameters: the options and arguments of a command as data, and how to read the usual forms of
them.

click is half of the time that a short command takes. So the commands that run most are data here:
verb.py makes click commands of them, for help, errors and completion, and start.py reads the
arguments of a run without click. Explained in docs/why/operations.md, "Short commands".
"""

from __future__ import annotations

# Not from typing: a short command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any


class WrongUsage(Exception):
    """The command cannot run with these arguments; raised before it has done anything."""


class WrongValue(WrongUsage):
    """A value of an option or argument cannot be used."""


class Argument:
    """A positional argument; with `is_rest` all that are left."""

    def __init__(self, name: str, *, is_rest: bool = False, is_required: bool = True) -> None:
        self.name, self.is_rest, self.is_required = name, is_rest, is_required


class Option:
    """An option; the name of its value is that of its longest flag unless it is given."""

    def __init__(
        self,
        *flags: str,
        help: str = "",
        name: str | None = None,
        is_flag: bool = False,
        is_number: bool = False,
        is_multiple: bool = False,
        choices: Sequence[str] = (),
        default: str | int | None = None,
        is_hidden: bool = False,
    ) -> None:
        self.flags, self.help = flags, help
        self.name = name or max(flags, key=len).lstrip("-").replace("-", "_")
        self.is_flag, self.is_number, self.is_multiple = is_flag, is_number, is_multiple
        self.choices, self.is_hidden = choices, is_hidden
        self.default: Any = False if is_flag else () if is_multiple else default


class ShortCommand:
    """A command that can run without click."""

    def __init__(
        self, name: str, run: Callable[..., None], parameters: Sequence[Argument | Option]
    ) -> None:
        self.name, self.run = name, run
        self.arguments = [each for each in parameters if isinstance(each, Argument)]
        self.options = [each for each in parameters if isinstance(each, Option)]

    @property
    def spelled(self) -> dict[str, str]:
        """Map the names of parameters to what a user writes."""
        flags = {each.name: max(each.flags, key=len) for each in (*self.options, *SHARED)}
        return flags | {each.name: each.name.upper() for each in self.arguments}


def short_command(
    name: str, registry: dict[str, Any], *parameters: Argument | Option
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function a command; its docstring is the help."""

    def make(function: Callable[..., None]) -> Callable[..., None]:
        registry[name] = ShortCommand(name, function, parameters)
        return function

    return make


# The options that work before and after every verb.
SHARED = (
    Option("--data-dir", help="Data directory of the local server."),
    Option("--url", help="URL of the server."),
    Option("--key", help="API key. Other users see it in `ps`: prefer ACKBOX_KEY or --key-file."),
    Option("--key-file", help="File that holds the API key."),
    Option("--workspace", "-w", help="Workspace to use."),
    Option("--as", name="agent", help="Your agent name."),
    Option("--instance", help="Name of this running instance of the agent."),
    Option(
        "--json",
        name="as_json",
        is_flag=True,
        help="Print JSON, one object per line; --json=FIELDS prints only these fields.",
    ),
    Option(
        "--text", name="as_text", is_flag=True, help="Print text, even with ACKBOX_OUTPUT=json."
    ),
    Option("--fields", help="Print only these fields, separated by commas."),
    Option("--jq", help="Filter each JSON object with a jq expression."),
)


def keep_shared(options: dict[str, Any], name: str, value: Any) -> None:
    """Keep the value of a shared option. Raises WrongUsage, BadSettings."""
    if value is None or value is False:
        return
    options[name] = value
    if name in ("key", "key_file"):
        if options.keys() >= {"key", "key_file"}:
            raise WrongUsage("Both --key and --key-file are set. Pass one of them.")
        if name == "key_file":
            from ackbox.config import read_secret

            options["key"] = read_secret(value, "API key")


def is_text(word: str) -> bool:
    """Whether a word that begins with a dash is text: no option has a space or a digit there."""
    return word[:1] == "-" and (any(map(str.isspace, word)) or word[1:2].isdigit())


def spelled_out(words: list[str]) -> list[str]:
    """Return the words with `--json=FIELDS` as two options."""
    end = words.index("--") if "--" in words else len(words)
    found: list[str] = []
    for word in words[:end]:
        flag, _, fields = word.partition("=")
        found += ["--json", "--fields", fields] if flag == "--json" and fields else [word]
    return found + words[end:]


class Unsure(Exception):
    """click has to read these arguments: for help, for an error, or for a rare form."""


def read_arguments(
    words: Sequence[str], find: Callable[[str], ShortCommand | None]
) -> tuple[ShortCommand, list[dict[str, Any]], dict[str, Any]]:
    """Return the command that the words call, the shared options before and after its name, and its
    values.

    Raises Unsure for everything that is not plainly right.
    """
    given: dict[str, Any] = {}
    left = list(words)
    while left and left[0].startswith("-"):
        _read_option(left, SHARED, given)
    command = find(left.pop(0)) if left else None
    if command is None:
        raise Unsure
    values = {each.name: each.default for each in command.options}
    own = {flag for each in command.options for flag in each.flags}
    shared = [each for each in SHARED if own.isdisjoint(each.flags)]
    names = {each.name for each in command.options}
    found: dict[str, Any] = {}
    positional: list[str] = []
    while left:
        if left[0] == "--":
            positional += left[1:]
            break
        if left[0].startswith("-") and len(left[0]) > 1 and not is_text(left[0]):
            _read_option(left, [*command.options, *shared], found)
        else:
            positional.append(left.pop(0))
    values |= {name: value for name, value in found.items() if name in names}
    values |= _positional(command.arguments, positional)
    more = {name: value for name, value in found.items() if name not in names}
    return command, [given, more], values


def _read_option(left: list[str], options: Iterable[Option], found: dict[str, Any]) -> None:
    """Take one option and its value from the words."""
    word = left.pop(0)
    flag, has_value, value = word.partition("=")
    option = next((each for each in options if flag in each.flags), None)
    if option is None or (has_value and (option.is_flag or not flag.startswith("--"))):
        raise Unsure
    if option.is_flag:
        found[option.name] = True
        return
    if not has_value:
        if not left:
            raise Unsure
        value = left.pop(0)
    read = _value(option, value)
    found[option.name] = (*found.get(option.name, ()), read) if option.is_multiple else read


def _value(option: Option, text: str) -> str | int:
    if option.choices and text not in option.choices:
        raise Unsure
    if not option.is_number:
        return text
    try:
        return int(text)
    except ValueError:
        raise Unsure from None


def _positional(arguments: Sequence[Argument], words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in arguments:
        if each.is_required and not words:
            raise Unsure
        if each.is_rest:
            found[each.name], words = tuple(words), []
        else:
            found[each.name], words = words[0], words[1:]
    if words:
        raise Unsure
    return found
