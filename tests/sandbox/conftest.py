"""A client of the sandbox that checks every answer."""

import pytest
from tests.sandbox.given import Google
from tests.sandbox_server import SandboxServer


@pytest.fixture
def google(sandbox: SandboxServer) -> Google:
    """An empty mailbox behind a client that holds every answer against the discovery document."""
    return Google(sandbox)
