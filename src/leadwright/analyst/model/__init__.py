"""The analyst that asks a language model, through pydantic-ai. One question a file; what it answers is checked here.

Nothing here imports pydantic-ai before the first question: without the extra "model" the rest works.
"""

from leadwright.analyst.model.analyst import ModelAnalyst
from leadwright.analyst.model.journal import Journal
from leadwright.analyst.model.spending import Spending

__all__ = ["Journal", "ModelAnalyst", "Spending"]
