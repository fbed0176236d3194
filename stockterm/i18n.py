"""Texts in the user's language. `_` is called when a text is shown, never at import."""


def _(text: str) -> str:
    """The text in the user's language."""
    return text
