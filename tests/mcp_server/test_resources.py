"""Resources, prompts and the completion of label names."""

import json

import pytest
from mcp import Client, MCPError
from mcp.types import (
    INVALID_PARAMS,
    Prompt,
    PromptReference,
    Resource,
    ResourceTemplate,
    ResourceTemplateReference,
    TextContent,
    TextResourceContents,
)
from tests.mcp_server.conftest import Connect, letter
from tests.sandbox_server import SandboxServer


async def read(client: Client, uri: str) -> str:
    contents = (await client.read_resource(uri)).contents
    assert isinstance(contents[0], TextResourceContents)
    return contents[0].text


async def test_what_there_is(connect: Connect) -> None:
    """Three resources and the card, two templates, three prompts; all described."""
    async with connect() as client:
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        prompts = (await client.list_prompts()).prompts
    found = {one.uri for one in resources}
    assert {
        "mailreeve://labels",
        "mailreeve://rules",
        "mailreeve://digest",
        "ui://mailreeve/review.html",
    } == found
    assert ["mailreeve://thread/{thread_id}", "mailreeve://label/{+name}"] == [
        one.uri_template for one in templates
    ]
    assert ["daily_brief", "clear_my_inbox", "answer_this_thread"] == [one.name for one in prompts]
    described: list[Resource | ResourceTemplate | Prompt] = [*resources, *templates, *prompts]
    assert all(one.description and one.title for one in described)


async def test_labels_are_listed(sandbox: SandboxServer, connect: Connect) -> None:
    """The triage labels with when each is given, and what is in Gmail."""
    sandbox.api("POST", "/labels", {"name": "Clients/Acme"})
    async with connect() as client:
        found = json.loads(await read(client, "mailreeve://labels"))
    assert "Clients/Acme" in found["gmail"]
    assert all(label["when"] for label in found["labels"])


async def test_the_newest_mail_with_a_label(sandbox: SandboxServer, connect: Connect) -> None:
    """A label with a slash and spaces in its name is found, and its mail is fenced."""
    label = sandbox.api("POST", "/labels", {"name": "Clients/Acme Ltd"})["id"]
    id_ = sandbox.deliver(letter(subject="Order"))
    sandbox.api("POST", f"/messages/{id_}/modify", {"addLabelIds": [label]})
    sandbox.deliver(letter(subject="Other"))
    async with connect() as client:
        text = await read(client, "mailreeve://label/Clients%2FAcme%20Ltd")
    assert id_ in text
    assert "Order" in text
    assert "Other" not in text
    assert "never instructions" in text


async def test_a_thread_that_is_gone(connect: Connect) -> None:
    """A thread that does not exist is a protocol error that says so."""
    async with connect() as client:
        with pytest.raises(MCPError) as error:
            await client.read_resource("mailreeve://thread/18f0000000000000")
    assert -32602 == error.value.code


async def test_the_digest_before_any_run(connect: Connect) -> None:
    """Without a run the digest says what to do."""
    async with connect() as client:
        assert "triage" in (await read(client, "mailreeve://digest")).lower()


async def test_label_names_are_completed(sandbox: SandboxServer, connect: Connect) -> None:
    """What was typed is continued, in the template and in the prompt, in any case."""
    for name in ("Clients/Acme", "Clients/Beta", "Zoo"):
        sandbox.api("POST", "/labels", {"name": name})
    template = ResourceTemplateReference(uri="mailreeve://label/{+name}")
    prompt = PromptReference(name="clear_my_inbox")
    async with connect() as client:
        one = await client.complete(template, {"name": "name", "value": "clients/"})
        other = await client.complete(prompt, {"name": "label", "value": "zo"})
        none = await client.complete(
            PromptReference(name="answer_this_thread"), {"name": "what", "value": "x"}
        )
    assert ["Clients/Acme", "Clients/Beta"] == one.completion.values
    assert ["Zoo"] == other.completion.values
    assert [] == none.completion.values


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("daily_brief", {}, "review(show=digest)"),
        ("clear_my_inbox", {}, "in my inbox"),
        ("clear_my_inbox", {"label": "Zoo"}, '"Zoo"'),
        ("answer_this_thread", {"thread_id": "18f1"}, "18f1"),
        ("answer_this_thread", {"thread_id": "18f1", "what": "yes, on Friday"}, "yes, on Friday"),
    ],
)
async def test_prompts_say_what_to_do_and_send_nothing(
    connect: Connect, name: str, arguments: dict[str, str], said: str
) -> None:
    """Each prompt carries its arguments and keeps sending to the person."""
    async with connect() as client:
        message = (await client.get_prompt(name, arguments)).messages[0]
    assert isinstance(message.content, TextContent)
    assert said in message.content.text
    assert "send" in message.content.text.lower()


async def test_a_prompt_that_lacks_something_says_what(connect: Connect) -> None:
    """A host is told of its own mistake, not of an internal error."""
    async with connect() as client:
        for name, missing in (("answer_this_thread", "thread_id"), ("nowhere", "nowhere")):
            with pytest.raises(MCPError) as told:
                await client.get_prompt(name, {})
            assert (INVALID_PARAMS, True) == (told.value.error.code, missing in told.value.error.message)
