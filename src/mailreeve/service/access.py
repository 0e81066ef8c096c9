"""Who can get at the mail, in one place: logins, programs, the model; and taking it away."""

from urllib.parse import urlsplit

from typing_extensions import TypedDict

from mailreeve.app import App
from mailreeve.errors import InputError, NotApproved
from mailreeve.mail.invisible import one_line
from mailreeve.service import account
from mailreeve.store.audit import Audit
from mailreeve.store.clients import Client, Clients
from mailreeve.store.proposals import OPEN, Proposals

NAME = 60
"""Characters of a program's name that are kept."""
FAKED = (
    "Programs are known by the names that they give themselves, and a name can be faked: a refusal stops a program"
    " that is honest about its name, not one that lies. Whoever can start programs as you can read what Mailreeve"
    " reads."
)
SCOPES = (
    "Google's permissions cannot separate drafting from sending; that nothing is sent without you is kept by"
    " Mailreeve."
)


class AccountAccess(TypedDict):
    """One login: what Google granted, in words, and what Mailreeve may do with it."""

    address: str
    granted: list[str]
    capabilities: list[str]


class ClientAccess(TypedDict):
    """One program that spoke MCP; the times are ISO 8601."""

    name: str
    version: str
    protocol: str
    first_seen: str
    last_seen: str
    refused: bool


class ModelAccess(TypedDict):
    """The language model that mail text is shown to; both empty: none."""

    model: str
    host: str


class OpenProposal(TypedDict):
    """Something that waits to leave."""

    id: str
    account: str
    state: str
    to: list[str]
    subject: str


class AccessAnswer(TypedDict):
    """Everything that can get at the mail; `capabilities` are what the settings allow at most."""

    accounts: list[AccountAccess]
    capabilities: list[str]
    clients: list[ClientAccess]
    model: ModelAccess
    embeddings: ModelAccess
    """The embedding model of search by meaning, which a sync shows the text of every mail."""
    destinations: list[str]
    proposals: list[OpenProposal]
    notes: list[str]


class RevokeAnswer(TypedDict):
    """What was taken away; `kind` is account or client, `status` is revoked, allowed or partial."""

    kind: str
    name: str
    status: str
    advice: str


def access(app: App) -> AccessAnswer:
    """Who can get at the mail now. Asks Google only for the name behind a ready access token."""
    from mailreeve.google import scopes

    logins = app.logins
    allowed = app.config.policy.capabilities
    llm = app.config.llm
    model = ModelAccess(model=llm.model, host=_host(llm.base_url)) if llm.configured else _NO_MODEL
    return AccessAnswer(
        accounts=[
            AccountAccess(
                address=one.address,
                granted=[scopes.in_words(scope) for scope in one.scopes]
                or ["what a ready access token allows"],
                capabilities=[name for name in one.capabilities if name in allowed],
            )
            for one in logins
        ],
        capabilities=list(allowed),
        clients=[_client(one) for one in Clients(app.db).list()],
        model=model,
        embeddings=_embeddings(app),
        destinations=[
            f"{one.id}: {_host(one.url)} ({one.kind})"
            for one in app.config.destination
            if "outbound" in allowed
        ],
        proposals=[row for one in logins for row in _open(app, one.address)],
        notes=[FAKED, SCOPES],
    )


def _embeddings(app: App) -> ModelAccess:
    semantic, llm = app.config.semantic, app.config.llm
    if not semantic.is_on:
        return _NO_MODEL
    return ModelAccess(model=semantic.model, host=_host(semantic.base_url or llm.base_url))


_NO_MODEL = ModelAccess(model="", host="")


def _host(url: str | None) -> str:
    return urlsplit(url or "").netloc.rpartition("@")[2]


def _client(one: Client) -> ClientAccess:
    return ClientAccess(
        name=one.name,
        version=one.version,
        protocol=one.protocol,
        first_seen=one.first_seen.isoformat(timespec="seconds"),
        last_seen=one.last_seen.isoformat(timespec="seconds"),
        refused=one.refused,
    )


def _open(app: App, address: str) -> list[OpenProposal]:
    return [
        OpenProposal(
            id=one.id,
            account=address,
            state=one.state.value,
            to=list(one.envelope.recipients),
            subject=one.subject,
        )
        for one in Proposals(app.db, address).in_states(OPEN)
    ]


def revoke(app: App, name: str) -> RevokeAnswer:
    """Take access away: an account is logged out, a program is refused by its name from now on.

    Raises InputError when neither is known by that name.
    """
    if any(one.address == name.lower() for one in app.accounts.list()):
        done = account.logout(app, name)
        status = "partial" if done["at_google"] == "unknown" else "revoked"
        return RevokeAnswer(kind="account", name=done["account"], status=status, advice=done["advice"])
    _refuse(app, name, refused=True)
    return RevokeAnswer(kind="client", name=name, status="revoked", advice=FAKED)


def allow(app: App, name: str) -> RevokeAnswer:
    """Let a program in again. Raises InputError when it was never here."""
    _refuse(app, name, refused=False)
    return RevokeAnswer(kind="client", name=name, status="allowed", advice="")


def _refuse(app: App, name: str, *, refused: bool) -> None:
    if not Clients(app.db).refuse(name, refused=refused):
        raise InputError(
            f"There is no login and no program called {name[:NAME]!r}.", "`mailreeve access` lists them."
        )
    event = "client.refused" if refused else "client.allowed"
    Audit(app.db, "", app.audit_key()).append(event, {"client": name}, actor="person")


def admit(app: App, name: str, version: str, protocol: str) -> None:
    """Note a program that asks for something. Raises NotApproved when the person took its access away."""
    known = one_line(name)[:NAME] or "an unnamed client"
    if not Clients(app.db).seen(known, one_line(version)[:NAME], one_line(protocol)[:NAME]):
        raise NotApproved(
            f"The user took the access of {known} away.",
            "They can give it back with `mailreeve access allow`.",
        )
