"""What stalwart's mail-parser reads out of its own test messages, from the JSON beside them."""

import json
from pathlib import Path
from typing import Any

FIELDS = ("subject", "date", "from", "to", "cc", "reply_to", "attachments")


def expected(file: Path) -> dict[str, Any]:
    """Subject, date, addresses and attachment names; None where stalwart read nothing."""
    tree = json.loads(file.read_text(encoding="utf-8"))
    heads = {_name(one): one["value"] for one in tree["parts"][0]["headers"]}
    subject = heads.get("subject")
    return {
        "subject": subject.get("Text") if isinstance(subject, dict) else None,
        "date": _date(heads.get("date")),
        **{name: _addresses(heads.get(name)) for name in ("from", "to", "cc", "reply_to")},
        "attachments": sorted(filter(None, (_file_name(tree["parts"][n]) for n in tree["attachments"]))),
    }


def _name(header: dict[str, Any]) -> str:
    name = header["name"]
    return name if isinstance(name, str) else next(iter(name.values())).lower()


def _addresses(value: Any) -> list[tuple[str, str]] | None:
    if not isinstance(value, dict) or "Address" not in value:
        return None
    groups = value["Address"].get("Group")
    boxes = [box for group in groups for box in group["addresses"]] if groups else value["Address"]["List"]
    return [(box.get("name") or "", box.get("address") or "") for box in boxes]


def _date(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, dict) or "DateTime" not in value:
        return None
    at = value["DateTime"]
    offset = (at["tz_hour"] * 60 + at["tz_minute"]) * (-1 if at["tz_before_gmt"] else 1)
    return (at["year"], at["month"], at["day"], at["hour"], at["minute"], at["second"], offset)


def _file_name(part: dict[str, Any]) -> str:
    found: dict[str, str] = {}
    for header in part["headers"]:
        kind = header["value"].get("ContentType") if isinstance(header["value"], dict) else None
        for one in (kind or {}).get("attributes") or ():
            found.setdefault(one["name"], one["value"])
    return found.get("filename") or found.get("name") or ""
