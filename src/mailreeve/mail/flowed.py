"""format=flowed (RFC 3676): paragraphs that were wrapped for the wire are joined again."""

import re

_QUOTE = re.compile(r">*")


def unwrapped(text: str, *, delsp: bool = False) -> str:
    """Join flowed lines of equal quote depth and undo space-stuffing; `-- ` stays a line of its own."""
    out: list[str] = []
    paragraph: list[str] = []
    depth = 0

    def flush() -> None:
        if paragraph:
            out.append((">" * depth + " " if depth else "") + "".join(paragraph))
            paragraph.clear()

    for line in text.split("\n"):
        quote = _QUOTE.match(line)
        level = quote.end() if quote else 0
        content = line[level:].removeprefix(" ")
        if level != depth:
            flush()
            depth = level
        if content == "-- ":
            flush()
            out.append((">" * depth + " " if depth else "") + content)
        elif content.endswith(" "):
            paragraph.append(content[:-1] if delsp else content)
        else:
            paragraph.append(content)
            flush()
    flush()
    return "\n".join(out)
