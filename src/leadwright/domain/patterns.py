"""Regular expressions with hundreds of alternatives, compiled when they are first asked.

Compiled at import they cost each command, also one that reads no mail, about a second.
"""

import re
from typing import Any, cast


class _Uncompiled:
    def __init__(self, source: str) -> None:
        self.pattern = source

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(re.compile(self.pattern), name)
        setattr(self, name, found)
        return found


def lazy_pattern(source: str) -> re.Pattern[str]:
    """Like `re.compile(source)`; a mistake in `source` is raised at the first use."""
    return cast("re.Pattern[str]", _Uncompiled(source))
