"""What a reply wants, told by rule: machines and opt-outs for sure, a person's interest where it is plain."""

from leadwright.analyst.builtin.replies.reading import read_reply, settled_by_rule

__all__ = ["read_reply", "settled_by_rule"]
