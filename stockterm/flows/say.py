"""Messages by their level, and the two digits that confirm a posting."""

import secrets

from stockterm.flows.view import Level, Message


def ok(text: str) -> Message:
    """It was done."""
    return Message(Level.OK, text)


def note(text: str) -> Message:
    """What comes next."""
    return Message(Level.NOTE, text)


def warning(text: str) -> Message:
    """Something to look at; nothing is locked."""
    return Message(Level.WARNING, text)


def two_digits() -> str:
    """What has to be typed to post: shown on the screen, so that no stray key and no scanner says it."""
    return str(secrets.randbelow(90) + 10)
