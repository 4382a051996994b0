"""Texts in the conditions of a question to Dataverse or Graph, as OData writes them."""


def quoted(text: str) -> str:
    """A text as a literal, with the quotes around it."""
    return "'" + text.replace("'", "''") + "'"
