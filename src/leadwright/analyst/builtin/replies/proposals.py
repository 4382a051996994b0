"""How people propose another day for a call, in English written out (`spelling.written_out`). Patterns only."""

_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri)day|tomorrow|(?:the )?\d{1,2}(?:st|nd|rd|th)|"
    r"(?:the )?(?:week|month|day) after(?: (?:that|next))?|(?:the )?following (?:week|month|\w+day)|"
    r"next (?:week|month))"
)
MEETINGS = (
    rf"\b{_DAY}(?: (?:onwards?|morning|afternoon|evening|instead|(?:at |after |around )?\d{{1,2}} ?(?:am|pm)?))*,? "
    r"(?:also |both )?(?:works?|suits?|(?:would|will|might|could) (?:\w+ )?(?:be (?:\w+ )?(?:better|best|fine|good|"
    r"great|ok|perfect|easier|ideal)|work|suit)|is (?:\w+ )?(?:better|best|fine|good|great|free|open|ok|easier|"
    r"perfect))\b",
    rf"\b(?:can|could|shall|may|might) we (?:\w+ )?(?:do|make it|say|move|push|shift|try|aim for|go for|pick)\b"
    rf"[^.!]{{0,30}}\b{_DAY}\b",
    rf"\b(?:how|what) about (?:\w+ )?{_DAY}\b(?!')",
    r"\bopen to (?:a|an|another|some) (?:\w+ )?(?:call|chat|meeting|demo|talk|conversation|visit)\b",
)
