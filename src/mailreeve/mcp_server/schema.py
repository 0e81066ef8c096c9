"""Tool schemas as short as they can be: every token of tools/list is paid in each conversation."""

from typing import Any

_IDLE: tuple[Any, ...] = ("", [], False, None)
"""Defaults that say no more than that the argument may be left out."""


def trimmed(schema: dict[str, Any], *, descriptions: bool = True) -> dict[str, Any]:
    """The schema without titles, idle defaults and text limits, which pydantic goes on checking."""
    return {
        key: _trimmed_value(key, value, descriptions)
        for key, value in schema.items()
        if not _is_noise(key, value, descriptions)
    }


def _trimmed_value(key: str, value: Any, descriptions: bool) -> Any:
    if key in {"properties", "$defs"}:
        return {name: trimmed(one, descriptions=descriptions) for name, one in value.items()}
    if isinstance(value, dict):
        return trimmed(value, descriptions=descriptions)
    return value


def _is_noise(key: str, value: Any, descriptions: bool) -> bool:
    if key == "description":
        return not descriptions
    return key in {"title", "minLength", "maxLength"} or (key == "default" and value in _IDLE)
