"""users.labels."""

from mailreeve.sandbox import labels, messages
from mailreeve.sandbox.errors import bad_request, not_found
from mailreeve.sandbox.http import Call, Json
from mailreeve.sandbox.state import Row, State

COLORS = frozenset(
    [
        "#000000",
        "#434343",
        "#666666",
        "#999999",
        "#cccccc",
        "#efefef",
        "#f3f3f3",
        "#ffffff",
        "#fb4c2f",
        "#ffad47",
        "#fad165",
        "#16a766",
        "#43d692",
        "#4a86e8",
        "#a479e2",
        "#f691b3",
        "#f6c5be",
        "#ffe6c7",
        "#fef1d1",
        "#b9e4d0",
        "#c6f3de",
        "#c9daf8",
        "#e4d7f5",
        "#fcdee8",
        "#efa093",
        "#ffd6a2",
        "#fce8b3",
        "#89d3b2",
        "#a0eac9",
        "#a4c2f4",
        "#d0bcf1",
        "#fbc8d9",
        "#e66550",
        "#ffbc6b",
        "#fcda83",
        "#44b984",
        "#68dfa9",
        "#6d9eeb",
        "#b694e8",
        "#f7a7c0",
        "#cc3a21",
        "#eaa041",
        "#f2c960",
        "#149e60",
        "#3dc789",
        "#3c78d8",
        "#8e63ce",
        "#e07798",
        "#ac2b16",
        "#cf8933",
        "#d5ae49",
        "#0b804b",
        "#2a9c68",
        "#285bac",
        "#653e9b",
        "#b65775",
        "#822111",
        "#a46a21",
        "#aa8831",
        "#076239",
        "#1a764d",
        "#1c4587",
        "#41236d",
        "#83334c",
        "#464646",
        "#e7e7e7",
        "#0d3472",
        "#b6cff5",
        "#0d3b44",
        "#98d7e4",
        "#3d188e",
        "#e3d7ff",
        "#711a36",
        "#fbd3e0",
        "#8a1c0a",
        "#f2b2a8",
        "#7a2e0b",
        "#ffc8af",
        "#7a4706",
        "#ffdeb5",
        "#594c05",
        "#fbe983",
        "#684e07",
        "#fdedc1",
        "#0b4f30",
        "#b3efd3",
        "#04502e",
        "#a2dcc1",
        "#c2c2c2",
        "#4986e7",
        "#2da2bb",
        "#b99aff",
        "#994a64",
        "#ff7537",
        "#ffad46",
        "#662e37",
        "#ebdbde",
        "#cca6ac",
        "#094228",
        "#42d692",
        "#16a765",
        "#757575",
        "#1e53b8",
        "#007286",
        "#7858c3",
        "#c2185b",
        "#d93025",
        "#54240e",
        "#633e04",
        "#521d28",
        "#202124",
        "#083018",
    ]
)
"""The palette of LabelColor (discovery document)."""
MESSAGE_LIST = frozenset({"show", "hide"})
LABEL_LIST = frozenset({"labelShow", "labelShowIfUnread", "labelHide"})


def resource(row: Row) -> Json:
    """A label without counts."""
    result: Json = {"id": row["id"], "name": row["name"]}
    if row["message_list"]:
        result["messageListVisibility"] = row["message_list"]
    if row["label_list"]:
        result["labelListVisibility"] = row["label_list"]
    result["type"] = row["type"]
    if row["background"]:
        result["color"] = {"textColor": row["text_color"], "backgroundColor": row["background"]}
    return result


def list_(call: Call) -> Json:
    """users.labels.list: no counts."""
    rows = call.state.rows("select * from labels order by type, rowid")
    return {"labels": [resource(row) for row in rows]}


def get(call: Call) -> Json:
    """users.labels.get: with counts."""
    return resource(_found(call)) | _counts(call.state, call.ids["id"])


def _found(call: Call) -> Row:
    row = labels.find(call.state, call.ids["id"])
    if row is None:
        raise not_found()
    return row


def _own(call: Call) -> Row:
    row = _found(call)
    if row["type"] == "system":
        raise bad_request("Invalid update/delete request: system labels cannot be changed")
    return row


def _counts(state: State, label_id: str) -> Json:
    sql = (
        "select count(*), count(distinct m.thread), count(u.n), count(distinct case when u.n then m.thread end)"
        " from tags t join messages m on m.n = t.n left join tags u on u.n = t.n and u.label = 'UNREAD'"
        " where t.label = ?"
    )
    row = state.rows(sql, (label_id,))[0]
    return {
        "messagesTotal": row[0],
        "messagesUnread": row[2],
        "threadsTotal": row[1],
        "threadsUnread": row[3],
    }


def create(call: Call) -> Json:
    """users.labels.create."""
    label_id = labels.create(call.state, call.json.get("name") or "")
    _write(call, label_id)
    return resource(labels.find(call.state, label_id) or _found(call))


def patch(call: Call) -> Json:
    """users.labels.patch: what is not named stays."""
    row = _own(call)
    if "name" in call.json:
        _rename(call, row)
    _write(call, row["id"])
    return resource(_found(call))


def update(call: Call) -> Json:
    """users.labels.update: `id` and `name` are required, what is not named gets its default."""
    row = _own(call)
    if call.json.get("id", row["id"]) != row["id"]:
        raise bad_request("Invalid label id")
    _rename(call, row)
    call.state.execute(
        "update labels set message_list = 'show', label_list = 'labelShow', background = null, text_color = null"
        " where id = ?",
        (row["id"],),
    )
    _write(call, row["id"])
    return resource(_found(call))


def _rename(call: Call, row: Row) -> None:
    name = call.json.get("name") or ""
    labels.check_name(call.state, name, row["id"])
    call.state.execute("update labels set name = ?, key = ? where id = ?", (name, name.lower(), row["id"]))


def _write(call: Call, label_id: str) -> None:
    for field, column, allowed in (
        ("messageListVisibility", "message_list", MESSAGE_LIST),
        ("labelListVisibility", "label_list", LABEL_LIST),
    ):
        value = call.json.get(field)
        if value is not None and value not in allowed:
            raise bad_request(f"Invalid value at 'label.{field}' (TYPE_ENUM), \"{value}\"")
        if value is not None:
            call.state.execute(f"update labels set {column} = ? where id = ?", (value, label_id))
    color = call.json.get("color")
    if color:
        back, text = color.get("backgroundColor"), color.get("textColor")
        if back not in COLORS or text not in COLORS:
            raise bad_request("Label color is not on the allowed color palette")
        call.state.execute(
            "update labels set background = ?, text_color = ? where id = ?", (back, text, label_id)
        )


def delete(call: Call) -> None:
    """users.labels.delete: "Immediately and permanently deletes the label and removes it from any messages"."""
    row = _own(call)
    for (n,) in call.state.rows("select n from tags where label = ?", (row["id"],)):
        messages.relabel(call.state, messages.by_number(call.state, n), [], [row["id"]])
    call.state.execute("delete from labels where id = ?", (row["id"],))
