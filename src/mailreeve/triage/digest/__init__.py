"""The digest: what the last runs found, for a person to read in a minute; as Markdown and as a page."""

from mailreeve.triage.digest.edition import Digest, Edition, Span, compile_digest, compose
from mailreeve.triage.digest.markdown import plain
from mailreeve.triage.digest.words import coverage_line, url, who

__all__ = [
    "Digest",
    "Edition",
    "Span",
    "compile_digest",
    "compose",
    "coverage_line",
    "plain",
    "url",
    "who",
]
