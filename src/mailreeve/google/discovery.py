"""googleapiclient as the builder of every request, from the description of the API that it ships."""

import functools
import importlib.resources
import json
from typing import Any

from mailreeve.google.endpoints import Endpoints


@functools.cache
def users(endpoints: Endpoints) -> Any:
    """The `users` resource of Gmail v1, without credentials and without a call over the network."""
    return service(endpoints, "gmail.v1").users()


@functools.cache
def service(endpoints: Endpoints, name: str) -> Any:
    """One API by the name of its description, such as people.v1: what builds its requests.

    The root is replaced in the description itself, because the library's own endpoint option reaches
    neither uploads nor batches. The universe is pinned: a variable in the environment must not send
    mail and token to another host.
    """
    import httplib2
    from googleapiclient import discovery

    package = importlib.resources.files("googleapiclient.discovery_cache.documents")
    document = json.loads(package.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    document["rootUrl"] = f"{endpoints.root_of(name)}/"
    return discovery.build_from_document(
        document, http=httplib2.Http(), client_options={"universe_domain": "googleapis.com"}
    )


@functools.cache
def messages(endpoints: Endpoints) -> Any:
    """The `users.messages` resource, built once: the library makes every method anew at each `messages()`.

    Usable from any number of threads: it only builds requests, `wire` carries them.
    """
    return users(endpoints).messages()


def batch_address(endpoints: Endpoints) -> str:
    """Where batches go: the root and the batchPath of the description."""
    return f"{endpoints.root}/batch"
