"""What is made of a push: whether it is ours, and whose mailbox it names."""

from mailreeve.app import App


def is_ours(app: App, authorization: str) -> bool:
    """The Authorization header holds a token that Google made for our subscription.

    Raises GoogleUnavailable when that cannot be found out now.
    """
    return app.doorkeeper.lets_in(authorization)


def address_in(body: object) -> str:
    """The mailbox that a push names, in lower case; empty when it names none."""
    from mailreeve.google.pubsub import address_of

    return address_of(body.get("message") if isinstance(body, dict) else None)
