"""Words and headings as they are compared, whatever their capitals, signs and accents. Pure."""

import unicodedata


def plain(text: str) -> str:
    """A word or heading as it is compared: letters and digits, case folded. ``State/Province`` -> ``stateprovince``."""
    return "".join(c for c in text.casefold() if c.isalnum())


def spelled(words: str) -> set[str]:
    """The words of a list with commas, as they are compared: with and without their accents."""
    listed = [word for word in words.split(",") if word.strip()]
    return {plain(form) for word in listed for form in (word, without_accents(word))}


def without_accents(text: str) -> str:
    """``Prénom`` -> ``Prenom``."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
