"""The phrases by which people ask for another time, in English written out (`spelling.written_out`). Patterns only."""

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|aug|"
    r"sept?|"
    r"oct|nov|dec)"
)
_THEN = (
    rf"(?:(?:in|until|till|after|around|from|by|come|next|early|late|mid|mid-|towards|for|this|(?:the )?(?:beginning|"
    rf"start|"
    rf"end|middle|(?:first|second|third|last) (?:week|half)) of) )+(?:the )?(?:early |late |mid-?|new |next |coming |"
    rf"first |"
    rf"second |third |fourth |end of (?:the )?|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)*(?:{_MONTH}\b|spring|summer|"
    rf"autumn|fall\b|winter|"
    rf"q[1-4]|h[12]\b|year|quarter|half|season|fiscal|holidays|christmas|easter|audit|migration|move|launch|peak|rush|"
    rf"(?:a few|a couple of|\d+|two|three|four|six|nine|twelve) (?:months|weeks|quarters))|maybe (?:in )?q[1-4]|"
    rf"down the (?:road|line|track)|(?:some )?(?:another|other) time"
)
LATER = (  # asks to be written to at another time, or says that now is none
    rf"\b(?:ping|try|ask|e-?mail|call|contact|write|reach out|circle back|come back|check(?: back| in)?|talk|"
    rf"touch base|"
    rf"follow(?:ing)? up|get back|hit|remind|revisit|reconnect|speak|catch up|chat|pick (?:this|it) up|get in touch|"
    rf"drop)\b"
    rf"(?: (?:to|with|in|back|out|again|me|us|up|this|it|your?|line|a|on|here|then|touch))* {_THEN}",
    r"\b(?:contact|call|e-?mail|write|ask|ping|try)(?: to)? (?:me|us) then\b|\bnot (?:be )?(?:looking|deciding|"
    r"buying|reviewing|doing)\b"
    r".{0,30}\b(?:until|till|before)\b|\bno budget (?:before|until|till)\b",
    r"\bnot (?:\w+ )?(?:need|require)\w*(?: (?:it|this|that|them|one|anything))? (?:before|until|till)\b",
    r"\b(?:another|some other) time (?:perhaps|maybe|then)\b|^(?:perhaps |maybe )?(?:another|some other) time[.!]*$",
    r"\bmaybe (?:in )?(?:the )?(?:q[1-4]|h[12]|next|spring|summer|autumn|fall|winter|down the|new year)\b",
    r"\b(?:we|i) (?:are|am) not there yet\b|\bnot the (?:right )?(?:moment|time)\b",
    r"\bnothing (?:new |else )?(?:gets?|will (?:be|get)|is) (?:approved|decided|bought|signed|purchased)\b",
    r"\b(?:can|could|will|would) not (?:\w+ )?(?:think|look|focus|deal|consider|take|start|do|commit|sign|buy|"
    r"order|decide|purchase|approve|move|proceed|switch|renew)\b.{0,30}\b(?:before|until|"
    r"till|right now|"
    r"this (?:year|quarter|month|side))\b",
    r"\b(?:no|zero|not enough|without) (?:bandwidth|headspace|capacity)\b|\b(?:swamped|snowed under|drowning|flat out|"
    r"underwater|up to my (?:neck|ears))\b",
    r"\b(?:contract|agreement|licen[cs]e|subscription|deal)\b.{0,40}\b(?:runs?|expires?|ends?|is up|renews?|"
    r"up for renewal)\b"
    r".{0,25}\b(?:until|till|to|through|in|next|20\d\d)\b",
    r"\b(?:park(?:ing|ed)?|hold(?:ing)? off|postpon\w+|delay\w*|push(?:ing|ed)?|defer\w*|"
    r"wait(?:ing)?)\b(?: \w+){0,4} (?:until|till)\b",
    r"\b(?:20\d\d|next year|q[1-4]) (?:conversation|topic|project|thing|problem|discussion|matter)\b|\btoo much on\b|"
    r"\bbusy season\b",
    r"\btiming (?:is )?(?:wrong|off|not (?:right|good|great))\b|\bmid[- ](?:migration|project|audit|move|rollout|"
    r"implementation)\b",
)  # fmt: skip
