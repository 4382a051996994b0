"""Is there a need for what we sell, or only curiosity? Read from the lead's own sentences, else from the field."""

from collections.abc import Mapping

from leadwright.analyst.builtin.bant.conversation import Talk
from leadwright.analyst.builtin.bant.spans import NOT_BY
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.evidence import Evidence, SourceKind
from leadwright.domain.patterns import lazy_pattern

# Each says by itself that no need is seen.
_NONE = lazy_pattern(
    r"(?:\bnot|n't) (?:\w+ ){0,3}?(?:sure|certain|convinced|clear|confident|positive) (?:\w+ ){0,3}?(?:how|if|whether"
    r"|that|what|why|we|they|it|this|about)\b"
    r"(?=.{0,90}\b(?:needs?|needed|fits?|align\w*|necessary|benefit\w*|require\w*|right|use|useful|apply|applies|worth"
    r"|relevan\w+|want|help\w*|justif\w+|essential)\b)"
    r"|\b(?:unsure|uncertain|unclear|doubt(?:ful)?|on the fence)\b(?=.{0,90}\b(?:needs?|needed|fits?|align\w*"
    r"|necessary|benefit\w*|require\w*|use|useful|worth|relevan\w+|justif\w+|these|this|it)\b)"
    r"|\b(?:whether|if) (?:(?:we|i|it|this|that|these|they|those|the|our) (?:\w+ ){0,5}?)(?:really |actually |truly "
    r"|even |is |are |all )*(?:necessary|needed|essential|need (?:it|this|these|them|all|any|something)|worth it)\b"
    r"|\b(?:figuring|figure|find|finding|work|working) out (?:\w+ ){0,2}?(?:what|whether|if)\b|\b(?:still"
    r"|yet) (?:\w+ ){0,2}?(?:to )?(?:clearly )?(?:define|determine|identify|assess|clarify) (?:\w+ ){0,3}?(?:needs?"
    r"|requirements?)\b"
    r"|(?:\bnot|n't|\bnever) (?:(?!what|all|everything|whatever)\w+ ){0,3}?(?:need|require|see (?:a |the |any "
    r"|an )?(?:\w+ )?need|have (?:a |an |any "
    r"|the )?(?:\w+ )?(?:needs?|requirements?|problems?|issues?|pain points?|challenges?|urgency))\b"
    r"|\bno (?!longer)(?:\w+ ){0,2}?(?:need|requirements?|pressing|urgency|problems?|pain points?)\b(?! to worry)(?!,)"
    r"|(?:\bnot|n't) (?:\w+ ){0,3}?(?:nailed down|figured out|identified|defined|determined|pinned down|established"
    r"|worked out|assessed|decided what)\b"
    r"|\b(?:just|only|mainly|mostly|simply) (?:\w+ ){0,2}?(?:exploring|looking around|browsing|curious|gathering"
    r"|researching|shopping|considering our options|checking (?:it |things )?out|kicking the tires|seeing what)"
    r"|\b(?:if and when|nice to have|nice-to-have|not a (?:\w+ )?(?:priority|must|necessity)"
    r"|not (?:an? )?(?:\w+ )?(?:urgent|pressing|immediate|critical|essential)|not facing any)\b"
    r"|\b(?:current|existing|our) (?:(?!not|never|no|hardly|barely)[\w-]+ ){0,3}?(?:works?|working|serves?|meets?"
    r"|handles?|does|do|suffices?|covers?"
    r"|is|are|seems?) (?:(?!not|never|no|hardly|barely|anything)\w+ ){0,2}?(?:fine|well|okay|ok|good enough|sufficient"
    r"|enough|adequate|our needs|the job"
    r"|us well|alright)\b"
    r"|\b(?:happy|satisfied|content|fine) with (?:our|the|what) (?:\w+ )?(?:current|existing|we have)"
    r"|\b(?:hard|difficult) to (?:see|justify)\b|(?:\bnot|n't) (?:\w+ ){0,2}?(?:see|seeing) (?:how|why|the (?:value"
    r"|point|benefit|fit))"
    r"|\balready (?:have|use|using|covered)\b(?=.{0,60}\b(?:similar|does|covers?|works? (?:well|fine)|in place)\b)"
)  # fmt: skip
# Each only weakens a need.
_VAGUE = lazy_pattern(
    r"\b(?:exploring|looking (?:into|at)|considering|weighing) (?:some |our |a few |other |different "
    r"|various )?(?:options|possibilities|alternatives)"
    r"|\b(?:exploring|curious|explore)\b|\b(?:might|may|could) (?:potentially |possibly )?(?:be (?:useful|helpful"
    r"|interesting|beneficial|nice)|help|fit|benefit|come in handy|need)\b"
    r"|\b(?:potentially|eventually|at some point|down the (?:road|line)|someday|in the future|some day|for now)\b"
    r"|\bi guess\b|\bnot (?:entirely|quite|really|totally|completely|fully|exactly|too|100%)? ?(?:sure|certain"
    r"|convinced)\b(?! (?:about|of) (?:\w+ )?(?:price|cost|budget|timing|dates?|schedule))|\bopen to (?:suggestions"
    r"|ideas)"
    r"|\bsee (?:if|whether|how) (?:\w+ ){0,3}?(?:fits?|help|benefit|work|align|useful|makes sense)"
)
_WANTS = lazy_pattern(
    r"\b(?:we|i|team|company|department|organi[sz]ation|project|they|operations)(?:'re|'m| are| am| is|'ve been"
    r"| have been|'s)? ?(?:really |definitely |urgently |currently |also |actively |always )*"
    r"(?:need(?! to (?:know|think|check|see|consult|discuss|propose|ensure|make sure|stick))(?! (?:it|this|them|these"
    r"|everything|that|the \w+)(?: all)? (?:set up|installed|done|running|operational|by|within|in|up|ready"
    r"|completed))|needs|require|looking to|looking for|trying to|working on|aiming to|aiming for|planning to|want to"
    r"|expanding|struggl\w+|facing|hoping to|upgrading|revamping|scaling|growing)\b"
    r"|\b(?:crucial|critical|vital|essential|imperative|must|top priority|key|priority|big concern|major concern"
    r"|main concern|important) (?:for|to) (?:us|our|me)\b|\bis (?:\w+ )?(?:crucial|critical|key|essential|vital"
    r"|a (?:big|major|top|key|huge|main) (?:concern|priority|issue|challenge))\b"
    r"|\b(?:exactly|precisely|just|really) what (?:we|i)(?:'re| are|'ve|'d| have)? ?(?:been |really )?(?:need\w*"
    r"|looking|want|after|hoping)\b|\bperfect (?:fit|for|match|solution)|\b(?:great|good|excellent|natural) (?:fit"
    r"|match|addition)\b"
    r"|\b(?:bottleneck|inefficienc\w+|pain point|outdated|breach\w*|close calls|downtime|backlog|manual process\w*)\b"
    r"|\bwe(?:'ve| have) (?:had|been having|seen) (?:\w+ ){0,3}?(?:problems?|issues?|inefficienc\w+|troubles?"
    r"|difficult\w+)"
    r"|\b(?:problem|issue|challenge|headache)s? for (?:us|our)\b|\b(?:not|n't|hardly"
    r"|barely) (?:\w+ )?work(?:ing)? (?:well|properly|reliably)|\bthrough the cracks\b|\b(?:hours?|days?) (?:a|per"
    r"|every) "
    r"(?:day|week|month) on\b|\bwe(?:'ve| have)? (?:had|have|lose|lost|get) (?:\w+ ){0,2}?(?:outages?|failures?|errors"
    r"|complaints|delays|leaks?)\b"
    r"|\b(?:not|n't|no longer) (?:\w+ ){0,3}?(?:what|all|everything) (?:we|i) need\b"
    r"|\b(?:enhance|improve|boost|streamline|strengthen|optimi[sz]e|upgrade|speed up|automate|secure) (?:our|the"
    r"|and)\b|\bour (?:\w+ )?(?:needs|need|goal|priority|requirement|challenge)s?\b(?! to)"
    r"|\b(?:will|would|should|could) (?:really |definitely |greatly |significantly )?(?:help|benefit|enhance|improve"
    r"|support|boost) (?:us|our)\b|\bbeneficial for (?:us|our)"
)
# A "no" to something else than the need.
_ELSEWHERE = lazy_pattern(
    r"\bno (?:further|more|other) (?:questions|concerns)|\bno (?:need|problem|issue)s? (?:to|at all)\b|\bno problem\b"
)
_FIELD = {
    "must have": (Score.HIGH, "Marked as a must."), "should have": (Score.MEDIUM, "Marked as wanted."),
    "good to have": (Score.LOW, "Marked as good to have only."), "no need": (Score.LOW, "Marked as no need."),
}  # fmt: skip


def judge_need(talk: Talk, fields: Mapping[str, str]) -> FactorJudgement:
    """A sentence that sees no need weighs most; then vague ones against those that name a need."""
    said = talk.of_lead
    wants = [s for s in said if _WANTS.search(s.plain) and not _NONE.search(s.plain)]
    if none := [s for s in said if _NONE.search(NOT_BY.sub(" ", _ELSEWHERE.sub(" ", s.plain)))]:
        return _judged(Score.LOW, "Sees no clear need yet.", *(talk.quoted(s) for s in none[:2]))
    vague = [s for s in said if _VAGUE.search(s.plain)]
    if len(vague) > len(wants):
        return _judged(Score.LOW, "Speaks of it only vaguely.", *(talk.quoted(s) for s in vague[:2]))
    if wants:
        sure = len(wants) > 1 and not vague
        quotes = [talk.quoted(s) for s in wants[:2]]
        return _judged(Score.HIGH if sure else Score.MEDIUM, "Names what it is needed for.", *quotes)
    value = fields.get("lead.need", "")
    if known := _FIELD.get(value.strip().casefold()):
        return _judged(*known, Evidence("field:lead.need", SourceKind.FIELD, "lead.need", value, "lead.need"))
    return FactorJudgement(Factor.NEED, Score.UNKNOWN, "Nothing was said of a need.")


def _judged(score: Score, reason: str, *evidence: Evidence) -> FactorJudgement:
    return FactorJudgement(Factor.NEED, score, reason, tuple(evidence))
