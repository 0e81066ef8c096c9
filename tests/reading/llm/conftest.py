"""A reader over the scripted endpoint."""

from collections.abc import Iterator

import pytest
from tests.reading.mails import WHEN
from tests.scripted_llm import ScriptedLlm

from mailreeve.reading.llm.client import ChatClient, Endpoint
from mailreeve.reading.llm.reader import LlmReader


@pytest.fixture
def reader(llm_server: ScriptedLlm) -> Iterator[LlmReader]:
    """It lives on a Tuesday morning and waits no longer than a second."""
    endpoint = Endpoint(llm_server.base_url, "small", timeout_seconds=1, first_wait_seconds=0.01)
    made = LlmReader(ChatClient(endpoint), now=lambda: WHEN)
    yield made
    made.close()
