"""The MCP face: tools, resources and prompts over stdio."""
