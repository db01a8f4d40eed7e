"""Verbs: commands of click, with the options that every command takes.

A command that also runs without click is data of parameters.py, of which this makes click's.
Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import click

from ackbox.faces.cli.arguments import described
from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.parameters import (
    SHARED,
    Argument,
    Option,
    ShortCommand,
    WrongUsage,
    WrongValue,
    is_text,
    keep_shared,
)


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    try:
        keep_shared(context.ensure_object(CliContext).options, str(parameter.name), value)
    except WrongUsage as error:
        raise click.UsageError(str(error), context) from None


def shared_options() -> list[click.Option]:
    """Return the options that work before and after every verb."""
    return [_option(each, expose_value=False, callback=_keep) for each in SHARED]


def _option(option: Option, **more: Any) -> click.Option:
    has_default = option.default not in (None, False, ())
    more |= {"default": option.default, "show_default": True} if has_default else {}
    return click.Option(
        [option.name, *option.flags],
        help=option.help,
        # Not False: then the value of the option could be left out.
        is_flag=option.is_flag or None,
        multiple=option.is_multiple,
        hidden=option.is_hidden,
        type=click.Choice(option.choices) if option.choices else int if option.is_number else None,
        **more,
    )


def click_command(command: ShortCommand) -> click.Command:
    """Return a short command as a command of click."""

    @functools.wraps(command.run)
    def run(ctx: CliContext, **values: Any) -> None:
        ctx.spelled = command.spelled
        command.run(ctx, **values)

    arguments = [_argument(each) for each in command.arguments]
    return Verb(
        command.name,
        params=[*arguments, *map(_option, command.options)],
        callback=with_context(run),
        help=command.run.__doc__,
    )


def _unmarked(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_unmarked, value))
    return value.removeprefix("\0") if isinstance(value, str) else value


def _argument(argument: Argument) -> click.Argument:
    nargs = -1 if argument.is_rest else 1
    return click.Argument([argument.name], nargs=nargs, required=argument.is_required)


class Verb(click.Command):
    """A command that also takes the shared options, listed after its own."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        own = {flag for parameter in self.params for flag in parameter.opts}
        self.shared = [option for option in shared_options() if not own & set(option.opts)]
        self.params += self.shared

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; a text may begin with a dash, see parameters.is_text."""
        left = super().parse_args(ctx, list(self._marked(args)))
        ctx.params = {name: _unmarked(value) for name, value in ctx.params.items()}
        return left

    def _marked(self, words: list[str]) -> Iterator[str]:
        """Mark the words that are text and no value of an option: with a zero, which no argument
        of a process can hold.
        """
        with_value = {
            flag
            for each in self.params
            if isinstance(each, click.Option) and not each.is_flag
            for flag in each.opts
        }
        is_value = is_over = False
        for word in words:
            yield f"\0{word}" if is_text(word) and not is_value and not is_over else word
            is_over = is_over or (word == "--" and not is_value)
            is_value = not is_value and word in with_value

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WrongValue as error:
            raise click.BadParameter(str(error), ctx) from None
        except WrongUsage as error:
            raise click.UsageError(str(error), ctx) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        path = ctx.command_path.removeprefix("ackbox ")
        if records := described(self, path):
            with formatter.section("Arguments"):
                formatter.write_dl(records)
        for title, parameters in (
            (
                "Options",
                [p for p in self.params if p not in self.shared and isinstance(p, click.Option)],
            ),
            ("Options of every command", self.shared),
        ):
            records = [record for p in parameters if (record := p.get_help_record(ctx)) is not None]
            if title == "Options":
                records += [
                    record
                    for p in [self.get_help_option(ctx)]
                    if p and (record := p.get_help_record(ctx))
                ]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Family(click.Group):
    """A group of verbs such as `key`; the verbs of all families have the same names."""

    # Other names that people try.
    OTHER_NAMES = {
        "add": "create",
        "delete": "remove",
        "rm": "remove",
        "ls": "list",
        "view": "show",
    }

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or super().get_command(
            ctx, self.OTHER_NAMES.get(cmd_name, cmd_name)
        )


with_context = click.make_pass_decorator(CliContext, ensure=True)


def verb(
    name: str, registry: dict[str, click.Command], **options: Any
) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a verb; its docstring is the help."""

    def make(function: Callable[..., Any]) -> click.Command:
        registry[name] = click.command(name, cls=Verb, **options)(with_context(function))
        return registry[name]

    return make


def verbs(name: str, registry: dict[str, click.Command], help: str) -> click.Group:
    """Make a group of verbs, such as `key`; commands are added to the returned group."""
    made = registry[name] = Family(name, help=help)
    return made
