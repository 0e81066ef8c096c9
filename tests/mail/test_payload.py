"""Gmail's own MIME tree."""

import base64
from typing import Any

from mailreeve.mail import headers, payload


def part(kind: str, text: str = "", **more: Any) -> dict[str, Any]:
    data = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return {"mimeType": kind, "body": {"data": data, "size": len(text.encode())}, "headers": [], **more}


def test_the_tree_is_taken_over() -> None:
    """Ids, types, names, sizes and attachment ids come from Gmail."""
    root, defects = payload.tree(
        {
            "partId": "",
            "mimeType": "multipart/mixed",
            "headers": [{"name": "Subject", "value": "Hi"}],
            "body": {"size": 0},
            "parts": [
                part("text/plain", "Grüße", partId="0"),
                {
                    "partId": "1",
                    "mimeType": "application/pdf",
                    "filename": "a.pdf",
                    "headers": [{"name": "Content-Disposition", "value": "attachment"}],
                    "body": {"attachmentId": "ANGj", "size": 12345},
                },
            ],
        }
    )
    assert () == defects
    assert [("", "multipart/mixed"), ("0", "text/plain"), ("1", "application/pdf")] == [
        (one.id, one.type) for one in root.walk()
    ]
    assert "Grüße".encode() == root.children[0].decoded()
    pdf = root.children[1]
    assert ("a.pdf", "ANGj", 12345) == (pdf.filename, pdf.attachment_id, pdf.decoded_size())


def test_odd_answers_do_no_harm() -> None:
    """Wrong types, missing keys, base64 without padding."""
    root, _ = payload.tree({"parts": [None, 3, {"body": [], "headers": {"a": 1}}], "body": {"data": 7}})
    assert 2 == len(list(root.walk()))
    assert b"" == root.decoded()


def test_depth_and_number_of_parts_are_bounded() -> None:
    """Google splits any message; we open only so much of it."""
    deep: dict[str, Any] = part("text/plain", "x")
    for _ in range(200):
        deep = {"mimeType": "multipart/mixed", "parts": [deep]}
    root, defects = payload.tree(deep)
    assert 51 == len(list(root.walk()))
    assert "nested deeper" in defects[0]
    root, defects = payload.tree({"mimeType": "multipart/mixed", "parts": [part("text/plain")] * 3_000})
    assert 1_000 == len(list(root.walk()))
    assert "more than 1000 parts" in defects[0]


def test_headers_have_one_limit_for_all_of_them() -> None:
    """Hundreds of recipient fields of 64 kB each are read up to the limit of a block, and the rest is told."""
    fields = [{"name": "To", "value": "a@b.example, " * 4_900} for _ in range(300)]
    block = payload.fields({"headers": fields})
    assert sum(len(value) for _, value in block.fields) < 2 * headers.BLOCK_LIMIT
    assert ("the header block is too long: the rest was dropped",) == block.defects


def test_a_text_that_came_in_part_is_told() -> None:
    """Gmail's own size says that there was more; what is fetched by an id of its own is not missing."""
    short = part("text/plain", "x" * 300)
    short["body"]["size"] = 900_000
    told = "the text is long and was fetched only in part: cut"
    assert (told,) == payload.tree(short)[1]
    short["body"]["attachmentId"] = "ANGj"
    assert () == payload.tree(short)[1]
    assert () == payload.tree(part("text/plain", "x" * 300))[1]
