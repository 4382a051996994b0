"""May the lead decide on the purchase? Read from what is said, else from the field and the job title."""

import re
from collections.abc import Mapping

from leadwright.analyst.builtin.bant.conversation import Sentence, Talk, clause_around
from leadwright.analyst.builtin.titles import Level, read_title
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.evidence import Evidence, SourceKind
from leadwright.domain.patterns import lazy_pattern

_APPROVER = (
    r"(?:(?:finance|financial|accounting|procurement|purchasing|legal|executive|leadership|management|budget"
    r"|investment) "
    r"(?:team|department|dept|director|manager|committee|people|folks|side|office|board|head|controller|group"
    r"|division)|"
    r"(?:(?:upper|senior|top|our|my|the|to|by|with|from|through) )(?:management|finance|procurement|purchasing"
    r"|leadership|accounting|legal)\b"
    r"(?! (?:of|tools?|software|systems?|needs|process\w*|plan))|"
    r"c[efoit]o|boss|manager|director|board|committee|executives?|execs|higher[- ]?ups?|head office|headquarters"
    r"|supervisor|superiors?|"
    r"senior (?:team|leaders)|decision[- ]makers?|owner|department head|budget (?:holder|owner)|vp|vice president"
    r"|president)"
)
_SAY = r"(?:say|authority|authori[sz]ation|power|word|mandate|clearance|decision|sign-?off|autonomy|call|approval)"
_NOT = r"(?:\bnot|n't|\bnever|\bno longer|\bnor)"
_POWER = r"(?:authority|say|(?:decision|purchasing|buying)[- ]?(?:making )?power|mandate|last word)"
_GROUP = (
    r"(?:team|department|company|firm|business|group|unit|division|office|family|organi[sz]ation|plant|site|branch|"
    r"factory|warehouse|depot|location|region|store|shop|subsidiary|practice|clinic|hospital|hotel|lab|school|facility)"
)
_THING = (  # "quality is the decision maker for us"
    r"(?:price|pricing|cost|costs|budget|money|quality|delivery|time|speed|uptime|safety|security|service|support|"
    r"reliability|performance|value|accuracy|availability|features?|fit|compliance|sustainability)"
)
_SOMEBODY = (  # named or not, and none of us: "Jane", "someone else"
    rf"(?:some(?:body|one) else|(?:parent|mother|holding|head|other|another|different) {_GROUP}|(?<![\w'-])(?!(?:i|we|"
    rf"you|me|myself|ourselves|{_THING}|it|this|that|who|which|what|there|here|one|else|nobody|everybody|everyone|both|all|each|"
    rf"role|title|position|job|now|then|also|always|alone|still|{_GROUP}|\w+ly)\b)[a-z][\w'-]*)"
)
_ONE_OF = (
    r"(?:(?:an?|the|our|one|\d+|of|among|sole|only|main|primary|key|final|ultimate|joint|real|actual|also|actually|"
    r"indeed|currently|both|all) )*"
)
_DECIDER = r"decision[- ]?makers?"
_AND_ME = (  # at the end: "our CFO and I collect offers" goes on
    r"(?:(?!not\b)[^\s;:]+ ){1,9}?(?:and|&|with|plus) (?:me|myself|i|us|ourselves)"
    r"(?=\s*(?:[.,;:!)]|$|both\b|together\b))"
)
_LACKS = lazy_pattern(
    rf"{_NOT} (?:\w+ ){{0,3}}?(?:have|hold|possess|got|carry|be having) (?:[\w-]+ ){{0,4}}?(?:{_SAY})\b"
    rf"|\bhave no (?:[\w-]+ ){{0,3}}?(?:{_SAY})\b|\black (?:[\w-]+ ){{0,3}}?(?:{_SAY})\b"
    rf"|{_NOT} (?:[\w-]+ ){{0,4}}?(?:decision[- ]?maker|(?:one|1|person|guy) (?:who|that|to|making|with)|authori[sz]ed"
    rf"|in a position to|"
    r"in charge|up to me|my (?:decision|call)|mine to (?:make|take)|able to (?:approve|sign|authori[sz]e|make (?:the"
    r"|that|this|a|any) ))"
    rf"|(?:can't|cannot|can not|unable to|not able to) (?:\w+ ){{0,2}}?(?:approve|authori[sz]e|sign (?:off|this|it"
    rf"|the)|(?:make|take) (?:[\w-]+ ){{0,3}}?(?:decision|call|purchase))"
    rf"|\b(?:decision|call|approval|say) (?:\w+ ){{0,2}}?(?:rests|lies|sits|belongs|comes down|is made|is up|remains"
    rf"|comes) (?:\w+ ){{0,2}}?(?:with|by|to|from)\b(?! (?:me|us|myself)\b)"
    r"|\b(?:only|just|can|could|do|to) (?:influence|recommend|advise on)\b|\binfluence the decision\b|\bmake (?:a "
    r"|my )?recommendations?\b|\bevaluations? and recommendations?\b"
    r"|\bi(?:'m| am) (?:just|only) (?:an? |the )(?:\w+ )?(?:intern|assistant|analyst|researcher|student|user)\b"
    r"|\b(?:is|it's|that's) (?:ultimately |really |finally )?(?!it|that|what|who|there|let)[a-z]+'s (?:decision|call)\b"
    rf"|\b{_SOMEBODY}(?:'s| is| are) {_ONE_OF}{_DECIDER}\b"
    rf"|\b{_DECIDER} (?:(?:here|on|for|this|that|it) )*(?:is|are) "
    rf"(?!(?:\w+ ){{0,2}}?(?:me|myself|us|i|we|you|yours truly|in front of|on board|on the line|speaking|writing)\b"
    rf"|(?:(?:the|our|my|your) )?{_THING}\b(?! (?:team|head|lead|\w+(?:er|or|ment))\b)|{_AND_ME})"
    rf"|\b{_SOMEBODY} (?:has|holds) (?:(?!an?\b|no\b|not\b|any\b|some\b|its\b)[\w-]+ ){{0,4}}?{_POWER}\b"
)
_ME_TOO = lazy_pattern(  # "management has the final say, and I am the managing director"
    r"\bso (?:am|do) i\b|\b(?:is|are|that's|being) (?:also |both )?(?:me|myself|yours truly)\b"
    r"|\b(?:together|along|jointly) with (?:me|us|myself)\b"
    r"|(?<!if )(?<!when )(?<!before )(?<!once )(?<!after )(?<!what )(?<!that )"
    r"\bi (?:alone |also )?(?:decide|sign|chair)\b"
    r"(?! (?:nothing|only|with|after|up|in)\b)"
    r"|\bi(?:'m| am) (?:also )?(?:the |its |their )(?:sole |main )?(?:owner|founder|ceo|managing director|president"
    r"|chair\w*|cfo|coo|one)\b(?!'s| (?:of|for) (?:marketing|sales|it)\b| who (?:does not|doesn't|can't))"
)
_ASKS = lazy_pattern(
    rf"\b(?:consult|check|discuss|run|clear|confirm|present|propose|pitch|take|bring|pass|talk|speak|confer|coordinate|"
    rf"collaborate|convince|review|verify|loop|submit|escalate|forward|go back|seek|obtain|secure|get|need"
    rf"|await|wait)\b"
    rf"(?:(?! sounds)[^.;?!]){{0,60}}?\b(?:with|to|by|past|through|from|for|in|of|on|the|our"
    rf"|my) (?:\w+ ){{0,2}}?{_APPROVER}\b"
    rf"|\b(?:need|needs|require|requires|get|await|awaiting|pending|subject to|obtain|seek|requires?|waiting (?:for"
    rf"|on))\b (?:[\w']+ ){{0,4}}?"
    r"(?:approvals?|sign-?off|green light|authori[sz]ation|permission|buy-?in)\b"
    rf"|\b(?:approval|sign-?off|green light|go-ahead|authori[sz]ation|permission|buy-?in"
    rf"|blessing) (?:\w+ ){{0,2}}?(?:from|by|of) (?!me\b|us\b|mine\b)"
    rf"|\b{_APPROVER} (?:\w+ ){{0,2}}?(?:has|have|makes?|holds?|needs? to|must|will|would|signs?|gives?|controls?"
    rf"|decides?|approves?) "
    r"(?:[\w-]+ ){0,4}?(?:final|say|decisions?|approv\w+|decide|sign|authority|call|budget|word|review|okay|ok"
    r"|contracts?|purchases?"
    r"|orders?|deals?)\b"
    rf"|\b{_APPROVER} (?:decides?|approves?|signs off)\b"
)
# Somebody else's approval that is not needed, or there already.
_FREE = lazy_pattern(
    r"(?:n't|\bnot) (?:\w+ )?(?:need|require) (?:\w+ ){0,3}?(?:approval|sign-?off|permission|authori[sz]ation)"
    r"|\b(?:no|without) (?:\w+ ){0,2}?(?:approval|sign-?off|permission|authori[sz]ation)\b"
    r"|(?<!n't )(?<!not )(?<!to )\b(?:have|got|has|received|obtained|secured) (?:an? |the |full |already |his |her |my "
    r"|our ){0,3}(?:approval|sign-?off|go-ahead|green light|permission)\b"
    rf"|\b{_APPROVER} (?:has |have |already |just )*(?:approved|signed off|okayed)\b"
)
_MEANT_TO_BUY = lazy_pattern(
    r"\b(?:budget|purchas\w*|decision|approv\w*|financ\w*|final|propos\w*|sign|cost|price|pricing|buy\w*|case"
    r"|procurement|spend\w*|say|commit\w*|contract|order|before (?:i|we)|management|higher|cfo|ceo|boss|board|director"
    r"|committee)\b"
)
_HOLDS = lazy_pattern(
    r"\b(?:have|hold|got|has|had) (?:[\w-]+,? ){0,5}?(?:authority|say|go-ahead|green light|approval|sign-?off"
    r"|(?:decision|purchasing|buying)[- ]?(?:making )?power|clearance|mandate|last word)\b"
    rf"|\b(?:i|we)(?:'m| am|'re| are|'ll be| will be) {_ONE_OF}"
    rf"(?:(?!\w+ing\b)(?:[\w-]+ ){{1,4}}?(?:and|as well as) {_ONE_OF})?{_DECIDER}"
    rf"|\bas {_ONE_OF}{_DECIDER},? (?:i|we|here)\b|\b{_DECIDER} (?:here )?is (?:me|myself)\b"
    rf"|\byou(?:'re| are|'ve| have) (?:talking to|speaking (?:to|with)|reached|found) {_ONE_OF}{_DECIDER}"
    r"|\b(?:i|we)(?:'m| am|'re| are) (?:\w+ ){0,3}?(?:budget (?:holder|owner)|in charge of"
    r"|authori[sz]ed|responsible for (?:\w+ ){0,3}?(?:budget|purchas|decision|procurement|financ))"
    r"|\b(?:i|we) (?:\w+ ){0,2}?(?:make|take|approve|sign off|authori[sz]e|finali[sz]e|control|oversee|handle"
    r"|own) (?:on )?(?:[\w-]+ ){0,5}?(?:decisions?|purchases?|budget|order|call)\b"
    r"|\b(?:decision|call) is (?:mine|up to me)|\b(?:it's|it is|that's|this is) my (?:call|decision)\b"
    r"|\bi(?:'m| am) the (?:\w+ )?(?:owner|founder|co-?founder|proprietor|ceo|managing director)\b"
    r"|\bi (?:can |may |will )?(?:sign off|approve) (?:on )?(?:anything|everything|all)\b|\b(?:rests|lies) with me\b"
    r"|\b(?:financial|final|ultimate"
    r"|budget) authority\b"
)
_NAMES_ONE = lazy_pattern(rf"\b{_DECIDER}\b")  # of the seller's sentences: "as the decision maker you ..."
_NOT_MINE = lazy_pattern(rf"{_NOT}(?! only)|\bused to\b|^had (?:[\w-]+,? )*?{_POWER}")  # denied, or over
_OVER = lazy_pattern(r"\b(?:until|till) (?:last|recently|then|yesterday)\b|\bformerly\b|\bpreviously\b")
_IS_OURS = lazy_pattern(rf"\b(?:who|which|that|(?:our|my|the|this) (?:whole |entire |own )?{_GROUP}) (?:\w+ )?$")
_BUYS = lazy_pattern(
    r"\bready to (?:move|go|proceed|buy|purchase|order|sign|finali[sz]e|get started|start)|\blet's (?:do it"
    r"|get (?:this|it|the|started)|go ahead|proceed|move|finali[sz]e)"
    r"|\b(?:i'll|we'll|i'd like to|we'd like to|we want to|happy to) (?:take it|proceed|order|buy|go ahead"
    r"|move forward|go with)"
    r"|\b(?:send|email|forward|prepare)\b(?:(?! sounds)[^.;?!]){0,40}?\b(?:proposal|contract|agreement|paperwork|quote"
    r"|invoice)\b"
    r"|\b(?:please place|place (?:the|an|our) order|sign the (?:contract|agreement)|where do (?:i|we) sign)"
)
_PAPER = lazy_pattern(r"\b(?:proposal|contract|agreement|paperwork|order|invoice|quote|documentation)\b")
_AGREES = lazy_pattern(
    r"(?:(?:that )?(?:sounds|would be|works)|perfect|great|excellent|yes|sure|please do|looking forward"
    r"|i'll keep an eye|sounds like a plan|thank|i look forward|appreciate)"
)


def judge_authority(talk: Talk, fields: Mapping[str, str]) -> FactorJudgement:
    """A denial in the talk weighs most, then a claim, then a step towards the purchase, then field and job title."""
    if lacking := next((s for s in talk.sentences if _denies(s)), None):
        return _judged(Score.LOW, "Somebody else has to approve the purchase.", talk.quoted(lacking))
    for sentence in talk.sentences:
        if sentence.by_lead:
            if _claims(sentence):
                return _judged(Score.HIGH, "Says that they decide on the purchase.", talk.quoted(sentence))
            continue
        if not (_HOLDS.search(sentence.plain) or _NAMES_ONE.search(sentence.plain)):
            continue
        if re.search(r"\byou\b|\byour\b", sentence.plain):
            if yes := talk.answered_yes(sentence):
                return _judged(Score.HIGH, "Confirms that they decide.", talk.quoted(sentence), talk.quoted(yes))
            if not _is_question(sentence) or re.search(r"\b(?:as|since|given that|because) you\b", sentence.plain):
                return _judged(Score.MEDIUM, "Taken as the one who decides, without objection.", talk.quoted(sentence))
    if field := _of_fields(fields, sure=True):
        return field
    if talk.names and (step := _step(talk)):  # in a call; in a mail "send me a proposal" tells nothing of who decides
        return _judged(Score.MEDIUM, "Takes the next step of the purchase; no other approval is named.", *step)
    return _of_fields(fields, sure=False) or FactorJudgement(
        Factor.AUTHORITY, Score.UNKNOWN, "Nothing was said of who decides."
    )


def _denies(sentence: Sentence) -> bool:
    plain = sentence.plain
    if sentence.by_lead:
        if _ME_TOO.search(plain):
            return False
        if _LACKS.search(plain) and not re.search(r"\bif you (?:do not|don't)|\byou (?:do not|don't)\b", plain):
            return not _is_question(sentence) or bool(re.search(r"\b(?:i|we)\b", plain))
        if _FREE.search(plain):
            return False
        return bool(_ASKS.search(plain) and _MEANT_TO_BUY.search(plain)) and bool(
            re.search(r"\b(?:i|i'll|i'd|i'm|we|we'll|we'd|me|my|our|us|it|this|that|decision|approval)\b", plain)
        )
    return bool(
        re.search(r"\byou(?:'re| are| do|'ll| will|'d)?\b", plain)
        and _LACKS.search(plain)
        and not _is_question(sentence)
        and "if you" not in plain
    )


def _claims(sentence: Sentence) -> bool:
    """Does the lead say that they decide, today and themselves, or that somebody's approval is no longer needed?"""
    if _is_question(sentence):
        return False
    plain = sentence.plain
    return bool(_FREE.search(plain)) or any(_is_mine(plain, match) for match in _HOLDS.finditer(plain))


def _is_mine(plain: str, match: re.Match[str]) -> bool:
    if _NOT_MINE.search(match[0]) or _OVER.search(clause_around(plain, *match.span())):
        return False
    others = re.match(rf"has (?:[\w-]+,? )*?{_POWER}$", match[0])  # "she has the final say"
    return not others or bool(_IS_OURS.search(plain[: match.start()]))


def _step(talk: Talk) -> tuple[Evidence, ...]:
    for sentence in reversed(talk.of_lead):
        if _BUYS.search(sentence.plain) and not re.search(rf"{_NOT} (?:\w+ )?ready", sentence.plain):
            return (talk.quoted(sentence),)
    for index, sentence in enumerate(talk.sentences[:-1]):
        if sentence.by_lead or not _PAPER.search(sentence.plain):
            continue
        reply = next((s for s in talk.sentences[index + 1 :] if s.turn > sentence.turn), None)
        if reply and reply.by_lead and _AGREES.match(reply.plain):
            return talk.quoted(sentence), talk.quoted(reply)
    return ()


def _of_fields(fields: Mapping[str, str], *, sure: bool) -> FactorJudgement | None:
    if decides := fields.get("lead.decisionmaker"):
        yes = decides.strip().casefold() in ("yes", "true", "1")
        said = "Marked as decision maker." if yes else "Marked as no decision maker."
        return _judged(Score.HIGH if yes else Score.LOW, said, _field("lead.decisionmaker", decides))
    title = fields.get("lead.jobtitle", "")
    level = read_title(title).level if title and not sure else None
    if level and level >= Level.DIRECTOR:
        score = Score.HIGH if level >= Level.VP else Score.MEDIUM
        return _judged(score, f"{title} usually decides on purchases.", _field("lead.jobtitle", title))
    return None


def _field(name: str, value: str) -> Evidence:
    return Evidence(f"field:{name}", SourceKind.FIELD, name, value, name)


def _is_question(sentence: Sentence) -> bool:
    return sentence.text.rstrip().endswith("?")


def _judged(score: Score, reason: str, *evidence: Evidence) -> FactorJudgement:
    return FactorJudgement(Factor.AUTHORITY, score, reason, tuple(evidence))
