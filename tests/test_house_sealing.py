"""The house checks what a sealed workspace hides: every field of every operation is in one table,
and what the table seals or refuses never reaches the store as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from ackbox.model.sealing import IDENTITY, PARAMS, REFUSED, RESULTS, Fields
from ackbox.ops.table import OPERATIONS, Call

SEALED = [operation for name, operation in OPERATIONS.items() if name not in REFUSED]


def inside(kind: Any) -> Iterator[Any]:
    """Yield the types that a type consists of."""
    for name in ("types", "item_types"):
        yield from getattr(kind, name, ())
    for name in ("item_type", "value_type", "key_type", "type"):
        if getattr(kind, name, None) is not None:
            yield getattr(kind, name)


def structs(kind: Any, found: dict[type, list[str]]) -> dict[type, list[str]]:
    """Add the structs of a type to those found; what is in a sealed field is sealed with it."""
    if not isinstance(kind, inspect.StructType):
        for each in inside(kind):
            structs(each, found)
    elif kind.cls not in found:
        found[kind.cls] = [field.name for field in kind.fields]
        fields = RESULTS.get(name_of(kind.cls), Fields())
        for field in kind.fields:
            if field.name not in fields.sealed:
                structs(field.type, found)
    return found


def name_of(struct: type) -> str:
    return f"{struct.__module__.removeprefix('ackbox.')}.{struct.__name__}"


def listed(fields: Fields) -> list[str]:
    return sorted([*fields.sealed, *fields.visible, *fields.refused, *fields.words, *fields.notice])


def test_every_operation_is_refused_in_a_sealed_workspace_or_its_parameters_are_listed() -> None:
    assert sorted([*PARAMS, *REFUSED]) == sorted(OPERATIONS)
    assert set(Call.__struct_fields__) == IDENTITY
    for operation in SEALED:
        names = [name for name in operation.params.__struct_fields__ if name not in IDENTITY]
        assert (operation.name, listed(PARAMS[operation.name])) == (operation.name, sorted(names))


def test_every_field_of_every_result_is_listed_once() -> None:
    found: dict[type, list[str]] = {}
    for operation in SEALED:
        structs(inspect.type_info(operation.result), found)
    assert {name_of(struct): sorted(names) for struct, names in found.items()} == {
        name: listed(fields) for name, fields in RESULTS.items()
    }


@pytest.mark.parametrize("operation", SEALED, ids=lambda operation: operation.name)
def test_a_sealed_parameter_can_be_left_out_or_empty(operation: Any) -> None:
    """Otherwise no client could call the operation in a sealed workspace."""
    fields = PARAMS[operation.name]
    required = {each.name for each in msgspec.structs.fields(operation.params) if each.required}
    assert required & fields.refused == set()
    assert required & fields.sealed <= {"body"}
