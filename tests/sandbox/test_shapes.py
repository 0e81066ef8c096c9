"""The resources against Google's description."""

from typing import Any

import pytest
from tests.sandbox.given import discovery

from mailreeve.sandbox.errors import ApiError
from mailreeve.sandbox.shapes import ALWAYS, FIELDS, check


def spelled(told: Any) -> str:
    """A type of the discovery document as the table spells it."""
    if "$ref" in told:
        return str(told["$ref"])
    return f"[{spelled(told['items'])}]" if told["type"] == "array" else str(told["type"])


@pytest.mark.parametrize("schema", FIELDS)
def test_every_field_is_in_googles_schema(schema: str) -> None:
    """A field of the table has the name and the type of the discovery document."""
    told = {name: spelled(value) for name, value in discovery()["schemas"][schema]["properties"].items()}
    assert FIELDS[schema].items() <= told.items()


def test_what_is_always_there_is_a_field() -> None:
    """The table of what is always there names fields of its schema."""
    unknown = {
        name: fields
        for name, fields in ALWAYS.items()
        if name in FIELDS and not set(fields) <= set(FIELDS[name])
    }
    assert {} == unknown


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"ids": "a"}, "Invalid value at 'ids': expected a list."),
        ({"ids": [1]}, "Invalid value at 'ids[0]' (TYPE_STRING), 1"),
        ({"id": ["a"]}, 'Invalid JSON payload received. Unknown name "id": Cannot find field.'),
    ],
)
def test_a_body_that_does_not_fit_is_refused(value: Any, message: str) -> None:
    """Unknown fields and wrong types are named in the error."""
    with pytest.raises(ApiError) as caught:
        check(value, "BatchModifyMessagesRequest")
    assert (400, message) == (caught.value.code, caught.value.message)


def test_an_unknown_field_deep_inside_is_refused() -> None:
    """The error says where the unknown field is."""
    with pytest.raises(ApiError, match="Unknown name \"threadid\" at 'message'"):
        check({"message": {"threadid": "1"}}, "Draft")
