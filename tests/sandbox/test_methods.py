"""The table of methods against Google's description."""

from typing import Any

import pytest
from tests.sandbox.given import discovery

from mailreeve.sandbox import methods, quota, routes
from mailreeve.sandbox.methods import METHODS, Method


def described(name: str) -> Any:
    """The discovery document's entry of a method."""
    *folders, last = name.split(".")
    place = discovery()["resources"]["users"]
    for folder in folders:
        place = place["resources"][folder]
    return place["methods"][last]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_method_is_as_google_describes_it(method: Method) -> None:
    """Verb, path, resources, query parameters and uploads are those of the discovery document."""
    entry = described(method.name)
    query = {name for name, told in entry["parameters"].items() if told["location"] == "query"}
    assert entry["httpMethod"] == method.verb
    assert entry["path"] == f"gmail/v1/users/{{userId}}{method.path}"
    assert entry.get("request", {}).get("$ref", "") == method.body
    assert entry.get("response", {}).get("$ref", "") == method.result
    assert query == method.parameters
    assert ("mediaUpload" in entry) == (method.name in methods.UPLOADS)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_method_accepts_the_scopes_that_google_accepts(method: Method) -> None:
    """The accepted scopes are those of the discovery document, add-on scopes aside."""
    told = {scope for scope in described(method.name)["scopes"] if ".addons." not in scope}
    assert told == method.scopes


def test_every_method_has_a_price_in_both_lists() -> None:
    """The quota tables know every method that is served."""
    served = {method.name for method in METHODS}
    assert served <= set(quota.LEGACY)
    assert set(quota.LEGACY) == set(quota.SINCE_2026)


def test_the_global_parameters_are_googles() -> None:
    """The parameters that every method takes are those of the discovery document."""
    assert set(discovery()["parameters"]) == routes.GLOBAL
