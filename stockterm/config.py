"""Settings of a machine or a user: which database, which language, what this terminal is called.

What is said on the command line comes first, then the environment (`STOCKTERM_DATABASE`, `STOCKTERM_LANGUAGE`,
`STOCKTERM_TERMINAL`), then the file `settings.toml` (in the user's configuration folder, or the file that `STOCKTERM_SETTINGS`
names), then the defaults. Company settings are rows in the database, not here.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from db.core.errors import BadValue, phrase

APPLICATION = "stockterm"


@dataclass(frozen=True, slots=True)
class Config:
    """What `settings.toml` may say; blank where it says nothing."""

    database: str = ""
    language: str = ""
    terminal: str = ""
    terminals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def profile(self, terminal: str) -> dict[str, Any]:
        """What is said about a terminal and its reader: the table `[terminals.NAME]` laid over `[terminals.default]`."""
        return {**self.terminals.get("default", {}), **self.terminals.get(terminal, {})}


def load_config(environment: Mapping[str, str] = os.environ) -> Config:
    """The settings file, as far as there is one. Raises `BadValue` where it cannot be understood."""
    path = settings_path(environment)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadValue(
            field="settings file", value=path, expected=phrase("a readable file ({problem})", problem=problem)
        ) from problem
    import tomllib

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BadValue(field="settings file", value=path, expected=f"TOML ({problem})") from problem
    known = {one.name for one in fields(Config)}
    for name, value in found.items():
        if name not in known:
            raise BadValue(
                field=f"settings file {path}", value=name, expected=phrase("one of {known}", known=", ".join(sorted(known)))
            )
        if name == "terminals":
            if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
                raise BadValue(field=f"{name} in {path}", value=value, expected=phrase("tables such as [terminals.default]"))
        elif not isinstance(value, str):
            raise BadValue(field=f"{name} in {path}", value=value, expected=phrase("text in quotes"))
    return Config(**found)


def settings_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the settings file is, or would be."""
    if named := environment.get("STOCKTERM_SETTINGS"):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path(APPLICATION, appauthor=False) / "settings.toml"


def database_address(named: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The address of the database: `named` on the command line, the environment's, the settings file's, or a file of the user's.

    The folder of that file is made.
    """
    address = named or environment.get("STOCKTERM_DATABASE") or load_config(environment).database
    if address:
        return address
    from platformdirs import user_data_path

    folder = user_data_path(APPLICATION, appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'stockterm.db'}"


def language_code(environment: Mapping[str, str] = os.environ) -> str:
    """The language to begin with, before anybody has signed in: `en`, `nb` …"""
    if named := environment.get("STOCKTERM_LANGUAGE"):
        return named
    if configured := load_config(environment).language:
        return configured
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return value.partition(".")[0].partition("@")[0]
    return "en"


def terminal_name(environment: Mapping[str, str] = os.environ) -> str:
    """What this terminal is called: as it was named, else the other end of the SSH connection, else the tty."""
    if named := environment.get("STOCKTERM_TERMINAL") or load_config(environment).terminal:
        return _plain(named)
    if connection := environment.get("SSH_CONNECTION", "").split():
        return _plain(f"ssh {connection[0]}")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        try:
            return _plain(os.ttyname(stream.fileno()).removeprefix("/dev/"))
        except (OSError, ValueError, AttributeError):
            continue
    return ""


def _plain(name: str) -> str:
    return re.sub(r"[^\w .:/@#+-]", "?", name).strip()[:60]
