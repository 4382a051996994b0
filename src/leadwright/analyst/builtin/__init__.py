"""The analyst that needs no key and no network: parsers, word lists and templates. Abstains rather than guesses."""

from leadwright.analyst.builtin.analyst import BuiltinAnalyst

__all__ = ["BuiltinAnalyst"]
