"""Selection criteria: which leads an agent takes (product.md 4). Pure rules; the SQL form is in db.selection."""

from leadwright.domain.selection.codec import from_json, to_json
from leadwright.domain.selection.evaluate import compiled, flatten, matches
from leadwright.domain.selection.operators import Operator, needs, operators_of
from leadwright.domain.selection.sentences import ConditionResult, explain, sentence
from leadwright.domain.selection.tree import LIMIT, Condition, Criteria, Group, Related, Rules, default_criteria

__all__ = [
    "LIMIT",
    "Condition",
    "ConditionResult",
    "Criteria",
    "Group",
    "Operator",
    "Related",
    "Rules",
    "compiled",
    "default_criteria",
    "explain",
    "flatten",
    "from_json",
    "matches",
    "needs",
    "operators_of",
    "sentence",
    "to_json",
]
