"""Short schemas that lose nothing a model needs."""

from mailreeve.mcp_server.schema import trimmed


def test_noise_goes_and_meaning_stays() -> None:
    """Titles, idle defaults and text limits go; types, choices, counts and telling defaults stay."""
    schema = {
        "title": "searchArguments",
        "type": "object",
        "properties": {
            "title": {"title": "Title", "type": "string", "default": "", "maxLength": 5},
            "limit": {"title": "Limit", "type": "integer", "default": 20, "minimum": 1},
            "ids": {
                "type": "array",
                "default": [],
                "items": {"type": "string", "minLength": 1},
                "maxItems": 9,
            },
        },
        "required": ["title"],
    }
    assert {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "limit": {"type": "integer", "default": 20, "minimum": 1},
            "ids": {"type": "array", "items": {"type": "string"}, "maxItems": 9},
        },
        "required": ["title"],
    } == trimmed(schema)


def test_definitions_are_trimmed_too() -> None:
    """Shared definitions lose the same noise, and descriptions when asked to."""
    schema = {"$defs": {"A": {"title": "A", "description": "An a.", "type": "object"}}, "description": "All."}
    assert {"$defs": {"A": {"type": "object"}}} == trimmed(schema, descriptions=False)
    assert {"$defs": {"A": {"description": "An a.", "type": "object"}}, "description": "All."} == trimmed(
        schema
    )
