"""Keys without regard to case, in any language.

Folding happens here, in Python, and never in the database: `upper()` knows ASCII only on SQLite, and whatever the server's
locale says on PostgreSQL. Two spellings are the same key when these functions give the same text.
"""

import unicodedata

# Spaces as people type them, at both ends. Not `str.strip()` alone: it also eats the GS that separates GS1 elements.
_BLANK = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\ufeff"


def normalize_code(text: str) -> str:
    """The stored form of a code (item, location, bin, unit, user …): trimmed, upper case, one spelling for each key.

    Folding before raising makes the result stable: "straße", "STRASSE" and "Straße" are all "STRASSE".
    """
    return unicodedata.normalize("NFC", text.strip(_BLANK).casefold().upper())


def trim_number(text: str) -> str:
    """The stored form of a lot, serial or package number: trimmed, its case kept as it was scanned."""
    return unicodedata.normalize("NFC", text.strip(_BLANK))


def number_key(text: str) -> str:
    """What two lot, serial or package numbers are compared by: trimmed, without regard to case."""
    return unicodedata.normalize("NFC", text.strip(_BLANK).casefold())
