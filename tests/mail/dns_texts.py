"""DNS of a test: TXT records in a dictionary, or nobody who answers."""

from dataclasses import dataclass, field


@dataclass
class Texts:
    """What is published."""

    published: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    def texts(self, name: str) -> tuple[str, ...] | None:
        """The records of a name."""
        self.asked.append(name)
        return None if self.silent else self.published.get(name, ())
