"""Files that the Google Cloud console gives out: clients and keys, as JSON."""

import json
from pathlib import Path
from typing import Any

from mailreeve.errors import ConfigError


def read(file: Path, missing: str, how: str) -> Any:
    """What it holds. Raises ConfigError; `missing` says what is not there, `how` where to get it."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no {missing} at {file}.", how) from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", "Check its permissions.") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{file} is not valid JSON.", how) from None
