"""Settings: what is read, and what is refused."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from mailreeve import config
from mailreeve.app import meaning
from mailreeve.errors import ConfigError

ROOT = Path(__file__).parent.parent
TOPIC = "topic = 'projects/p-1/topics/mail'"
TEMPLATE = "[[template]]\nid='a'\nsystem='shop'\nto=['@x.example']\nsubject='s'\nbody='b'\n"
BOOK = "[[address_book]]\nid='a'\nurl='https://dav.example/a/'\nuser='ana'\nsecret='s'\n"


def write(home: Path, text: str) -> Path:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(text, encoding="utf-8")
    return home


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    """A first start needs no configuration."""
    assert config.Config(home=tmp_path) == config.load({}, tmp_path)


def test_the_example_shows_every_default(tmp_path: Path) -> None:
    """config.example.toml loads, and changes nothing."""
    home = write(tmp_path / "home", (ROOT / "config.example.toml").read_text(encoding="utf-8"))
    assert config.Config(home=home) == config.load({}, home)


def sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """Every table of config.toml: the record of a field, or of each entry of one."""
    for name, field in config.Config.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield name, kind


def test_the_example_names_every_key() -> None:
    """No setting is missing in its section of config.example.toml, commented or not."""
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    heads = re.split(r"^#? ?\[+([a-z_]+)[a-z_.]*\]+", text, flags=re.MULTILINE)
    shown: dict[str, str] = defaultdict(str)
    for name, body in zip(heads[1::2], heads[2::2], strict=True):
        shown[name] += body
    found = [(name, key) for name, section in sections() for key in section.model_fields]
    assert len(found) > 100
    missing = [(name, key) for name, key in found if not re.search(rf"\b{key}\b", shown[name])]
    assert [
        ("google", "token"),
        ("template", "fields"),
    ] == missing  # of the environment alone; a table of its own


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[llm]\nmodle = 'x'", "llm.modle: unknown key"),
        ("[wake]\ntopic = 'mail'", "wake.topic"),
        ("[wake]\nsubscription = 'projects/p-1/subscriptions/s-1'", "topic is missing"),
        (f"[wake]\n{TOPIC}\nsubscription = 'projects/p-1/subscriptions/s-1'", "service_account"),
        (f"[wake]\n{TOPIC}\npush_listen = '127.0.0.1:80'", "push_audience and push_account"),
        (f"[wake]\n{TOPIC}\npush_listen = 'mail.example.com:80'", "an address and a port"),
        (f"[wake]\n{TOPIC}\npush_listen = '127.0.0.1:99999'", "an address and a port"),
        ("[google]\nbase = 'http://example.com'", "google.base"),
        ("[google]\nquota = '2027'", "google.quota"),
        ("[triage]\nfirst_days = 0", "triage.first_days"),
        ("[triage]\nlabel_prefix = 'a/b'", "triage.label_prefix"),
        ("this is no toml", "not valid TOML"),
        ("[[labels]]\nid='a'\nwhen='one'\n[[labels]]\nid='a'\nwhen='two'", "same id"),
        (2 * TEMPLATE, "two templates have the same id"),
        (2 * BOOK, "two address_books have the same id"),
        (2 * BOOK.replace("address_book", "calendar_server"), "two calendar_servers have the same id"),
        ("[engine]\nkind='dbos'", "store"),
        ("[engine]\nkind='celery'", "engine.kind"),
        ("home = '/tmp'", "cannot be set there"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, says: str) -> None:
    """The error names the key, so that it can be found and corrected."""
    with pytest.raises(ConfigError, match=says):
        config.load({}, write(tmp_path / "home", text))


def test_an_error_never_echoes_a_value(tmp_path: Path) -> None:
    """A secret in the wrong place does not reach a terminal or a log."""
    home = write(tmp_path / "home", "[llm]\nbase_url = 'ftp://secret-canary'")
    with pytest.raises(ConfigError) as caught:
        config.load({}, home)
    assert "secret-canary" not in str(caught.value)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """MAILREEVE_* are read; OPENAI_* and DATABASE_URL are not."""
    home = write(tmp_path / "home", "[llm]\nmodel = 'from-file'\nbase_url = 'http://127.0.0.1:1/v1'")
    loaded = config.load(
        {
            "MAILREEVE_LLM_MODEL": "from-env",
            "OPENAI_BASE_URL": "https://elsewhere.example",
            "DATABASE_URL": "x",
        },
        home,
    )
    assert ("from-env", "http://127.0.0.1:1/v1") == (loaded.llm.model, loaded.llm.base_url)


def test_a_ready_token_is_taken_for_a_loopback_base_only(tmp_path: Path) -> None:
    """A token in the environment can never be used against, or instead of, a real login."""
    token = {"MAILREEVE_GOOGLE_TOKEN": "t"}
    with pytest.raises(ConfigError, match="loopback"):
        config.load(token, tmp_path)
    with pytest.raises(ConfigError, match="loopback"):
        config.load({**token, "MAILREEVE_GOOGLE_BASE": "https://mail.example.com"}, tmp_path)
    loaded = config.load({**token, "MAILREEVE_GOOGLE_BASE": "http://127.0.0.1:9"}, tmp_path)
    assert loaded.google.token is not None


def test_a_token_is_not_shown_when_the_settings_are_printed(tmp_path: Path) -> None:
    """Secrets are masked in the record itself."""
    loaded = config.load(
        {"MAILREEVE_GOOGLE_BASE": "http://127.0.0.1:9", "MAILREEVE_GOOGLE_TOKEN": "canary-token"}, tmp_path
    )
    assert "canary-token" not in repr(loaded)


def test_the_example_is_valid_toml() -> None:
    """The file that people copy can be read by any TOML reader."""
    assert "llm" in tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8"))


def test_sending_is_off_unless_it_reaches_nobody(tmp_path: Path) -> None:
    """A real account starts without `send`; a sandbox with a ready token has it; the file has the last word."""
    sandbox = {"MAILREEVE_GOOGLE_BASE": "http://127.0.0.1:9", "MAILREEVE_GOOGLE_TOKEN": "t"}
    quiet = write(tmp_path / "quiet", "[policy]\ncapabilities = ['read']")
    loaded = [config.load({}, tmp_path), config.load(sandbox, tmp_path), config.load(sandbox, quiet)]
    assert [False, True, False] == ["send" in one.policy.capabilities for one in loaded]


@pytest.mark.parametrize("folder", [".", "tokens", "../home/tokens", "drafts/out"])
def test_files_are_never_attached_from_the_home(tmp_path: Path, folder: str) -> None:
    """Tokens and settings lie there: no name that a model gives may reach them."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(f"[policy]\nattach_folder = '{home / folder}'\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="attach_folder"):
        config.load({}, home)


@pytest.mark.parametrize("action", ["archive", "read"])
def test_suspicious_mail_is_never_hidden_by_its_label(tmp_path: Path, action: str) -> None:
    """A mail that is called suspicious by mistake must stay where its person looks."""
    label = (
        f"[[labels]]\nid = 'odd'\nwhen = 'It is a fraud.'\narchetype = 'suspicious'\nactions = ['{action}']\n"
    )
    with pytest.raises(ConfigError, match="must not be hidden"):
        config.load({}, write(tmp_path, label))


def test_search_by_meaning_needs_an_endpoint_and_gives_no_key_away(tmp_path: Path) -> None:
    """A model without any base_url is refused; the key of [llm] goes to its own endpoint alone; env:NAME is read."""
    home = write(tmp_path / "home", "[semantic]\nmodel = 'e'")
    with pytest.raises(ConfigError, match="no endpoint"):
        config.load({}, home)
    llm = "[llm]\nbase_url = 'http://127.0.0.1:1/v1'\napi_key = 'llm-key'\n[semantic]\nmodel = 'e'\n"
    same = meaning.endpoint(config.load({}, write(tmp_path / "home", llm)))
    assert ("http://127.0.0.1:1/v1", "llm-key") == (same.base_url, same.api_key)
    other = meaning.endpoint(
        config.load({}, write(tmp_path / "home", f"{llm}base_url = 'http://127.0.0.1:2/v1'"))
    )
    assert ("http://127.0.0.1:2/v1", "") == (other.base_url, other.api_key)
    named = write(tmp_path / "home", f"{llm}api_key = 'env:KEY'")
    assert "k" == meaning.endpoint(config.load({"KEY": "k"}, named)).api_key
    with pytest.raises(ConfigError, match="KEY"):
        config.load({}, named)


def test_the_key_of_the_model_may_stand_in_the_environment(tmp_path: Path) -> None:
    """env:NAME is read as for every other secret; a name that is not there is told, and never sent as a key."""
    home = write(tmp_path / "home", "[llm]\napi_key = 'env:LLM_KEY'")
    loaded = config.load({"LLM_KEY": "k"}, home)
    assert "k" == (loaded.llm.api_key and loaded.llm.api_key.get_secret_value())
    with pytest.raises(ConfigError, match=r"llm\.api_key: LLM_KEY is not in the environment"):
        config.load({}, home)


@pytest.mark.parametrize("section", ["address_book", "calendar_server"])
def test_the_password_of_a_server_may_stand_in_the_environment(tmp_path: Path, section: str) -> None:
    """env:NAME is never sent as the password itself; a name that is not there is told with whose it is."""
    text = BOOK.replace("address_book", section).replace("secret='s'", "secret='env:DAV'")
    home = write(tmp_path / "home", text)
    (server,) = getattr(config.load({"DAV": "p"}, home), section)
    assert "p" == server.secret.get_secret_value()
    with pytest.raises(ConfigError, match=f"{section} a: DAV is not in the environment"):
        config.load({}, home)


def test_a_path_may_begin_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` is the person's, in every setting that names a file or a folder; an unknown user's is told."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    home = write(
        tmp_path / "home", "[policy]\nattach_folder = '~/Outbox'\n[google]\nclient_file = '~/client.json'\n"
    )
    loaded = config.load({}, home)
    assert (tmp_path / "Outbox", tmp_path / "client.json") == (
        loaded.policy.attach_folder,
        loaded.google.client_file,
    )
    with pytest.raises(ConfigError, match=r"policy\.attach_folder: .* no user"):
        config.load({}, write(home, "[policy]\nattach_folder = '~nobody-of-this-name/x'"))


def test_a_home_that_is_a_file_is_told_as_such(tmp_path: Path) -> None:
    """The way on is another MAILREEVE_HOME, not other permissions."""
    (tmp_path / "home").touch()
    with pytest.raises(ConfigError, match="MAILREEVE_HOME has to name a folder"):
        config.load({"MAILREEVE_HOME": str(tmp_path / "home")})
