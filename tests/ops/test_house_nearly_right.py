"""The house checks every field of every operation: null and empty text leave it out, its value
may come as text, and errors name no type.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from ackbox.errors import AckboxError
from ackbox.ops.decode import decode
from ackbox.ops.lenient import clears, leaves
from ackbox.ops.table import OPERATIONS


def fields(shape: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    kind = inspect.type_info(shape)
    assert isinstance(kind, inspect.StructType)
    return kind.fields


def sample(kind: inspect.Type) -> Any:
    """A value that fits a type."""
    leaf = leaves(kind)[0]
    match leaf:
        case inspect.LiteralType():
            return leaf.values[0]
        case inspect.IntType() | inspect.FloatType():
            return leaf.ge or 0
        case inspect.BoolType():
            return True
        case inspect.ListType():
            return [sample(leaf.item_type)]
        case inspect.StructType():
            return {each.encode_name: sample(each.type) for each in leaf.fields if each.required}
        case inspect.DictType() | inspect.AnyType():
            return {}
        case inspect.BytesType():
            return "eA=="
        case _:
            return "x"


def required(shape: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: sample(field.type) for field in fields(shape) if field.required}


def shapes() -> Iterator[tuple[str, type[msgspec.Struct]]]:
    return ((name, operation.params) for name, operation in OPERATIONS.items())


def read(shape: type[msgspec.Struct], given: dict[str, Any]) -> list[msgspec.Struct]:
    """What is read of a mapping and of the same as JSON."""
    return [decode(shape, given), decode(shape, json.dumps(given).encode())]


def test_null_leaves_every_optional_field_out() -> None:
    for name, shape in shapes():
        whole = required(shape)
        for field in fields(shape):
            if not field.required:
                assert (
                    read(shape, {**whole, field.encode_name: None}) == [decode(shape, whole)] * 2
                ), f"{name} {field.name}"


def test_empty_text_leaves_every_optional_field_out_unless_it_clears() -> None:
    kept = set()
    for name, shape in shapes():
        whole = required(shape)
        for field in fields(shape):
            if field.required or any(
                isinstance(leaf, inspect.AnyType) for leaf in leaves(field.type)
            ):
                continue
            with_empty = read(shape, {**whole, field.encode_name: ""})
            if clears(field.type):
                kept.add(f"{name}.{field.name}")
                assert [getattr(each, field.name) for each in with_empty] == [""] * 2
            else:
                assert with_empty == [decode(shape, whole)] * 2, f"{name} {field.name}"
    assert {"task.update.due_at", "agent.heartbeat.summary", "session.checkpoint.area"} <= kept
    assert all(
        each.startswith(("task.update.", "agent.", "session.", "workspace."))
        or each.endswith(".to")
        for each in kept
    )


def test_numbers_booleans_lists_and_objects_may_come_as_text() -> None:
    seen = set()
    for name, shape in shapes():
        whole = required(shape)
        for field in fields(shape):
            kinds = leaves(field.type)
            if any(
                isinstance(leaf, inspect.StrType | inspect.BytesType | inspect.AnyType)
                for leaf in kinds
            ):
                continue
            value = sample(field.type)
            as_text = value if isinstance(value, str) else json.dumps(value)
            seen.add(type(kinds[0]).__name__)
            assert (
                read(shape, {**whole, field.encode_name: as_text})
                == [decode(shape, {**whole, field.encode_name: value})] * 2
            ), f"{name} {field.name}"
    assert seen == {
        "IntType",
        "FloatType",
        "BoolType",
        "ListType",
        "DictType",
        "LiteralType",
        "StructType",
    }


def test_no_error_of_a_wrong_value_names_a_type_of_python_or_the_reference() -> None:
    wrong: list[Any] = [
        7,
        3.25,
        "x" * 60,
        True,
        [],
        {},
        [7],
        [None],
        [{"q": 1}],
        {"a": [1]},
        -1,
        10**12,
        "[",
        "x,y",
    ]
    told = []
    for name, shape in shapes():
        whole = required(shape)
        for field in fields(shape):
            for value in wrong:
                try:
                    decode(shape, {**whole, field.encode_name: value})
                except AckboxError as error:
                    told.append((name, f"{error.message} {error.hint}"))
        for field in fields(shape):
            if field.required:
                with pytest.raises(AckboxError) as refused:
                    decode(
                        shape,
                        {each: value for each, value in whole.items() if each != field.encode_name},
                    )
                told.append((name, f"{refused.value.message} {refused.value.hint}"))
    words = (
        "reference",
        "`str`",
        "`int`",
        "`float`",
        "`bool`",
        "`array`",
        "`object`",
        "`null`",
        "Expected",
        "expected",
        "length <=",
        "enum",
        "Object ",
        "NoneType",
        " dict",
    )
    assert len(told) > 1000
    assert [each for each in told if any(word in each[1] for word in words)] == []
