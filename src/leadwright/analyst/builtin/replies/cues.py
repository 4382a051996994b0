"""The phrases by which people accept, ask, defer and refuse, in English written out. Patterns only, no rule.

`spelling.written_out` is applied to a text before; patterns know no contractions, no capitals, no accents.
"""

_VERY = (
    r"(?:(?:very|really|definitely|certainly|absolutely|quite|so|also|just|still|actually|only|surely|even|"
    r"at least|gladly|happily|happy|sure|probably|likely|certainly|always|more than|be) )*"
)
DO = (
    r"(?:buy|purchase|order|sign|subscribe|upgrade|invest|commit|proceed|start|join|try|donate|give|contribute|"
    r"pledge|support|pay|participate|"
    r"help|do (?:that|this|it|so|\W?[\d.]+)|go (?:ahead|forward|with|for)|match|spare|afford|confirm|throw in|"
    r"throw|take part|move (?:ahead|forward)|get started|"
    r"make (?:a|an|the|that|this|my|our) (?:\w+ )?(?:donation|"
    r"purchase|order|contribution|pledge)|adopt|implement|take it)"
)
_AMOUNT = (
    r"(?:\$ ?(?:0?\.\d*[1-9]\d*|[1-9][\d.,]*)|(?<![\d.])(?:0?\.\d*[1-9]\d*|[1-9][\d.,]*) ?(?:cents?|dollars?|"
    r"euros?|usd|eur|percent|%|\$)|"
    r"(?<![\d.])0?\.\d*[1-9]\d*(?!\d)|(?:a|one|two|three|five|ten|fifteen|twenty|fifty|\w+ty|hundred|"
    r"thousand) (?:cents?|dollars?|euros?|percent)|\b(?:about )?half\b|1/2|"
    r"a (?:dollar|dime|penny|quarter|portion|fraction|few (?:cents|dollars))|(?:whole|entire|full) (?:amount|payment))"
)
_MEET = (
    r"(?:demo|demonstration|call|meeting|walk-?through|discussion|conversation|chat|overview|pilot|poc|"
    r"proof of concept|trial|test|session|appointment|talk|zoom|teams call|presentation|discovery)"
)
_PAPER = (
    r"(?:proposal|contract|agreement|quote|quotation|order form|invoice|sow|statement of work|paperwork|terms|"
    r"offer|estimate|business case)"
)
_INFO = (
    r"(?:pricing|prices?|price list|costs?|rates?|details?|information|specs?|specifications?|brochure|deck|"
    r"slides|materials?|documentation|"
    r"docs|datasheet|case stud(?:y|ies)|references?|testimonials?|examples?|overview|link|video|roadmap|plans?|"
    r"tiers?|breakdown|features?|"
    r"comparison|guide|support|integration|structure|list|sample|report|model|(?:set-?up|onboarding|"
    r"implementation) process|api|white ?paper|one-?pager|"
    r"presentation|recording)"
)
_GOOD = (
    r"(?:great|good|interesting|promising|exciting|fantastic|amazing|awesome|perfect|wonderful|excellent|cool|"
    r"intriguing|useful|valuable|"
    r"compelling|impressive|relevant|like (?:something|exactly|what|a (?:great|good|perfect|nice|solid|real) \w+|"
    r"it (?:could|would|might|can|will)))"
)

CURIOUS = (
    r"\b(?:just|only|simply|merely|currently|still) (?:\w+ )?(?:research\w*|explor\w+|brows\w+|looking (?:around|"
    r"into)|curious|comparing|shopping around|checking|want(?:ed)? to (?:understand|know|learn|see)|"
    r"interested to know|wondering)\b",
    r"\bexploring (?:alternatives|options)\b",
    r"\bto (?:understand|learn about) your\b",
    r"\bkicking the tires\b",
    r"\bfor (?:future reference|my own|information only|research)\b",
)  # fmt: skip

HEDGES = (
    r"\bat some (?:point|stage)\b",
    r"\blater (?:this|in the|on)\b",
    r"\b(?:may|might|could possibly) (?:have|be|need|consider|look|get|want)\b",
    r"\bneed to check\b",
    r"\b(?:thinking|exploring|considering|looking into|weighing|evaluating whether)\b",
    r"\bin the (?:near |distant )?future\b",
    r"\b(?:eventually|someday|sometime)\b",
    r"\bnot sure (?:if|whether|that)\b",
    r"\bdown the (?:road|line)\b",
    r"\bno (?:rush|hurry)\b",
)  # fmt: skip

CASUAL = (
    r"^(?:hi|hello|hey)?[ ,]*(?:do|does|did) (?:you|your \w+|it) (?:have|offer|provide|do|sell) (?:any|a|an)\b",
    r"\bgeneral (?:pricing|information|overview|price)\b",
    r"\bwhat (?:makes|is) your \w+(?: \w+)? (?:different|special|unique)\b",
    r"\bwhat is (?:this|it) (?:about|all about)\b",
    r"\bjust (?:exploring|browsing|researching|curious|looking|wondering)\b",
    r"^(?:are|is) there (?:any|a|an)\b",
    r"\bmight look into\b",
    r"^what do you (?:do|offer|sell)\b",
    r"\bwho are you\b",
)  # fmt: skip

URGENT = (
    r"\bas soon as possible\b",
    r"\b(?:urgent\w*|immediately|right away|today|tomorrow|tonight)\b",
    r"\b(?:this|next|by|before|within|end of|early|in) (?:the )?(?:next |coming |end of )?(?:\d+ |two |three |"
    r"few |couple of )?(?:days?|weeks?|months?|quarter|monday|tuesday|wednesday|thursday|friday|january|february|"
    r"march|april|may|june|july|august|september|october|november|december|q[1-4])\b",
    r"\bhow (?:quickly|soon|fast)\b",
    r"\bdeadline\b",
    r"\b(?:finali[sz]\w+|deciding|decision (?:by|this|next))\b",
    r"\bready to\b",
    r"\b(?:monday|tuesday|wednesday|thursday|friday)\b",
    r"\b\d{1,2}(?::\d\d)? ?(?:am|pm|cet|est|pst|gmt|uhr)\b",
)  # fmt: skip

COMMITS = (
    r"\blooking (?:to (?:switch|replace|buy|upgrade|automate|implement|invest|purchase|move|change)|"
    r"for (?:exactly|something like|an? (?:new |better )?(?:solution|vendor|supplier|provider|tool|system|partner|"
    r"replacement|alternative|way to)))\b",
    rf"\b(?:decided|agreed|chosen|chose|planning|happy|glad) to {DO}\b",
    r"^(?:i |we )?(?:am |are |would be )?(?:more than |very |only too |so )?(?:happy|glad|delighted) to[.!]*$",
    rf"\b(?:take|deduct|use|donate|give|put (?:me|us) down for|sign (?:me|us) up for) (?:out |off |up to )?{_AMOUNT}",
    r"^(?:(?:ok|yes|sure|then)[, ]+)*(?:all of it|everything|(?:the|my|our) (?:full|entire|whole) (?:amount|"
    r"payment|budget|share))[.!]*$",
    r"\b(?:please proceed|get the ball rolling|green light|(?:you|we) have a deal|it is a deal|(?:i|we) want in|"
    r"please invoice|invoice (?:me|us))\b",
    r"\b(?:amount|price|offer|figure|rate|quote) (?:is|sounds|looks|works|seems)(?: \w+)? (?:fine|good|ok|right|"
    r"great|acceptable|reasonable|fair)\b",
    rf"\byou can (?:have|take|keep) (?:all|half|it|{_AMOUNT})\b",
    rf"^(?:oh |well |ok |then |[, ])*(?:yes|sure|of course|absolutely|definitely|alright|certainly)\b(?:(?! not |"
    rf" never | but | already |\?)[^.!]){{0,50}}\b{DO}\b",
    rf"\b(?:i|we) (?:will|would|can|could|shall|want to|plan to|intend to|am going to|are going to|like to|"
    rf"decided to|agree(?:d)? to|may|might|wish to|love to|have to|still|must) {_VERY}(?:(?:like|love|want|be|am|"
    rf"are) {_VERY}(?:to|willing to|happy to|glad to|ok(?:ay)? with|fine with|interested in|prepared to|good with|"
    rf"able to|honored to) )?(?:to )?{_VERY}{DO}(?!\W?0(?![.\d]))\b",
    rf"\b(?:i|we) (?:am|are|would be|will be|feel) {_VERY}(?:willing|happy|glad|ready|prepared|able|going|"
    rf"planning|inclined|convinced|pleased|delighted) to {_VERY}{DO}\b",
    rf"^{_VERY}(?:willing|happy|glad|ready|would be happy|would love|would like|going|love) to {DO}\b",
    r"\bready to (?:buy|purchase|sign|order|go|start|move|proceed|fund|commit|donate|begin)\b",
    r"\b(?:i|we) (?:am|are) (?:good|ok|fine|happy) with (?:donating|giving|paying|that|this|the (?:price|terms))\b",
    r"\b(?:i|we) (?:would be|am|are|will be) {0}(?:donating|giving|buying|ordering|signing|purchasing|"
    r"contributing|making the|moving forward|going ahead)\b".replace("{0}",
    r"(?:\w+ )?"), r"\blet us (?:do (?:it|this|that|\W?\d)|go(?: ahead| with|$)|get (?:started|going|this)|"
    r"move (?:forward|ahead)|make (?:a|it|this)|start|proceed|sign|begin)\b",
    rf"\b(?:please )?(?:send|share|prepare|draft|forward|email|get|give) (?:me |us |over |along |across )*(?:a |"
    rf"an |the |your |through )*(?:\w+ )?{_PAPER}\b",
    r"\b(?:i|we) (?:hereby )?(?:confirm|accept)\b(?! (?:that|receipt|with))",
    rf"\b(?:i|we) (?:definitely|gladly|happily) {DO}\b",
    rf"\b(?:i|we) (?:will|would)\b.{{0,40}}\b(?:and|then) (?:\w+ )?{DO}\b",
    r"\b(?:be|am|are) (?:\w+ )?making (?:a|the|my|our) (?:donation|purchase|order|contribution|payment)\b",
    r"\bsign (?:me|us) up\b",
    r"\b(?:i|we) (?:do |really |still |also )*want (?:to (?:book|see (?:it|this|a)|try|go ahead|get (?:this|it|"
    r"started))|in\b(?! to))",
    r"\btake my money\b|\b(?:earmarked|budgeted|ring-?fenced) for (?:this|it|that)\b",
    r"\b(?:get|getting|collect\w*|gather\w*|need|after) (?:\w+ )?(?:quotes|offers|"
    r"bids)\b(?!.{0,20}\b(?:from you again|every))",
    r"\bmoney (?:\w+ )?set aside\b|\bon (?:our|my|the) (?:\w+ )?(?:roadmap|plan) for\b",
    r"\b(?:we|i) need (?:exactly|precisely|just) (?:this|that|what)\b",
    r"\bcount (?:me|us) in\b",
    r"\b(?:i|we) (?:am|are) in\b(?=\s*[.!,]|$)",
    r"\bwhere do (?:i|we) sign\b",
    r"\b(?:move|moving|go|going) (?:forward|ahead)\b",
    r"\bnext steps?\b",
    r"\bbudget (?:is |has been |was )?(?:already )?(?:approved|allocated|secured|confirmed|set aside|signed off|"
    r"in place)\b",
    r"\bapproved budget\b",
    r"\bneed to finali[sz]e\b",
    r"\bfinali[sz]ing (?:our|the|a)\b",
    r"\bdeciding between\b",
    r"\bshort-?list\w*\b",
    r"\b(?:you|that|this|it) (?:have |has )?convinced me\b",
    r"\b(?:i|we) (?:agree to|pledge|commit)\b",
    r"\b(?:i|we) need (?:(?:this|a|an|your|such a|some) (?:[\w-]+ ){0,2}(?:solution|tool|system|feature|product|"
    r"platform|software|vendor|provider|crm|service|replacement|partner|functionality|supplier)s?\b|to (?:justify|"
    r"replace|implement|onboard|solve|have|get|find|start|decide|"
    r"move|roll|automate))\b",
    r"\bwe need\b.{0,60}\b(?:within|by (?:the end|next|q\d|\w+ (?:first|1st)|january|february|march|april|may|"
    r"june|july|august|september|october|november|december)|in the next|this (?:quarter|month)|"
    r"as soon as possible)\b",
    r"\bwe (?:urgently |really |definitely )?need (?:your|this|something like|exactly)\b",
    r"\b(?:in|with) our (?:own )?(?:environment|setup|stack|data)\b",
    r"\bhow (?:quickly|soon|fast) can (?:we|you|i)\b",
    r"\b(?:switch|replace|replacing|migrat\w+|moving away) (?:from |away from )?(?:our|the) (?:current|existing|"
    r"old)\b",
    r"\b(?:not|un)\s?(?:happy|satisfied) with (?:our|my|the) (?:current|existing|present|vendor|supplier|provider|"
    r"tool|system|solution|software)",
    r"\b(?:\$ ?\d[\d.,]*|\d[\d.,]* ?(?:cents?|dollars?|usd|euros?|percent|%)|half|a dollar|whole (?:amount|"
    r"payment)) (?:sounds|is|seems|would be|works) (?:good|great|fine|ok|perfect|reasonable|right)\b",
    r"\b(?:i|we) (?:will|would|can|could|shall)(?: \w+)? (?:do|give|make it|go with|say|spare|offer|"
    r"start with) (?:about |you |them |around |at least |maybe |up to |all |another |\w+ ){0,3}(?:\$ ?\.?[1-9]|"
    r"\$ ?0?\.\d*[1-9]|[1-9]\d* ?(?:cents?|dollars?)|0?\.\d*[1-9]|half|a (?:dollar|few|dime|penny|portion|quarter))",
    # an amount offered or asked for: alone, or in a short sentence about whether it will do
    rf"^(?:(?:ok|yes|oh|sure|then|well|maybe|how about|what about|about|around|let us do|i was thinking|i said|"
    rf"i meant|i am sorry|sorry|i think|no)[,. ]*)*{_AMOUNT}"
    rf"(?: (?:then|ok|is (?:good|fine|ok|correct|right|perfect)|it is|please|at least|maybe|for now|a month|"
    rf"per month|of (?:my|the|our) \w+|of it))*[.!? ]*$",
    rf"\b(?:is|are|would|will|how about|what about)\b(?: \w+){{0,2}} ?{_AMOUNT}.{{0,30}}(?:\b(?:ok|enough|help|"
    rf"fine|work|do|good|acceptable|reasonable|alright)\b|\?)",
    rf"{_AMOUNT}.{{0,25}}\b(?:sounds|is|seems|would be|works)(?: (?:a|an|like|about|very|pretty|the|"
    rf"more than))* (?:good|great|fine|ok|perfect|reasonable|right|fair)\b",
    rf"\b(?:i|we) (?:will|would|can|could|shall)(?: \w+){{0,2}} (?:do|give|make|go with|say|spare|offer|"
    rf"start with|throw|pay|afford|put|chip in|add|like)(?: (?:\w+)){{0,3}} ?{_AMOUNT}",
    rf"\blet us (?:do|say|go with|make it|start with) (?:\w+ )?{_AMOUNT}",
    r"\b(?:fine|ok|good|happy|comfortable) with (?:donating|giving|paying|buying|trying|starting|making|signing|"
    r"ordering|contributing|moving)\b",
    r"\bconsider(?:ing)? (?:donating|giving|paying|buying|trying|purchasing|signing|ordering|contributing|"
    r"switching|a (?:smaller|larger|small|trial|pilot))\b",
    r"\b(?:amount|price|number|figure|offer|terms?) (?:\w+ ){0,3}(?:feel )?(?:comfortable|happy|fine|ok) with\b",
    r"\b(?:can|could|may) i (?:donate|give|pay|buy|order|contribute)\b",
    r"\bhow (?:do|can|would) (?:i|we) (?:sign up|get started|donate|order|buy|purchase|proceed|start|pay|begin|"
    r"subscribe)\b",
)  # fmt: skip

MEETINGS = (
    r"\bgot (?:a |about |any |some )?(?:\d+ ?(?:min\w*|hours?)?|minutes?|time|a (?:sec|moment|minute))\b[^.!]{0,40}\?",
    r"^(?:are you |you )?(?:free|around|available)\b[^.!]{0,40}\?",
    r"\b(?:find|get|grab|book|send) (?:me|us) (?:a |an |some )?(?:calendar |meeting )?(?:slot|time|invite|date|"
    r"link)s?\b",
    r"(?:^|[,;!] ?)(?:please )?(?:book|schedule) (?:it|me|us)\b",
    r"(?:^|[,;!.] ?)(?:please )?(?:loop|loping|looping|bring|add|copy) in (?:my|our)\b|^\+ ?1\b",
    r"^(?!did |was |were |is |have |had )(?:\w+ ){0,4}(?:next |this |on )?(?:monday|tuesday|wednesday|thursday|"
    r"friday|tomorrow)"
    r"(?: (?:at |around |after )?\w+)?\?$",
    r"\b(?:in|into) (?:the|my|our|your) (?:diary|calendar|diaries|calendars)\b|^please (?:just )?(?:call|ring|"
    r"phone)(?=\s*[,.!]|$)",
    r"\b(?:take (?:you )?up(?: on)?|accept)\b.{0,20}\b(?:offer|invitation|suggestion|visit|demo)\b|\b(?:when|"
    r"how soon) can you "
    r"(?:come|visit|start|install|drop by|call)\b",
    r"\bshoot (?:me|us) (?:a |an |your |some )?(?:calendar |meeting )?(?:invite|link|time|slot|availability)s?\b",
    r"\blet us (?:get|have) (?:them|you|him|her) (?:in|over)\b",
    r"\b(?:time|date|day|slot) works\b",
    r"\b(?:add|invite|include)\b.{0,40}\b(?:to|for|in) the (?:invite|call|meeting|demo|invitation)\b",
    rf"\b(?:schedule|book|set up|set|arrange|organi[sz]e|have|hop on|jump on|get on|do|plan|find|hold|set aside|"
    rf"put in|line up|fix)(?: (?:me|us|up))? (?:a |an |the |some |another |in |on |our |for |product |quick |"
    rf"short |\w+[- ])*{_MEET}\b(?!.{{0,10}}\b(?:available))",
    r"\blet us (?:\w+ )?(?:schedule|talk|discuss|connect|meet|chat|call|book|arrange|explore|set|speak|catch up|"
    r"have|find|dive|jump|plan|review|look|see)\b",
    r"\b(?:happy|glad|open|keen|available|free|willing|eager) to (?:talk|chat|meet|discuss|connect|speak|jump|hop|"
    r"have a|learn|hear|explore|take a call|see)\b",
    r"\b(?:are|am|is) (?:free|available|open)\b.{0,25}\b(?:monday|tuesday|wednesday|thursday|friday|tomorrow|next|"
    r"this|week|morning|afternoon|\d)",
    r"\b(?:monday|tuesday|wednesday|thursday|friday|tomorrow|next week|this week|afternoon|morning|\d ?(?:am|"
    r"pm))\b.{0,25}\b(?:works?|suits?|is (?:good|fine|great|perfect|ok)|would (?:work|be (?:good|great|fine)))\b",
    r"\b(?:works?|good|fine|great) for (?:me|us)\b",
    r"\b(?:what is|what are|send me|share|check) your (?:availability|calendar|available|schedule)\b",
    r"\b(?:give|call) (?:me|us) a (?:call|ring)\b",
    r"\b(?:find|set|book|pick|suggest|propose|schedule) (?:a |some )?(?:time|slot)s?\b",
    r"\b(?:please )?call me\b(?! (?:when|if|names))",
    r"\b(?:can|could|shall|may) (?:we|you) (?:talk|meet|speak|chat|connect|stop by|come by|call)\b",
    r"\bwhen (?:are you|can we|could we|would you be) (?:free|available|talk|meet|chat|speak)?\b",
    r"\b(?:looking forward to|look forward to|eager to|excited (?:to|for|about)|keen to|would love to|"
    r"would like to|want to|love to|like to) (?:\w+ )?(?:a |the |our |see |seeing |having |attend |schedule |"
    r"book |join |discuss\w* |meet\w* |talk\w* |speak\w* |chat\w* |connect\w* )*(?:demo|meeting|call|discuss\w*|"
    r"talk\w*|meet\w*|speak\w*|chat\w*|connect\w*|with your team|walk-?through|in action)\b",
    r"(?:^|[!.,;] ?)(?:please )?(?:schedule|connect|talk|discuss|call|let us call)\s*[!.]*$",
    r"\bi (?:will|have) (?:send|sent|sending|put) (?:you )?(?:an? )?(?:calendar )?(?:invite|invitation)\b",
)  # fmt: skip

ASKS = (
    r"\bwhat is the damage\b|\bballpark\b|\b(?:can|could|would) you (?:please )?(?:re-?send|ping over|drop)(?: me|"
    r" us)? (?:the|your|that|a)\b",
    r"\bwhat (?:does|would|do|might) .{0,40}\b(?:look like|involve|entail|set (?:me|us) back|cost|include)\b",
    r"\b(?:does|do|can|will|would) (?:it|this|that|you guys|you all|your \w+) (?:\w+ ){0,2}(?:talk to|run|plug|sync|"
    r"speak|"
    r"play (?:nice|well)|come with|handle|export|import|need|require|cope|read from|write to|cover|ship|fit)\b",
    r"\bdo you (?:guys )?(?:cover|ship|serve|deliver|operate|work with|support|sell|have (?:a|an|any|anything|anyone|"
    r"someone))\b",
    r"\bwho else\b.{0,60}\b(?:use|uses|using|has|runs?|works?|bought)\b|\bwant (?:a )?references?\b",
    r"\b(?:is|are) there (?:a|an|any) (?:\w+ )?(?:minimum|set-?up|free|trial|discount|contract|fee|api|integration|"
    r"lock|limit|"
    r"charge|catch|monthly|annual|term|commitment|version|way)\b",
    r"\bany chance of (?:a |an |some |the )?(?:\w+ )?(?:trial|demo|discount|call|quote|pilot|sample|reference|look|"
    r"visit)",
    r"^(?:and |so |hi |hello |[, ])*(?:what|which) (?:\w+ )?(?:languages?|platforms?|systems?|formats?|sizes?|"
    r"versions?|countries|"
    r"regions?|currenc\w+|models?|brands?|devices?|integrations?)\b",
    r"\bhow do (?:i|we) (?:stop|make|get|keep|set|tell|prevent|export|import|train|connect) (?:it|your \w+|the)\b",
    r"\bwho do (?:i|we) (?:talk|speak|write) to about\b",
    r"\bwhat happens (?:to|if|when)\b.{0,60}\b(?:data|cancel|leave|stop|break|fails?|outage|offline)\b",
    r"\b(?:is|are) (?:it|this|that|you|yours) (?:\w+ )?(?:cheaper|faster|better|quicker|easier|safer|certified|"
    r"compliant|"
    r"available|compatible|hosted|cloud|on-?prem\w*)\b",
    r"\bhow (?:is|are) (?:this|it|that|you|yours) different\b|\bwho owns (?:the|our) data\b|\bwhere is (?:the|"
    r"our) data\b",
    r"\bhow (?:is|are) (?:this|it|your \w+|"
    r"you) (?:\w+ )?(?:different|priced|licensed|billed|installed|"
    r"hosted|secured|better|deployed|supported|structured)\b",
    r"(?:^|[,;!] ?|\bplease )(?:send|share|forward) (?:it|that|this|them|those)\b",
    r"\b(?:can|could|would|will|may) (?:you|i|we|someone)(?: \w+)? (?:please )?(?:send|share|provide|clarify|"
    r"explain|tell|give|show|walk|outline|describe|elaborate|get|see|have|know|receive|confirm|point|forward|"
    r"email)\b(?! (?:me|us) (?:why|how|where) you)",
    rf"(?:^|[!.,;] ?|\bplease )(?:send|share|provide|clarify|explain|show|give|forward|email|tell|"
    rf"describe)(?: (?:me|us|over|along|more|some|the|your|a|any|through))* ?(?:\w+ ){{0,2}}{_INFO}\b",
    r"\b(?:tell|show) (?:me|us) (?:more|how|about)\b",
    r"\b(?:more|further|additional|some) (?:information|details|specifics|context)\b",
    rf"\bsend (?:me |us )?(?:\w+ ){{0,2}}{_INFO}\b",
    r"\b(?:learn|know|hear|find out|read|understand|see) (?:a (?:bit|little) )?more\b",
    r"\bwould (?:like|love) to (?:know|understand|learn|hear|see|get|explore|find out|read|review|discuss|try|"
    r"evaluate|test)\b",
    r"\b(?:interested|curious|intrigued) (?:in|about|to|by|what|how|if|whether)\b",
    r"\bhow (?:does|do) (?:your|this|it)\b",
    r"\bhow do you (?:handle|support|charge|price|integrate|compare|ensure|bill|license|secure|protect|store|"
    r"implement|onboard|differ|guarantee|work)\b",
    r"\bhow (?:much|long|many)\b.{0,50}\b(?:cost|take|pay|price|users?|charge|does|do|is|would|contract|implement|"
    r"licen[cs]e)",
    r"\bwhat (?:is|are|does|would|do)\b.{0,25}\b(?:pric\w+|cost\w*|fees?|plans?|features?|onboarding|process|"
    r"difference|timeline|implementation|discount|minimum|contract|sla|support|charge|roi|payback|availability|"
    r"terms|options?|licens\w+)",
    r"\b(?:does|do|can|will|is|are) (?:your|the|this|it|"
    r"you)(?: \w+){0,3} (?:integrat\w+|support\w*|work\w*|handle|"
    r"connect\w*|offer\w*|provide\w*|include\w*|scale|compatible|"
    r"compliant|certified|available|allow\w*|"
    r"have|come with|cover)\b",
    r"\b(?:pricing|price|cost|costs|quote) (?:for|of|please)\b",
    r"^(?:any|some|got any|got)? ?(?:pricing|case studies|references|demo|brochure|details)\??$",
    r"\bwhat (?:makes|sets) (?:your|you|this)\b",
    r"\bcomparison\b",
    r"\b(?:do|does) (?:you|your)\b.{0,40}\b(?:trial|demo|demos|testimonials|case studies|references|pricing|"
    r"discounts?|plans?|page|customers)\b",
    r"\b(?:clarify|explain|send|provide|share) .{0,40}\b(?:please|options|subscription|plan)\b",
)  # fmt: skip

LIKINGS = (
    r"\b(?:your )?timing is (?:\w+ )?(?:uncanny|spooky|spot on|scary|unbelievable|perfect|great|impeccable)\b",
    r"\bhit(?:s)? (?:close to )?home\b|\b(?:you have|got) (?:my|our) (?:full |undivided )?attention\b",
    r"\bwhere have you been all (?:my|our) (?:life|lives)\b|\bstop the press(?:es)?\b",
    r"\b(?:i|we) (?:am|are|would be) (?:\w+ )?keen (?:to|on)\b|^(?:would be |very |really )?keen to\b",
    r"\b(?:will not|would not|can not) (?:shut up|stop talking) about\b",
    r"\bglad (?:that )?(?:i|we) (?:did not|read|opened|kept)\b",
    r"\byour timing is (?:perfect|great|good|excellent|impeccable)\b",
    r"\bsounds like (?:a plan|a deal|a winner|a good|a great)\b",
    r"\b(?:that|this|it) (?:is|was) (?:\w+ ){0,2}(?:great|awesome|"
    r"amazing|wonderful|fantastic|excellent|impressive|helpful|"
    r"interesting|perfect|brilliant)\b(?! (?:but|however|on paper))",
    r"\bcan (?:hardly|not) wait\b",
    rf"\b(?:sounds?|looks?|seems?) (?:\w+ )?(?:really |very |pretty |quite |so |absolutely |like a |like an |"
    rf"to be )*{_GOOD}\b(?! (?:on paper|in theory|but not))",
    r"\b(?:this|it|that|which) (?:could|would|might|can|may|will) (?:\w+ )?(?:help|work|be (?:a )?(?:great|good|"
    r"perfect|game|useful|helpful|interesting|valuable|very|of interest)|solve|streamline|enhance|improve|fit|"
    r"interest|save|make sense)\b",
    r"\b(?:am|are|is|be) (?:\w+ )?(?:interested|intrigued|impressed|open to|(?:excited|eager|"
    r"keen)(?= (?:to (?:see|learn|review|hear|discuss|explore|try|get|start|know|go|move|find)|about (?:this|your|"
    r"the idea))|\s*[,.!]|$))\b(?! to (?:hear|know|see) why)",
    r"^(?:very |definitely |quite |really |yes,? )?interested\b",
    r"\b(?:would|will|do) (?:love|like) to (?:explore|see|discuss|learn|hear|review|try|help|talk|join|"
    r"participate)\b",
    r"\blooking forward to (?:it|this|that|the demo|your (?:reply|answer|call|proposal|offer|quote)|(?:hearing|"
    r"seeing|meeting|talking|speaking|learning|discussing|trying|connecting))\b",
    r"\bthis is (?:exactly|just) what\b",
    r"\b(?:i|we) (?:like|love) (?:this|it|the idea|your|what you|the sound|that idea)\b",
    r"\b(?:great|good|perfect|nice) (?:timing|idea|fit|match)\b",
    r"\bpiqued\b",
    r"\bmade my day\b",
    r"\bgame-? ?changer\b",
    r"\b(?:would|that would) (?:definitely |really )?interest (?:me|us)\b",
    r"\b(?:sehr |grosses |gerne |habe |haben )(?:interesse|interessiert)\b",
    r"\bklingt (?:gut|interessant|spannend)\b",
    r"\b(?:tres|suis|sommes) interesse\w*\b",
    r"\b(?:me|nos) interesa(?:ria)?\b",
    r"\b(?:estoy|estamos) (?:muy )?interesad\w+\b",
    r"\b(?:tenho|temos|estou|estamos) (?:muito )?interess\w+\b",
    r"\b(?:sono|siamo|saremmo|sarei) (?:molto )?interessat\w\b",
    r"\b(?:zeer |erg )?geinteresseerd\b",
    r"\bjeste\w+ zainteresowan\w+\b",
    r"興味(?:か|が)あ|很感兴趣|很感興趣|有兴趣|有興趣|관심(?:이)? (?:있|많)",
)  # fmt: skip

ASSENTS = (
    r"^(?:ok |alright |fine |go on |well |then |sure |[, ])*(?:(?:i|we) will bite|show (?:me|us)|i am game|"
    r"i am listening|"
    r"i am all ears|go on then|hit me|tell me more|bring it on)[.!]*$",
    r"^(?:yes|sure|absolutely|of course|definitely|certainly|ok|great|perfect)[,.! ]+(?:what|how|when|where|which|"
    r"who) .{3,80}\?",
    r"^(?:oh |well |ok |yes |yeah |sure |hi |hello |thanks |then |[, ])*(?:yes|sure|absolutely|definitely|"
    r"of course|certainly|deal|agreed|sure thing|alright|why not|sounds good|gladly|with pleasure|count me in|"
    r"most definitely|please do|yes please|for sure|by all means|go ahead|let us do it|ok)(?:,? (?:thanks?|"
    r"thank you|please|why not|definitely|absolutely|of course|sure|most definitely|i (?:do|will|would|can|am|"
    r"could)|i will gladly|that (?:works|would be great|is correct|sounds good)|we (?:do|will|would|can|are|"
    r"could)|for sure|let us do (?:it|that)))*[.! ]*$",
    r"^(?:yes|yeah|ok|sure|then|of course|oh|[, ])*(?:i|we) (?:guess |think |suppose |sure )?(?:i |we )?(?:would|"
    r"will|can|could|am|are) ?(?:do|be (?:glad|happy|willing|fine|delighted)(?: (?:to|with that))?|gladly|"
    r"definitely|certainly|love to|like to|glad to|happy to|do (?:it|that|this|"
    r"so))?(?:,? thank you(?: for asking)?)?[.! ]*$",
    r"\b(?:i|we) (?:would|could|can|will) (?:\w+ )?(?:do that|do it|be fine with (?:that|it)|be glad to|"
    r"be happy to|be willing to|gladly)\b",
)  # fmt: skip

CATEGORIES = (  # first that fits the deciding sentence; then the whole mail
    ("success_stories",
    r"\b(?:case stud\w+|success stor\w+|testimonials?|references?|examples? of|how others|other customers|"
    r"companies (?:in our|like ours)|proof)\b"
    ),
    ("competitors",
    r"\b(?:compar\w+|versus|vs\.?|compet\w+|alternatives?|different from|makes your|other (?:vendors?|tools?|"
    r"solutions?|providers?)|switch\w*|current (?:provider|vendor|tool|supplier)|deciding between|locked in|"
    r"already (?:use|using|have)|happy with|contract with)\b"
    ),
    ("demo_trial",
    r"\b(?:demo\w*|trial|pilot|poc|walk-?through|see (?:it|how it) work|try (?:it|out)|in action|call|meeting|"
    r"meet|talk|chat|schedule|availability|connect|discuss\w*)\b"
    ),
    ("budget_approval",
     r"\b(?:budget\w*|approv\w*|finance team|sign[- ]off|procurement|fund(?:s|ing|ed)?|afford|money|expensive)\b"
    ),
    ("pricing",
    r"\b(?:pric\w+|cost\w*|quote|quotation|fees?|rates?|plans?|tiers?|discount|licen[cs]\w*|subscription|how much|"
    r"\$|proposal|contract|terms)\b"
    ),
    ("urgency_timeline",
    r"\b(?:how (?:quickly|soon|fast|long)|timeline|deadline|onboard\w*|implement\w*|go live|this quarter|"
    r"next (?:quarter|year)|days|asap|as soon as|urgent\w*|priority|later this year|in the future|right now|"
    r"at this time)\b"
    ),
    ("features_use_cases",
    r"\b(?:feature\w*|integrat\w+|support\w*|api|workflow\w*|automat\w+|use cases?|specs?|technical|security|"
    r"capabilit\w+|works?|solution|tool|product|details|information|roadmap|documentation)\b"
    ),
)  # fmt: skip
