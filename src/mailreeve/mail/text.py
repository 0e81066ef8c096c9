"""Text cut to a budget, its head and tail kept, the cut stated."""

from mailreeve.mail import tokens


def cut(text: str, limit: int) -> str:
    """At most `limit` tokens: two thirds from the head, one third from the tail."""
    total = tokens.count(text)
    if total <= limit:
        return text
    note = f"\n[… {total - limit} tokens cut …]\n"
    share = max(0, limit - tokens.count(note)) / total
    keep = int(len(text) * share)
    head, tail = text[: keep * 2 // 3], text[len(text) - keep // 3 :]
    return f"{head.rstrip()}{note}{tail.lstrip()}"
