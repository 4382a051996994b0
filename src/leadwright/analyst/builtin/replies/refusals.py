"""The phrases by which people refuse or put off, in English written out. Patterns only, no rule.

`spelling.written_out` is applied to a text before; patterns know no contractions, no capitals, no accents.
"""

from leadwright.analyst.builtin.replies.cues import DO

_I = r"(?:i|we|my (?:team|boss|company)|our (?:\w+ )?(?:team|company|organi[sz]ation|side))"
_GENERIC = (
    r"(?:this|it|that|these|your|such|any|anything|another|a new|new|more|further|the|solution|service|services|"
    r"product|products|tool|tools|help|"
    r"one|at this|right now|moment|now|currently|at the|to (?:change|switch|buy|add|invest|donate|have|do|give|"
    r"spend|use|purchase|make|look|waste)|from|software|vendors?|assistance|support)"
)

REFUSALS = (
    r"\b(?:answer|response|decision) (?:is|remains) (?:still |a |a firm )?no\b",
    r"(?:^|[,;!] ?)never again[.!]*$",
    r"\bwhat part of (?:no|not)\b|\bdo (?:i|we) look like\b",
    r"\b(?:great|wow|wonderful|joy|lovely|fantastic|brilliant|yay|oh)[,.! ]+(?:yet |just what (?:i|"
    r"we) needed[,.]? )*another "
    r"(?:\w+ ){0,3}(?:company|vendor|e-?mail|mail|pitch|sales\w*|tool|platform|one|startup|start-up|robot)\b",
    r"\bnot a single (?:reason|word|thing)\b",
    r"\bwould rather (?:eat|die|chew|swallow|watch paint|poke|gouge|walk|stick|drink|have a root canal)\b",
    r"(?:^|[.,;!] ?)(?:lol|haha\w*|hm+|erm?|um+|uh|god|hell|oh|well|sorry|honestly|tempting|nice try|good try|"
    r"thanks?)[,. ]+"
    r"(?:but )?(?:no|pass)\b[.!]*$",
    r"(?:^|[.,;!] ?)(?:but )?(?:i will |we will |i am going to |think i will )?pass(?: (?:on this(?: one)?|this time|"
    r"for now|thanks?))?[.!]*$",
    r"\bbut (?:it is |that is )?(?:a )?(?:no|pass)(?: (?:from|for) (?:me|us))?[.!]*$",
    r"\b(?:will|would|could|can) (?:never|not) work (?:here|for us|for me|with us|in our)\b|\b(?:is|"
    r"be) nothing (?:left )?to (?:automate|"
    r"buy|improve|discuss|sell)\b|\bnot for (?:a|an|our) (?:\S+ ){0,2}(?:company|business|shop|firm|bakery|team|"
    r"practice|office|"
    r"organi[sz]ation|place|outfit|charity)\b",
    r"\bno (?!matter|time|problem|need|doubt|way|one|worries|rush|hurry|reply|reason|reference|plan)\w+ for (?:me|"
    r"us)[.!]*$|"
    r"^how about never\b|^yes[., ]+no[.!]*$",
    r"\b(?:excel|spreadsheets?|pen and paper|whiteboard|what we have) (?:does|do|works?|is enough|suffices?)\b|"
    r"\b(?:does|do) the (?:job|"
    r"trick) (?:for us|just fine|fine)\b|\bdo not trust (?:ai|robots?|machines?|software|cloud|your|vendors|cold)\b",
    r"\bgiv(?:e|ing) (?:it|this|that|you|them) a miss\b",
    r"\boverkill\b|\bwrong idea about (?:us|what we)\b|\b(?:we|i) do not even have (?:a|an|any)\b",
    r"\b(?:built|build|made|wrote|developed|coded) (?:our|my) own\b|\bdo (?:it|this|that|all of (?:it|"
    r"this)) in-?house\b",
    r"\bdo not have (?:a|any|that|this|much of a) (?:problem|issue|pain|challenge)\b",
    r"\b(?:i|we) have no (?:say|budget|interest|need|use)\b",
    r"\b(?:sounds?|looks?|seems?) (?:\w+ )?(?:expensive|pricey|costly|overpriced)\b",
    r"\b(?:makes?|making) no sense\b",
    r"\bwill not (?:be )?requir\w+\b",
    r"(?<!why )(?<!glad )(?<!that )\b(?:i|we) (?:can|will|do|would|could|am|are|did) not(?: to)?[.!]*$",
    r"\bnot (?:going|moving|proceeding) (?:ahead|forward)\b",
    r"\bcan not (?:right now|now|at this|today|do (?:that|this|it)\b|commit|justify)",
    r"\b(?:do|would|did) not want to[.!]*$",
    r"\b(?:going to|will|think i will|prefer to|rather|want to|need to|have to) keep (?:it|my|all|the (?:money|"
    r"payment|rest)|our (?:money|budget))\b",
    r"\b(?:say|said|says|saying) no\b(?! (?:problem|matter|one|more))",
    r"\bdo not think so\b",
    r"\b(?:do|does) not feel comfortable\b",
    r"\b(?:choose|chose|chosen|prefer|elect|elected|decide|decided|opt|opted)(?: \w+)? not to\b",
    r"\b(?:project|budget|initiative|evaluation|spending|tender|search)s? (?:is|are|was|were|has been|have been|"
    r"got) (?:(?!not\b)\w+ )?"
    r"(?:dead|cancel+ed|frozen|on hold|postponed|shelved|scrapped|cut|rejected|paused|stopped)\b",
    r"\b(?:cancel+ed|shelved|scrapped|frozen|paused|stopped|dropped) (?:the|this|our|all) (?:\w+ )?(?:project|"
    r"initiative|evaluation|plans?|search|spending|budget)\b",
    r"\bcutting (?:costs?|budgets?|spending|back)\b",
    r"\b(?:it|this|that|request|proposal|idea) (?:was|has been|got|is) (?:rejected|declined|turned down|"
    r"voted down|refused)\b",
    r"\bwent (?:another|a different|in another|in a different) (?:way|route|direction)\b",
    r"\bfail to see (?:the|any|how|why|what)\b",
    r"\bwasting (?:your|my|our) (?:time|breath)\b",
    r"\bdo not (?:\w+ )?(?:work|deal|engage|partner) with (?:external|outside|third|new|other|vendors|agencies|"
    r"cold|sales)\b",
    r"\bdoes not (?:\w+ )?(?:do|have|cover|offer|provide|support) what (?:we|i)\b",
    r"\b(?:decided|chosen|chose|opted|agreed|best|"
    r"prefer) (?:not to (?:move|go|proceed|pursue|continue|buy|sign|"
    r"take|change|switch|renew|do)|against (?:it|this|that))\b",
    r"\bno(?:t| t)? (?:really |currently |very |particularly |at all |at this time |personally |that |too |"
    r"terribly |so )*interest(?:ed)?\b",
    r"\b(?:have|has|is|of|with|any) (?:no|zero|little) interest\b",
    r"\blost interest\b",
    r"\bnot of (?:any )?interest\b",
    r"\bdo not (?:\w+ )?interest (?:me|us)\b",
    r"(?:^|[.,;!] ?)no,? thanks?\b",
    r"\bno thank you\b",
    r"\bthanks,? but no\b",
    r"(?:^|[.,;!] ?)no,? (?:i|we) (?:do|will|would|am|are|can|could) not\b",
    r"\bhard (?:pass|no)\b",
    r"^(?:definitely |absolutely )?(?:no|not)[.!]*$",
    r"\bnot? (?:a |an |the )?(?:\w+ )?(?:fit|match)\b",
    r"\bnot (?:well )?(?:suited|suitable|applicable|relevant|aligned|needed|required|useful|"
    r"worth(?:while)?|appropriate|our (?:thing|focus|area)|for (?:us|me)|something (?:we|i|for)|what (?:we|"
    r"i) (?:need|want|are looking)|on (?:our|my) (?:radar|roadmap|list))\b",
    rf"\b(?:do|does|did|would) not (?:\w+ )?(?:need|require|want|have (?:a |any |much )?(?:need|use|interest|"
    rf"plans?|intention|capacity|bandwidth|appetite|requirement)(?: (?:for|in|to))?|see (?:the |any |much |"
    rf"a )?(?:reason|how))\b(?: {_GENERIC}\b| ?[.!,]|$)",
    r"\b(?:do|does|did|would) not (?:\w+ )?(?:fit|meet|align|match|suit|make sense|work for|solve|address|apply|"
    r"interest|convince|appeal)\b",
    r"\b(?:do|does|did|can) not (?:really )?see (?:the |any |much |a |enough )?(?:value|benefit|need|point|fit|"
    r"use)\b",
    r"\bno (?:real |immediate |current |further |particular )?(?:need|use|room|requirement|appetite|demand|"
    r"intention|capacity)\b(?! to (?:worry|apologi[sz]e|rush|hurry|convince|explain|wait|ask|sell))",
    r"\bno longer (?:need|looking|interested|require|in the market|evaluating|considering)\b",
    r"\b(?:do|does|did) not (?:currently |really )?have (?:the |any |a |enough )?(?:budget|money|funds?|funding|"
    r"resources)\b",
    r"\b(?:no|zero|limited|cut our) (?:budget|funds|money|funding)\b(?! yet)",
    r"\bcan not (?:\w+ )?afford\b",
    r"(?<!not )\b(?:too|very|way too|rather|quite|so) (?:expensive|pricey|costly)\b",
    r"\boverpriced\b",
    r"\b(?:out of|beyond|above|over|outside) (?:our|my|of our) (?:budget|price range|means)\b",
    r"\bnot (?:with)?in (?:my|our) (?:current )?budget\b",
    r"(?<!can )\bnot (?:currently |actively |really |presently |at this time |now )*(?:looking|in (?:the )?market|"
    r"planning|"
    r"considering|evaluating|pursuing|seeking|shopping|buying|open (?:to|for)|exploring|thinking)\b(?! forward)",
    r"\bnot (?:yet )?ready (?:to|for)\b(?! (?:sign|talk price))",
    r"(?:^|\b(?:i|we|team|company)\b)(?: \w+){0,3}? ?\bnot (?:able|in a position|willing|prepared|inclined|"
    r"comfortable|going) (?:to|with|donating|"
    r"giving)\b(?! ?(?:open|see|view|access|attend|join|make it|miss|lie|waste|complain))",
    r"\b(?:is|it is|are|was|this|that) not (?:a |our |an |currently |really |my |high |top |much of )*priority\b",
    r"^not (?:a |our |currently |my )*priority\b",
    r"\b(?:low|lower) priority\b",
    r"\bother priorities\b",
    r"\b(?:different|other) (?:direction|vendor|solution|supplier|provider|product|tool)\b(?=.{0,30}$)",
    r"\b(?:will|would|can|could|shall) not (?:\w+ )?(?:be )?(?:mov(?:e|ing)|proceed\w*|go(?:ing)? (?:ahead|"
    r"forward|with)|buy\w*|purchas\w*|switch\w*|approv\w*|commit\w*|donat\w*|give|giving|pay\w*|sign\w*|"
    r"help(?! but)|work for|need\w*|interested|renew\w*|continu\w*|participat\w*|consider\w*|chang\w*|pursu\w*|"
    r"want|make a|"
    r"support)\b(?!.{0,30}\b(?:before|until|till) (?:[a-z]|20\d\d))",
    rf"\b{_I} (?:do|did|would|am|are) not (?:\w+ )?(?:want|like|wish|care|intend|plan|choose|expect) to {DO}",
    r"\b(?:do|would) not (?:wish|want|care|like) to (?:donate|buy|make|purchase|proceed|continue|participate|give|"
    r"do|spend|pay|commit|change|switch|meet|talk|discuss|schedule|engage|explore|pursue)\b",
    r"\b(?:am|are|is) not (?:\w+ )?(?:donating|giving|buying|making a|paying|purchasing|signing|contributing)\b",
    r"(?<!not )(?<!not very )(?<!not really )(?<!not too )(?<!not that )(?<!less than )\b(?:happy|satisfied|"
    r"content|pleased|comfortable|fine|good|set|sorted|covered|well served|all set) (?:with|by|where) (?:our|my|"
    r"the|what|current|existing|how|we|i|a|another|[a-z]+(?: for now)?$|"
    r"[a-z]+ (?:and|but|for|as|so|at)\b)",
    r"\b(?:we|i) (?:are|am) (?:all |already )?(?:set|sorted|covered|good|fine)(?: (?:here|for now|thanks?|on (?:this|"
    r"that) (?:front|one|side|score)|"
    r"right now|at the moment|there))*\s*(?:[.!,;]|$)",
    r"\balready (?:\w+ )?(?:have|has|use|uses|using|work(?:s|ing)?|got|signed|chose|chosen|purchased|bought|with|"
    r"covered|in place|committed|under contract|implemented|deployed|solved|own|picked|decided|selected|"
    r"partner\w*)\b",
    r"\b(?:locked|tied|bound) (?:in|into|up|to)\b",
    r"\b(?:under|in an?) (?:\w+[- ])*(?:contract|agreement) (?:with|until|through|for)\b",
    r"\bjust (?:renewed|signed|bought|purchased|switched|implemented)\b",
    r"\b(?:we|i)(?: will| would| have to| are going to| am going to| have decided to| decided to| must|"
    r" ll)? (?:respectfully |politely )?(?:pass|decline)\b(?! (?:it|this|that|your|on (?:the|to)|along|rate))",
    r"^no,? (?:to be honest|honestly|i am (?:sorry|afraid)|sorry|there are (?:other|better))\b",
    r"\b(?:going|have|want) to (?:pass|decline)\b(?! (?:it|this|that|along))",
    r"\b(?:went|gone|going|decided to go|chose to go|opted|sticking|stick|staying|stay|signed) (?:with|for) (?:a |"
    r"an |another |someone|somebody|different|our|the|what|[a-z]+\b(?! you))(?! you)",
    r"\b(?:no way|no chance)\b(?! (?:around|to (?:tell|know)))",
    r"\b(?:do|did) not (?:think|believe|feel) (?:that )?(?:this|it|we|i|your \w+|that|there) (?:is|are|would|will|"
    r"can|could|need|fits?|makes?|works?|want)\b",
    r"\b(?:i|we) (?:highly |really |seriously )?doubt\b(?! (?:that )?(?:you|anyone))",
    r"\b(?:it is|that is|this is) a (?:firm |hard |definite )?(?:no|pass)\b",
    r"\bwaste of (?:my |our |your )?(?:time|money)\b",
    r"\b(?:would|will|do) prefer (?:not|to (?:do|stay|keep|stick|give|remain|support|help) )",
    r"\b(?:i|we) prefer (?:not|to (?:do (?:this|it|that)|stay|keep|stick|remain)|to (?:donate|give) to)\b",
    r"\b(?:would|'d) rather (?:not|stay|keep|give|donate|support|stick|wait|contribute)\b",
    r"\bsorry,? (?:but )?(?:no|not|i (?:can|am|do|will) not|we (?:can|are|do|will) not)\b(?! (?:sooner|earlier|"
    r"replying|responding))",
    r"\bunable to (?:help|donate|commit|proceed|move|participate|give|afford|support|buy|take)\b",
    r"\b(?:donate|give|contribute|pay|choose|chose to donate|pledge) (?:\$ ?)?(?:0|zero|nothing)\b(?![.,]?\d)",
    r"\bnothing (?:for me|to (?:this|it))\b",
    r"^(?:sorry[ ,]*)?(?:but )?not (?:right now|now|today|at this (?:time|point|moment|stage)|at the moment|"
    r"currently|this (?:year|quarter|time|month)|yet)\b",
    r"\b(?:but|and|maybe|just|really|definitely|certainly|probably) not (?:right now|now|today|at this (?:time|"
    r"point|moment|stage)|at the moment|this (?:year|quarter|time|month))\b",
    r"\b(?:bad|wrong|not the (?:right|best)|not a good) (?:time|timing|moment)\b",
    r"\btiming (?:is not|does not|is off|is bad)\b",
    r"\b(?:have|has|having) (?:no|zero) (?:plans?|intention|desire|budget|money|need)\b(?! yet)",
    r"\b(?:i|we) (?:do not )?(?:will |would )?(?:rarely|never) (?:\w+ )?(?:buy|donate|use|need|purchase)\b",
    r"\bkein(?:en)? (?:interesse|bedarf)\b",
    r"\bnicht interessiert\b",
    r"\bpas (?:interess\w+|besoin)\b",
    r"\bno (?:estamos|estoy|nos) interesad?\w*\b",
    r"\bno (?:nos|me) interesa\b",
    r"\b(?:nao (?:estamos|estou|temos|tenho) interess\w*|sem interesse)\b",
    r"\bnon (?:siamo|sono) interessat\w\b",
    r"\bgeen (?:interesse|behoefte)\b",
    r"\bnie jeste\w+ zainteresowan\w+\b",
    r"\binte intresserad\w*\b",
    r"\bikke (?:interesse\w*)\b",
    r"興味(?:か|が)?(?:あ|こ)りません|興味かない|不感兴趣|不感興趣|没有兴趣|沒有興趣|관심(?:이)? 없",
    r"\bне интерес\w+\b",
    r"\bilgilenmiyor\w*\b",
)  # fmt: skip

NO_PLAN = (
    r"\bno (?:immediate |current |firm |concrete |definite )?(?:plans?|commitments?|timeline|obligation|decision|"
    r"rush)\b",
    r"\bnothing (?:is |has been )?(?:confirmed|decided|planned|definite|set|concrete|final)\b",
    r"\b(?:am|are|is) not sure yet\b",
    r"\bnot (?:yet )?(?:decided|confirmed|certain|planned)\b",
    r"\bnot (?:looking|planning|ready|intending|going) to (?:buy|purchase|commit|implement|switch)\b",
    r"\bmaybe (?:next|later|another|in (?:the future|a few|the new)|some ?(?:day|time|other)|in q\d)\b",
    r"\b(?:perhaps|possibly) (?:next|later|another)\b",
    r"\b(?:will|would|may|might|to) (?:be )?(?:revisit\w*|happen|review\w*|reconsider\w*|reassess\w*|"
    r"look (?:at )?(?:this|it)) .{0,25}\bnext (?:year|quarter|half|fiscal)\b",
    r"\b(?:next|in the) (?:year|quarter|future) (?:at the earliest|maybe|perhaps|possibly)\b",
    r"\bhave not (?:yet )?(?:decided|planned|budgeted)\b",
)  # fmt: skip
