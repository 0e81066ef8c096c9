"""The demo's address book: the people of its mail, one of them twice, and one whom Google noted."""

from typing import Any

from mailreeve.sandbox import people
from mailreeve.sandbox.state import State

_CONTACTS = (
    ("Priya", "Nair", "priya.nair@example.com", "+44 20 7946 0101", "Northwind Cartography", "Production"),
    ("Hanna", "Lindqvist", "hanna.lindqvist@example.com", "", "Northwind Cartography", "Editor"),
    ("Tomasz", "Zieliński", "tomasz.zielinski@example.com", "", "Northwind Cartography", ""),
    ("Diane", "Whitlock", "diane.whitlock@saltmere-harbor.example", "", "Saltmere Harbor", "Harbor master"),
    ("Jürgen", "Kößler", "juergen.koessler@kartenhaus.example", "+49 30 555 0102", "Kartenhaus", ""),
    ("Carmen", "Moreno", "carmen.moreno@example.net", "+34 910 555 103", "", ""),
    ("D.", "Whitlock", "Diane.Whitlock@saltmere-harbor.example", "+44 1632 960104", "", ""),
)
_NOTED = (("Ines Castelo", "ines.castelo@delmar-print.example"),)


def fill(state: State) -> None:
    """Keep them in a new mailbox."""
    for given, family, mail, phone, firm, title in _CONTACTS:
        fields: dict[str, Any] = {
            "names": [people.named({"givenName": given, "familyName": family})],
            "emailAddresses": [{"value": mail, "type": "work" if firm else "home"}],
        }
        if phone:
            fields["phoneNumbers"] = [{"value": phone, "type": "mobile"}]
        if firm:
            fields["organizations"] = [{"name": firm, "title": title} if title else {"name": firm}]
        people.put(state, "people", fields)
    for name, mail in _NOTED:
        people.put(
            state, "otherContacts", {"names": [{"displayName": name}], "emailAddresses": [{"value": mail}]}
        )
