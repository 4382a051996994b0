"""Why mail servers refuse, and the words they refuse with: a table, in the order in which it is asked."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a mail did not arrive. Only the four of `HARD` say that the address is no good."""

    USER_UNKNOWN = "user unknown"
    HOST_UNKNOWN = "host unknown"
    MOVED = "has moved"
    TAKES_NO_MAIL = "takes no mail"
    MAILBOX_FULL = "mailbox full"
    SUSPENDED = "suspended"
    TOO_BIG = "too big"
    SPAM = "taken for spam"
    VIRUS = "virus"
    BLOCKED = "sender blocked"
    NOT_AUTHENTICATED = "sender not authenticated"
    POLICY = "policy"
    SENDER_REFUSED = "sender refused"
    RELAY_DENIED = "relay denied"
    TOO_FAST = "too many mails"
    ENCRYPTION = "encryption or sign-in wanted"
    NETWORK = "network"
    EXPIRED = "not delivered in time"
    DELAYED = "delayed"
    SYSTEM = "fault of the other system"
    FILTERED = "refused by the recipient"
    UNCLEAR = "unclear"


HARD = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.MOVED, Reason.TAKES_NO_MAIL})

_W = r"[^.;<>]{0,40}?"  # a few words of the same clause
_WHO = r"(?:user|recipient|mailbox|account|address|addressee|e-?mail|userid|person|name|id|inbox|destination)"

# The first pattern that is found wins. Texts are lower-case with single spaces.
PHRASES: tuple[tuple[Reason, str], ...] = (
    (
        Reason.MAILBOX_FULL,
        r"(?:over|exceed\w*|beyond|above|insufficient|out of|no more|not enough)"
        + _W
        + r"\bquota|\bquota"
        + _W
        + r"(?:exceed|full|reach|violat|limit|over)|overquota|over quota|diskquota|quota error|\bmail ?\w* quota"
        r"|(?:mail ?box|in-?box|mail ?folder|mail ?drop|account|mail file|storage|maildir|user)(?:'s)?"
        + _W
        + r"\b(?:is|are|was|has been|almost)?\s?(?:too |now |currently )?(?:full|exhausted)\b"
        r"|full (?:mailbox|inbox)|mailbox full|(?:mail ?box|maildir)"
        + _W
        + r"exceed|exceed\w*"
        + _W
        + r"(?:storage|mailbox size|mailbox limit|maildir|space|message count)|mailbox size limit|"
        r"mailbox (?:has reached|is at) "
        r"|(?:out of|insufficient|not enough|no) (?:disk |mail |mailbox |free |storage )*(?:storage|"
        r"space)(?! available on)"
        r"|(?:too many|too much) (?:messages|mail|mails|data) (?:in|stored)|disk full|\b[45]\.2\.2\b"
        r"|容量" + r".{0,20}(?:超|一杯|オーバー|満|不足)|いっぱい|一杯|postfach.{0,30}voll|speicherplatz|kontingent|"
        r"bo[iî]te.{0,30}pleine|espace.{0,20}insuffisant|buz[oó]n.{0,30}lleno|excede.{0,20}cuota|casella.{0,30}piena|"
        r"caixa.{0,30}cheia|cota excedida|postvak.{0,20}vol\b|"
        r"переполнен|邮箱.{0,10}满|已满|空间不足|사서함.{0,20}(?:가득|초과)",
    ),
    (
        Reason.TOO_BIG,
        r"(?:message|mail|e-?mail|attachment|size|body)"
        + _W
        + r"(?:too (?:big|large)|larger than|exceed\w*"
        + _W
        + r"(?:size|maximum|limit)|over"
        + _W
        + r"size)|size limit|maximum (?:allowed |permitted |message |mail )*size"
        r"|message length|exceeded maximum in|too large|message size|\b[45]\.(?:2\.3|3\.4)\b",
    ),
    (Reason.VIRUS, r"\bvirus|malware|infected|trojan|\bworm\b|malicious (?:content|attachment|code)|ウイルス"),
    (
        Reason.NOT_AUTHENTICATED,
        r"\b(?:spf|dkim|dmarc|domainkeys|sender-?id)\b"
        + r"[^.]{0,80}?(?:fail|not|pass|reject|polic|record|check|invalid|"
        r"violat|unauth|valid|required|error)|(?:fail\w*|reject\w*|violat\w*|due to|unauthenticated|check|"
        r"validat\w*|pass|"
        r"through|against)[^.]{0,60}\b(?:spf|dkim|dmarc)\b|unauthenticated (?:e-?mail|mail|message|sender)"
        r"|\b[45]\.7\.(?:2[0-9]|30|509)\b|not authorized to send (?:mail |e-?mail )?(?:from|on behalf)|"
        r"does not designate|"
        r"lacks (?:valid )?authentication|authentication (?:checks|information) ",
    ),
    (
        Reason.SPAM,
        r"\bspam(?!haus|cop|trap)|spam[- ]like|unsolicited|\bjunk (?:e-?mail|mail)|bulk (?:e-?mail|mail)(?! sender)"
        r"|spamming|\buce\b|looks like ad|message (?:content )?(?:rejected|refused) due to (?:content|local)|"
        r"content (?:rejected|filter|restriction|not acceptable|denied|policy)|rejected (?:by|due to)"
        + _W
        + r"content|contains (?:a )?(?:url|link|prohibited|objectionable)|(?:suspicious|prohibited) (?:url|"
        r"content|attachment)|"
        r"\bdt:spm\b|high[- ]probability|advertis|phish|scored too high|denied by (?:content|a filter)|迷惑メール",
    ),
    (
        Reason.BLOCKED,
        r"black ?-?list|block ?-?list|deny ?-?list|(?:listed|found|match\w*|present|appears?) (?:at|in|on|by|"
        r"with|from) "
        r"(?:the |our |an? )?(?:\S*(?:rbl|dnsbl|bl\.|list|spamhaus|spamcop|sorbs|barracuda|\.org|\.net))|"
        r"\brbl\b|dnsbl|spamhaus|"
        r"spamcop|barracuda|senderbase|senderscore|(?:bad|poor|low|your|sender|ip|network|domain|"
        r"its) reputation|reputation of|"
        r"\b(?:ip|host|client|server|domain|sender|network|address|you|mail from|connection|access|message|"
        r"mail|been|was|is|are)"
        r"[^.;<>]{0,50}?\b(?:blocked|banned|barred|blacklisted|blocklisted|rejected for policy)\b|"
        r"\bblocked (?:by|for|due|because|using|from|list|at)|banned sending|"
        r"(?:reverse|rdns|\bptr\b|in-addr)[^.]{0,60}(?:dns|record|lookup|name|fail|not|invalid|missing|resol)|"
        r"no (?:reverse|ptr|rdns)|"
        r"(?:reverse|inverse) (?:dns|lookup|hostname)|cannot find your (?:reverse )?hostname|fix reverse|"
        r"cannot resolve your (?:address|host)|dynamic(?:ally)?[^.]{0,40}\b(?:ip|address|host|pool)|"
        r"client host (?:rejected|\S+ blocked)|helo(?: command)? (?:rejected|reject)|invalid helo|"
        r"\b(?:ip|client|host|connecting|server)\b[^.;]{0,40} (?:not allowed|not authorized|refused|denied|"
        r"not accepted|rejected)|"
        r"(?:connection|connections|mail|mails|message|messages|email) (?:was |were |is |are )?(?:from|refused from) "
        r"(?:your|this|the|\S*\d+\.\d+\.\d+\.\d+)[^.;]{0,60}(?:refused|rejected|denied|not accept|dropped|limit|block)|"
        r"refused to talk to me|(?:you are|you're|not) (?:not )?allowed to connect|bad (?:dns ptr|reputation|sender)|"
        r"access denied[^.]{0,20}ip|connection (?:rejected|refused|dropped) (?:by policy|due to|for)|"
        r"mismatch\w* (?:client )?ip|"
        r"(?:unusual|suspicious|abusive|high) (?:rate|volume|traffic|activity)|\b[45]\.7\.(?:606|25|300|511|"
        r"700|708)\b|bounce attack",
    ),
    (
        Reason.TOO_FAST,
        r"too (?:many|much|fast|frequent)"
        + r"[^.;]{0,50}(?:connection|session|message|mail|recipient|hour|minute|sent|time|request|"
        r"error|concurrent|quick)|rate ?-?limit|(?:rate|limit|frequency|number)[^.;]{0,50}(?:exceed|reach|"
        r"thrott)|throttl|"
        r"exceed\w*[^.;]{0,50}(?:rate|limit|number of|connections|frequency|per (?:hour|day|minute))|"
        r"sending (?:limit|rate)|reach\w* (?:your|the|its)[^.;]{0,40}\blimit|"
        r"(?:receiving|getting) mail (?:at|too)|slow down|connection limit|concurrent|\b4\.7\.28\b",
    ),
    (
        Reason.RELAY_DENIED,
        r"relay(?:ing)?[^.;]{0,40}(?:denied|not (?:permitted|allowed|authorized|available)|prohibit|reject|"
        r"refus|disabled|restrict)|"
        r"(?:denied|not (?:permitted|allowed|authorized)|unable|cannot|can't|do not|don't|no|refus\w*|"
        r"attempt\w*) (?:to )?relay|"
        r"rcpthosts|not (?:a |an )?(?:local|gateway)[^.;]{0,20}relay|not one of our users|sender verify failed|"
        r"insecure mail relay|open relay",
    ),
    (
        Reason.ENCRYPTION,
        r"(?:starttls|\btls\b|\bssl\b|encrypt\w*|certificate)[^.;]{0,60}(?:requir|must|first|fail|need|not|"
        r"error|expire|handshake|"
        r"issue|mandatory)|(?:requir\w*|must|need\w*|without|fail\w*)[^.;]{0,30}(?:starttls|\btls\b|encrypt)|"
        r"authentication (?:required|failed|failure|credentials|is required|needed)|(?:requires?|must|need to|not) "
        r"(?:smtp )?authenticat|\b[45]\.7\.(?:8|10|11)\b|smtp auth|invalid (?:password|credentials)|"
        r"log ?in (?:first|required)|failed to authenticate",
    ),
    (
        Reason.SUSPENDED,
        r"(?:account|mailbox|user|recipient|address|domain|email|inbox)"
        + r"[^.;]{0,50}?\b(?:suspend\w*|disabled|inactive|deactivated|"
        r"locked|frozen|on hold|not (?:currently )?active|temporarily (?:unavailable|disabled|suspended|"
        r"locked)|restricted|dormant|"
        r"unavailable for (?!explanation|details|more )|not enabled|discontinued)|(?:inactive|disabled|suspended|"
        r"expired|locked|dormant|deactivated) "
        r"(?:user|account|mailbox|recipient|e-?mail|address)|account (?:has )?expired|subscription[^.]{0,20}expired|"
        r"\bsuspended\b|\b5\.7\.13\b",
    ),
    (
        Reason.SENDER_REFUSED,
        r"sender (?:address )?(?:rejected|denied|refused|not (?:allowed|accepted|authorized|permitted|found)|"
        r"invalid|unknown|verif\w*|"
        r"is not|does not|domain|has been)|(?:mail from|from address|sender|envelope from|return path)"
        + r"[^.;]{0,60}(?:domain|not "
        r"(?:exist|found|resolv|valid|allow|accept|permit)|does not (?:exist|resolve|have|match)|invalid|"
        r"reject|refus|denied|unresolv|"
        r"must (?:exist|resolve)|syntax|unrout|cannot be|verif)|invalid sender|bad sender|domain of sender|"
        r"sender domain|"
        r"cannot receive (?:mail|messages) from|not (?:accept|allow|permit)\w* (?:any )?(?:mail|mails|"
        r"messages|e-?mail|e-?mails)? ?from|"
        r"(?:only|restricted)[^.;]{0,60}(?:members|subscribers|senders|authorized|internal)|"
        r"not (?:a )?(?:subscribed|member)|"
        r"(?:do|does) not have permission to (?:post|send)|not (?:authorized|allowed|permitted) to (?:post|"
        r"send|submit)|"
        r"(?:moderat\w+|closed|private) (?:list|group)|not be delivered to (?:the )?group|\b[45]\.1\.(?:7|8)\b|"
        r"group[^.;]{0,60}(?:may not exist|permission)|allowed senders|permission to (?:post|send)|権限|權限|权限|"
        r"권한|autoris|autoriz|permiso|permiss[ãa]o|permesso|berechtig|uprawnien|дозвол|"
        r"разрешени|δικαίωμα|toestemming|tillst|tillad|oprávn",
    ),
    (
        Reason.EXPIRED,
        r"(?:delivery|retry|queue|message|mail|queued)[^.;]{0,40}(?:time ?out|timed out|expired|expiration|"
        r"exceeded)|expired|"
        r"(?:in|on|stuck in) (?:the |its )?(?:mail )?queue|too old|(?:time ?out|timed ?out)|giving up after|"
        r"(?:no|not)[^.;]{0,30}(?:within|for|after|in) (?:\S+ ){0,3}(?:\d+(?:\.\d+)?|several|few|many|"
        r"the last|four|five|three|two)"
        r"[ +-](?:\S+ ){0,2}?(?:hour|day|minute|attempt|week|tr)|aborted after|(?:could|"
        r"can) not be delivered for|after multiple|"
        r"(?:for|in) the last \d+ seconds|failing for a long time|maximum (?:number of )?"
        r"(?:retr|attempt|delivery attempts)|retry (?:time|timeout|limit)|(?:will|still)[^.;]{0,30}(?:retry|"
        r"retri|try|trying|keep|attempt)|"
        r"retried|delay(?:ed)?\b|\b[45]\.4\.7\b|queue (?:time|period|life)|failed \d+ attempts|"
        r"attempt\w* to deliver over|"
        r"期限|再送|配送でき.{0,10}時間|keine zustellung innerhalb|"
        r"temporar\w+ (?:failure|error|server)|try again later|"
        r"not going to try again",
    ),
    (
        Reason.NETWORK,
        r"connect\w*[^.;]{0,40}(?:refused|fail|reset|lost|closed|unreachable|dropped|error|time|unable|"
        r"no route|could not|interrupt|abort)|"
        r"(?:could ?n[o']t|can ?n[o']t|unable|not able|wasn't able|fail\w*|did not accept|"
        r"not accept)[^.;]{0,40}(?:connect|contact|reach the|"
        r"open (?:a )?(?:smtp )?(?:connection|socket|session))|no route|(?:network|host|server|"
        r"system)[^.;]{0,30}(?:unreachable|"
        r"not (?:responding|reachable|available)|down|no answer|busy)|(?:mail|routing|forwarding|message|"
        r"delivery)[^.;]{0,15}\bloop|"
        r"loop(?:s|ing)? (?:back|detected|to)|too many (?:hops|received|loops)|hop count|hops exceed|"
        r"(?:dns|lookup|name ?server|resolv\w*|name service|mx)[^.;<>]{0,40}(?:temporar|fail|error|try again|"
        r"timeout|timed|servfail|"
        r"loop|returned|query)|socket error|host (?:is )?(?:down|unavailable)|broken pipe|\b[45]\.4\.(?:0|1|2|3|5|6)\b|"
        r"remote (?:host|server|side)[^.;]{0,30}(?:closed|hung|not respond|unavailable|lost)|server unavailable|"
        r"did not respond|(?:conversation|session) (?:with|ended|aborted)|operation timed|接続",
    ),
    (
        Reason.TAKES_NO_MAIL,
        r"null ?mx|indicated no smtp service|"
        r"(?:do|does|will|did|is|are)(?: not|n't)(?: currently)? (?:accept|receiv|take)\w*(?: any|"
        r" our| your| this| the)? "
        r"(?:e-?mail|mail|messages|smtp)(?!\s*(?:from|at this|for this|due))|no ?mail (?:server|service|"
        r"exchanger) (?:here|at|for|available)|"
        r"domain[^.;]{0,30}(?:does not|doesn't|not) (?:accept|receiv)\w* (?:e-?mail|mail)|"
        r"mail service (?:is )?(?:not|discontinued)|"
        r"\b521\b|\b556\b|\b[45]\.1\.10\b[^.]{0,60}(?:null|mx)|points? to (?:0\.0\.0\.0|localhost|127)|"
        r"(?:system|host|server) (?:does not|not) (?:accept|accepting)",
    ),
    (
        Reason.MOVED,
        r"(?:has|have|user|recipient|address|mailbox)[^.;]{0,20} (?:moved|been replaced|changed (?:his|her|"
        r"their|the)? ?(?:address|e-?mail))|"
        r"no longer (?:at this|with|work|employ|part of|valid|in use|used|monitored)|new (?:e-?mail |"
        r"mail )?address (?:is|:)|\b5\.1\.6\b|"
        r"address has been changed|left the (?:company|organi)|不再使用",
    ),
    (
        Reason.HOST_UNKNOWN,
        r"(?:host|domain|system|site|server)[^.;<>]{0,60}?(?:unknown|not (?:found|exist|known|valid|"
        r"registered)|(?:does not|doesn't|do "
        r"not|may not) (?:exist|resolve)|could not be (?:found|resolved)|could ?n[o']t be found|non-?existent|"
        r"invalid|lookup failed)|"
        r"(?:unknown|no such|invalid|bad|illegal|unrout\w+|unresolv\w+|non-?existent|unqualified)"
        r"(?: mail| e-?mail| destination| recipient| host or| remote)* (?:host|domain|system|site|server)|"
        r"nxdomain|no (?:mx|mail "
        r"exchanger|dns (?:entry|record)|valid hosts|such host|relevant answers|address associated)|"
        r"unrout\w+ (?:mail )?(?:domain|address)|"
        r"missing (?:the )?(?:proper )?dns|all relevant mx records point|could not find (?:a )?(?:gateway|"
        r"host|domain|route)|"
        r"cannot find (?:your )?(?:the )?(?:host|domain)|(?:couldn't|could not|can't|cannot) (?:find|"
        r"resolve)[^.;]{0,30}(?:host|domain|"
        r"mail exchanger|\bmx\b)|name or service not known|domain name not found|\b5\.(?:1\.2|4\.4)\b|"
        r"not (?:an )?(?:a )?"
        r"internet (?:host|domain)|ドメイン.{0,20}(?:存在|見つ)",
    ),
    (
        Reason.USER_UNKNOWN,
        r"(?:unknown|no such|invalid|bad|illegal|non-?existent|unrecognized|incorrect|undeliverable|wrong|"
        r"mistyped|not a valid|not a known|"
        r"not valid|no|dead|obsolete|unavailable)(?: local| virtual| mail| e-?mail| final| delivery|"
        r" destination| recipient| intended| "
        r"registered| active| known| valid| such)*(?: mail)? ?"
        + _WHO
        + r"\b|"
        + _WHO
        + r"(?:'s)?(?: \S{1,60}| name| address| here| at| in| local| recipient){0,6}?(?: is| was| are|:|;|,|\.\.\.)*"
        r" ?(?:unknown|not (?:found|known|exist\w*|listed|registered|valid|recogni[sz]ed|local|here|on file|"
        r"in)|unavailable|invalid|undeliverable|"
        r"(?:does|do|did|could|can|has|have)(?: not|n't) (?:exist|be found|have (?:an? )?(?:\S+ )?(?:account|"
        r"mailbox)|match|appear|seem)|"
        r"(?:could ?n[o']t|cannot) be (?:found|located|resolved|identified)|non-?existent|doesn't|"
        r"no longer exist|ended|closed|deleted|"
        r"terminated|removed|ambiguous|may not exist|incorrect|not be found|verification fail)|"
        r"(?:does|do|did|has|have|there is|there's)(?: not| n[o']t|n't|"
        r" no)(?: currently)?(?: have)?(?: an?)? (?:\S+ )?(?:account|mailbox|"
        r"user|exist)|no (?:account|mailbox|user|person|recipient|one|body)[^.;]{0,30}(?:by|with|of|here|"
        r"found|matching|at|named)|"
        r"not (?:a |an )?(?:known |valid |existing |our |local )*(?:user|customer|recipient|mailbox|account|"
        r"address)|unknown[ -]?user|user[ -]?unknown|"
        r"did not exactly match|(?:user|recipient)(?:name)?[^.;]{0,20}no such|not our customer|not listed in|"
        r"does not exist|"
        r"doesn't exist|addressee unknown|can'?t (?:find|open|create)[^.;]{0,30}(?:user|mailbox|account|output)|"
        r"recipient address rejected: access denied|check (?:if |that |the |"
        r"whether )*(?:\w+ )?address(?:es)? (?:is|are) |mailbox unavailable|mailbox not available|"
        r"not our user|dosn't exist|\b[45]\.1\.(?:1|3|4|10)\b|\b5\.0\.911\b|"
        r"unbekannt|existiert nicht|nicht gefunden|inconnu|n'existe pas|introuvable|desconocid|no existe|"
        r"sconosciut|non esiste|inesistente|"
        r"desconhecid|não existe|nao existe|onbekend|bestaat niet|ukendt|okänd|nieznan|nie istnieje|"
        r"не существует|не найден|неизвест|"
        r"不存在|不明|存在しません|存在しない|見つかりません|없는|존재하지",
    ),
    (
        Reason.POLICY,
        r"polic(?:y|ies)|not (?:accepted|permitted|allowed)|administrative\w* (?:prohibit|denied|reject)|"
        r"prohibited|compliance|protocol (?:violation|error)|rfc ?\d{3,4}",
    ),
    (
        Reason.SYSTEM,
        r"(?:system|server|internal|local|configuration|mail server|processing|unexpected|i/o|input/output|"
        r"program|command|pipe|delivery "
        r"agent)[^.;]{0,30}(?:error|fail|problem|fault|malfunction|unable|died|exit)|service (?:is |"
        r"currently |temporarily )*(?:not available|unavailable)|"
        r"command (?:parameter |\S+ )?not (?:implemented|recogni)|syntax error|bad sequence|"
        r"exit status|child status|storedrv\b|temporary|cannot open|unable to (?:create|open|write)|command output|"
        r"not enough (?:memory|resources)|\b4\d\d\b",
    ),
    (
        Reason.FILTERED,
        r"reject|refus|denied|filter|disallow|not want|blocked|prohibit|拒否|previously bounced|suppress(?:ed|ion)\b",
    ),
)
