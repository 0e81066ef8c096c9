"""Text cut to a budget, its head and tail kept, the cut stated."""

from mailreeve.mail import tokens

_LONGEST = 12
"""Characters that a token holds at most, on average, in any text worth reading."""


def cut(text: str, limit: int) -> str:
    """At most `limit` tokens: two thirds of them from the head, one third from the tail."""
    if len(text) <= limit * _LONGEST and tokens.count(text) <= limit:
        return text
    keep = min(len(text), limit * _LONGEST)
    while keep > 8:
        head, tail = _ends(text, keep)
        note = f"[… {len(text) - len(head) - len(tail)} characters left out …]"
        shown = "\n".join(filter(None, (head.rstrip(), note, tail.lstrip())))
        cost = tokens.count(shown)
        if cost <= limit:
            return shown
        keep = min(keep - 8, int(keep * limit / cost))
    return ""


def _ends(text: str, keep: int) -> tuple[str, str]:
    """The first two thirds and the last third of `keep` characters, at ends of words where one is near."""
    first, last = keep * 2 // 3, len(text) - keep // 3
    space = max(text.rfind(" ", 0, first), text.rfind("\n", 0, first))
    head = text[: space if space > first - 40 else first]
    space = text.find(" ", last, last + 40)
    return head, text[space + 1 if space >= 0 else last :]
