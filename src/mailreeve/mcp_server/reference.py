"""docs/tools.md, written from the tools themselves: `python -m mailreeve.mcp_server.reference > docs/tools.md`."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
from mcp.types import Tool

from mailreeve.app import App
from mailreeve.config import Config, PolicyConfig
from mailreeve.mcp_server.server import INSTRUCTIONS, build
from mailreeve.mcp_server.toolset import TOOLS

_HEAD = """# MCP tools, resources and prompts

Written by `python -m mailreeve.mcp_server.reference`; a test fails when it is out of date.

A tool is listed only when `[policy] capabilities` and the login allow what it needs. `account` may be left out when
there is one account. Whatever comes from a mail stands between `begin` and `end`, two copies of a random mark.

What a host is told about the server:

> {instructions}
"""


def markdown() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        every = PolicyConfig(capabilities=("read", "label", "draft", "send", "contacts", "calendar"))
        app = App(Config(home=Path(folder), policy=every))
        try:
            page = anyio.run(_page, app)
        finally:
            app.close()
    return page


async def _page(app: App) -> str:
    server = build(app)
    needs = {entry.function.__name__: entry.needs for entry in TOOLS}
    parts = [_HEAD.format(instructions=INSTRUCTIONS)]
    parts += [
        "\n".join(_tool(tool, " or ".join(sorted(needs[tool.name])))) for tool in await server.list_tools()
    ]
    parts.append("## Resources\n")
    parts += [f"- `{one.uri}`: {one.description}" for one in await server.list_resources()]
    parts += [f"- `{one.uri_template}`: {one.description}" for one in await server.list_resource_templates()]
    parts.append("\n## Prompts\n")
    for prompt in await server.list_prompts():
        arguments = ", ".join(argument.name for argument in prompt.arguments or [])
        parts.append(f"- `{prompt.name}({arguments})`: {prompt.description}")
    return "\n".join(parts) + "\n"


def _tool(tool: Tool, needs: str) -> Iterator[str]:
    yield f"## {tool.name}\n"
    yield f"{tool.description}\n"
    yield f"*{tool.title}. Needs the capability {needs}; {_manner(tool)}.*\n"
    yield "| argument | type | what |"
    yield "|---|---|---|"
    required = tool.input_schema.get("required", ())
    for name, schema in tool.input_schema["properties"].items():
        must = "**required**" if name in required else ""
        default = f"default {schema['default']}" if "default" in schema else ""
        told = "; ".join(filter(None, (must, schema.get("description", ""), default)))
        yield f"| `{name}` | {_type(schema)} | {told} |"
    keys = ", ".join(f"`{key}`" for key in (tool.output_schema or {}).get("properties", ()))
    yield f"\nAnswers with {keys}.\n"


def _manner(tool: Tool) -> str:
    hints = tool.annotations
    if hints is None or hints.read_only_hint:
        return "changes nothing"
    if hints.open_world_hint is False:
        return "changes nothing in the mailbox"
    return "changes the mailbox" + ("" if hints.destructive_hint else ", adds only")


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}, at most {schema['maxItems']}"
    if "maximum" in schema:
        return f"{schema['type']}, {schema['minimum']} to {schema['maximum']}"
    return str(schema["type"])


if __name__ == "__main__":
    sys.stdout.write(markdown())
