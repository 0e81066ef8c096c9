"""Bodies of `/upload/...`: a message alone (uploadType=media) or with its resource (uploadType=multipart).

Source: developers.google.com/workspace/gmail/api/guides/uploads.
"""

import base64
import binascii
import email.message
import json
import re
from typing import Any

from mailreeve.sandbox import headers
from mailreeve.sandbox.errors import bad_request
from mailreeve.sandbox.http import Request

PREFIX = "/upload"


def read(request: Request) -> tuple[Any, bytes]:
    """The JSON resource and the uploaded message."""
    kind = request.query.get("uploadType", ("",))[-1]
    declared = request.headers.get("content-type", "")
    if kind == "media":
        return {}, request.body
    if kind != "multipart" or not declared.lower().startswith("multipart/"):
        raise bad_request("uploadType must be media or multipart.", "uploadType")
    parts = split(declared, request.body)
    if len(parts) != 2:
        raise bad_request("A multipart upload has two parts: the resource and the message.")
    (_, resource), (_, media) = parts
    try:
        return json.loads(resource or b"{}"), media
    except ValueError:
        raise bad_request("Invalid JSON payload received.") from None


def split(content_type: str, body: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a multipart body, byte by byte: headers in lower case, and content.

    The standard library's parser would read the message inside and write it anew.
    """
    holder = email.message.Message()
    holder["content-type"] = content_type
    boundary = holder.get_boundary()
    if not boundary:
        raise bad_request("Invalid multipart body: no boundary.")
    mark = re.compile(rb"(?:\r?\n|\A)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    parts, start = [], None
    for found in mark.finditer(body):
        if start is not None:
            parts.append(_part(body[start : found.start()]))
        start = found.end()
        if found[1]:
            break
    return parts


def _part(text: bytes) -> tuple[dict[str, str], bytes]:
    head, content = headers.split(re.sub(rb"\A\r?\n", b"", text, count=1))
    content = re.sub(rb"\A\r?\n", b"", content, count=1)
    found = {name.lower(): value.decode("latin-1") for name, value in headers.fields(head)}
    if found.get("content-transfer-encoding", "").lower() == "base64":
        try:
            content = base64.b64decode(content)
        except binascii.Error:
            raise bad_request("Invalid multipart body: base64.") from None
    return found, content
