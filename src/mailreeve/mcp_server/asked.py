"""Looking at a tool's arguments before it runs: what is wrong is said in a sentence that a model can act on.

The SDK leaves out what a tool does not know, and shows pydantic's report as it is. An argument that is silently
dropped is a wish that silently does not come true, so it is refused.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from pydantic import ValidationError

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context
    from pydantic_core import ErrorDetails

MOST = 5
"""Faults that one error tells."""
_LENGTH = 60
"""Characters of a name or a value that are repeated."""


class CheckedTool(Tool):
    """A tool that refuses arguments which it does not take."""

    async def run(
        self, arguments: dict[str, Any], context: "Context[Any, Any]", convert_result: bool = False
    ) -> Any:
        """Check, then run. Raises ToolError."""
        faults = list(self._faults(arguments))
        if faults:
            more = f" And {len(faults) - MOST} more." if len(faults) > MOST else ""
            raise ToolError(f"Nothing was done. {' '.join(faults[:MOST])}{more}")
        return await super().run(arguments, context, convert_result)

    def _faults(self, arguments: Mapping[str, Any]) -> Iterator[str]:
        known = list(self.parameters["properties"])
        unknown = [name for name in arguments if name not in known]
        if unknown:
            named = ", ".join(_short(name) for name in unknown[:MOST])
            yield f"{self.name} takes no argument {named}; it takes {', '.join(known)}."
        try:
            self.fn_metadata.validate_arguments({k: v for k, v in arguments.items() if k in known})
        except ValidationError as error:
            yield from map(_sentence, error.errors(include_url=False, include_context=False))


def _sentence(fault: "ErrorDetails") -> str:
    """Such as: limit: input should be less than or equal to 50, not 500."""
    place = ".".join(_short(str(step)) for step in fault["loc"])
    if fault["type"] == "missing":
        return f"{place} is missing."
    told = fault["msg"][:1].lower() + fault["msg"][1:].rstrip(".")
    given = fault["input"]
    shown = f", not {_short(repr(given))}" if isinstance(given, str | int | float | bool | None) else ""
    return f"{place}: {told}{shown}."


def _short(value: str) -> str:
    line = "".join(char if char.isprintable() else " " for char in value)
    return line if len(line) <= _LENGTH else f"{line[:_LENGTH]}…"
