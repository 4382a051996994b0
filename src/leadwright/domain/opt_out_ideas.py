"""What stands behind "write to me no more", idea by idea: consent, erasure, peace, the last mail. Patterns only.

Each idea is said in English, German, French, Spanish, Italian, Dutch, Portuguese, Polish and Swedish; `opt_out.fold` is
applied to patterns and text alike. The plain requests of each language are in `opt_out_words`.
"""

_MAILS = (
    r"(?:e-?mails?|mails?|messages?|newsletters?|spam|marketing|nachrichten|zusendung\w*|zuschriften|werbe\w+|werbung|"
    r"angebote\w*|anfragen|post|courriels?|envois?|pubs?|sollicitations?|correos?|mensajes?|publicidad|messaggi\w*|"
    r"pubblicità|comunicazioni|berichten|mailings?|reclame|mensage(?:m|ns)|publicidade|mejl\w*|utskick\w*|meddelanden|"
    r"reklam|e-?post|wiadomości|maili|ofert|korespondencji)"
)
_MINE = (
    r"(?:my|our|meine?\w?|unsere?\w?|mon|ma|mes|notre|nos|mi|mis|nuestr[oa]s?|(?:il |la |i |le )?(?:mi[oae]|miei|"
    r"nostr[oaie])|mijn|onze?|(?:os? |as? )?(?:meus?|minhas?|nosso?s?)|moj\w+|mój|moich|moim|nasz\w*|min|mitt|mina|vår|"
    r"vårt|våra)"
)
_DETAILS = (
    r"(?:(?:\w+ )?(?:address(?:es)?|addresse|adress\w*|adresie|adresu|adres|dirección|direcciones|indirizz[oi]|"
    r"endereços?|e-?mail-?adress\w*|e-?mail|details|data|daten|kontaktdaten|données|coordonnées|datos|dati|recapit[oi]|"
    r"nominativ[oi]|nome|gegevens|e-?mailadres|mailadres|dados|contac?tos?|danych|dane|uppgifter\w*|kontaktuppgifter|"
    r"namn|name|"
    r"records?|number))"
)

_BEGINS = r"(?:^|[,.!:;–—-] ?|\b(?:please|pls|kindly|just|must|that you) )"
_WRITE = r"(?:e-?mail|mail|contact|writ|write|messag|message|spam|spamm|bother|solicit)"
_ALL_OF_US = (
    r"(?:our|my) (?:(?:entire|whole|complete) )?(?:employees|staff|people|team|colleagues|co-?workers|workers|"
    r"organi[sz]ation|company|firm)"
)
_OF_US = rf"(?:any ?(?:one|body|of (?:us|our|my))(?! else\b)|{_ALL_OF_US})"
_WERE_IT_SO = (
    r"\b(?:appreciate(?:d)?|grateful|prefer|happy|happier|better|nice|great|glad|thankful|obliged)(?: it)? if you"
    r"(?: could| would| can| will)?(?: please| kindly)?"
)
_ENTRY = r"(?:(?:e-?)?(?:mail)?-?adresse|mailadresse|(?:kontakt)?daten)"
_AT_ONCE = (
    r"(?: bitte| umgehend| sofort| unverzüglich| komplett| (?:aus|von) (?:dem|der|ihrem|ihrer) "
    r"\w*(?:verteiler|liste|datenbank|kartei|system))*"
)
_YOUR_RECORDS = (
    r"(?:your|this|these|the) (?:\w+ ){0,2}?(?:\w*lists?|data ?bases?|crm|systems?|records?|files?|mailings?|"
    r"newsletters?|distribution)\b"
)
_OUT_OF_YOURS = (
    r"(?:aus|von|in) (?:ihr\w*|eur\w*|dem|der|allen) (?:\w+ ){0,2}?\w*(?:verteiler|liste|datenbank|kartei|system|crm)"
)
_GONE = r"(?:löschung|entfernung|austragung|streichung|abmeldung)"
_CALLS, _LETTERS = r"(?:phone )?(?:calls?|texts?)", r"(?:e-?mails?|mails?|messages?)"
_BOTH = rf"(?:{_CALLS},? (?:or|nor|and) {_LETTERS}|{_LETTERS},? (?:or|nor|and) {_CALLS})"
_BIDS = r"(?:angebote?|offerten|zusendung(?:en)?|schreiben|kontaktaufnahmen?|prospekte|anschreiben)"

_CONSENT = (
    r"\b(?:do|did|does|have) (?:not|never) (?:give |given |grant(?:ed)? |gave )?(?:you )?(?:\w+ )?permission to (?:use|"
    r"e-?mail|contact|store|keep|process|write|send)",
    r"\bwiderruf\w*\b.{0,40}\b(?:einwilligung|zustimmung|einverständnis)",
    r"\b(?:einwilligung|zustimmung|einverständnis)\b.{0,40}\bwiderruf\w*",
    r"\b(?:retir|révoqu|annul|revoc|anul|ritir|revog)\w* (?:il |o |mon |notre |mi |nuestro |mio |nostro |meu |nosso |"
    r"tout |todo |ogni )*(?:consentement|consentimiento|autorización|consenso|consentimento|autorização|permiso)\b",
    r"\b(?:trek|trekken|ingetrokken)\b.{0,20}\btoestemming\b|\btoestemming\b.{0,10}\b(?:in te trekken|intrek\w*)",
    r"\b(?:cofam\w*|cofn\w+|wycofuj\w*|odwołuj\w*) (?:swoją |moją |naszą )?zgod\w+",
    r"\båterkalla\w* (?:mitt|vårt|allt) samtycke",
    r"\b(?:no|não|non) autori(?:zo|zamos|zziamo|zzo) (?:(?:a )?que|(?:el|la|l'|il|o|a|su|il vostro)? ?(?:uso|"
    r"utilización|"
    r"utilizzo|utilização|envío|invio|envio))\b",
    r"\bnie wyraż(?:am|amy|ał\w*|ił\w*) zgody na (?:\w+ ){0,3}?(?:kontakt|wysył|przesył|przetwarz|otrzym|marketing)\w*",
    r"\b(?:untersag|verbiet|verbitt|verweiger)\w*\b.{0,60}\b(?:daten|kontakt\w*|werbung|e-?mails?|nutzung|zusendung\w*|"
    r"anschreiben)\b",
    r"\b(?:refus|interdis)\w* .{0,25}\b(?:démarchage|prospection|sollicitation|publicité|mails?|e-?mails?|contact)\w*",
    r"\b(?:rifiut|rechaz|recus|weiger)\w* .{0,25}\b(?:pubblicità|publicidad|publicidade|reclame|contatt\w+|contacto|"
    r"mensajes|mensagens)\b",
    r"\bundanbe\w+ (?:mig |oss )?.{0,15}\b(?:fler|utskick|mejl|reklam|kontakt|e-?post)\b",
    r"\bn'autoris\w+ pas (?:l'(?:utilisation|envoi)|que vous|votre|à)",
)  # fmt: skip

_ERASURE = (
    r"(?<!if )(?<!when )(?<!can )(?<!may )(?<!should )(?<!could )(?<!before )(?<!once )(?<!after )\b(?:i|we) "
    r"(?:hereby )?(?:request|demand|ask for|insist on) (?:the |immediate |full )*(?:erasure|deletion|removal) of "
    r"(?:all )?(?:of )?(?:(?:my|our) (?:personal |contact )?(?:data|details|e-?mail(?: address)?|address)\b"
    r"(?=\s*(?:$|[.!,;]| (?:under|according|pursuant|as|now|at once)\b| and (?:of|that|please)\b)|"
    rf" (?:from|in|on|off) {_YOUR_RECORDS})|(?:the )?(?:personal )?data (?:that )?you (?:hold|have|store|keep)\b)"
    r"(?!.*\?|.*\b(?:after|when|once|as soon) )",
    rf"\b(?:get rid of|scrap|wipe|purge) (?:my|our) {_DETAILS}\b",
    r"\b(?:stop|cease|end) (?:all )?(?:processing|using|storing|keeping|sharing|selling)(?: of)? (?:my|"
    r"our) (?:\w+ )?(?:data|"
    r"details|address|e-?mail|information)\b",
    r"\b(?:delete|erase|remove|destroy|purge) (?:all |any |the )*(?:personal )?(?:data|details|information|"
    r"records?) (?:that )?"
    r"you (?:hold|have|store|keep|hold on)\b",
    r"\b(?:droit|derecho|diritto|direito|recht|prawo|rätt(?:en)?) (?:à l'|à la |d'|de |al |a la |all'|alla |di |ao |"
    r"à |a |"
    r"auf |op |do |till |att bli )(?:vergessen\w*|löschung|widerspruch|effacement|oubli|opposition|suppression|"
    r"oposición|olvido|supresión|oblio|cancellazione|opposizione|vergetelheid|verwijdering|wissing|apagamento|"
    r"esquecimento|eliminação|oposição|bycia zapomnianym|usunięcia|sprzeciwu|radering|glömd|raderad)",
    r"\b(?:supresión|eliminación|cancelación|exclusão|eliminação|remoção|apagamento|usunięcie|usunięcia|suppression|"
    r"effacement|cancellazione|rimozione|radering|löschung|verwijdering)\b "
    rf"(?:de |dei |di |del |della |delle |dos |das |do |da |van |av |von )?(?:todos |tutti |alle |"
    rf"toutes )?{_MINE} {_DETAILS}\b",
    rf"\b(?:meine|unsere)\w? {_DETAILS}\b.{{0,40}}\b(?:gelöscht|entfernt|gestrichen|löschen|entfernen|vernicht\w+)\b",
    r"\b(?:m'|nous )oppos\w+ .{0,40}\b(?:données|prospection|traitement|utilisation|sollicitation|démarchage)",
    rf"\b(?:mijn|onze) {_DETAILS}\b.{{0,30}}\b(?:wissen|gewist|verwijder\w*|schrappen|halen|"
    rf"weghalen)\b|\bwis\w* (?:\w+ )?(?:mijn|onze) "
    rf"{_DETAILS}\b",
    rf"\b(?:radera|raderar|stryk|ta bort|plocka bort) {_MINE} {_DETAILS}\b",
    rf"\b(?:togli|cancell|rimuov|elimin)\w* (?:subito |pure |per favore )?{_MINE} {_DETAILS}\b",
    rf"\b(?:remov|retir|apag|elimin|exclu|borr|quit|supr)\w* (?:por favor )?{_MINE} {_DETAILS}\b",
    r"\b(?:retir|supprim|enlev|efface|ôte)\w* (?:s'il vous plaît |svp )?(?:mon|ma|mes|notre|nos) "
    r"(?:adresse|coordonnées|données|e-?mail|mail|nom|contact)",
)  # fmt: skip

_PEACE = (
    r"\boubli\w+[- ](?:moi|nous)\b|\b(?:merci de|veuillez|prière de) (?:m'|me |nous )oublier",
    r"\b(?:be|being) left (?:alone|in peace)\b", r"\bleave (?:me|us) in peace\b",
    r"\b(?:laissez|fichez|foutez|lâchez)[- ](?:moi|nous) (?:en paix|la paix|tranquilles?|la grappe)",
    r"\blasci\w{1,3}(?:mi|ci|temi|teci) (?:in pace|stare|tranquill\w)", r"\bdej\w+(?:me|nos) (?:en paz|tranquil\w+)",
    r"\bdeix\w+[- ]?(?:me|nos) em paz", r"\b(?:me|nos) deix\w+ em paz",
    r"\b(?:dajcie|daj|proszę dać|dajmy) (?:mi|nam)\b.{0,15}\bspok[oó]j", r"\bzostaw\w* (?:mnie|nas) w spokoju",
    r"\b(?:lämna|låt) (?:mig|oss)\b.{0,8}\bi (?:fred|lugn och ro)", r"\blaat (?:mij|me|ons)\b.{0,25}\bmet rust\b",
    r"\bverschon\w+ (?:sie |bitte )*(?:mich|uns)\b",
    r"\bnicht (?:mehr|weiter|länger|wieder)\b.{0,20}\b(?:behellig|belästig|nerv|zutext|bombardier|beläm)\w+",
)  # fmt: skip

_FORGET = (
    r"\boubli\w+ (?:mon|notre|mes|nos) (?:adresse|e-?mail|mail|coordonnées|nom|numéro)\b",
    r"\bolvíd\w+ (?:de |que existe )?(?:mi|nuestro|nuestra) (?:correo|dirección|email|mail|número)",
    r"\besque[cç]\w+ (?:o |do |de )?(?:meu|nosso) (?:endereço|e-?mail|contac?to|número)",
    r"\bdimentic\w+ (?:il mio|il nostro) (?:indirizzo|contatto|numero)",
    r"\bvergess\w* (?:sie )?(?:bitte )?(?:meine|unsere) (?:\w*adresse|daten|nummer)",
    r"\bvergeet (?:mijn|ons) (?:\w*adres|nummer)", r"\bzapomni\w+ o (?:moim|naszym) (?:adresie|mailu|istnieniu)",
    r"\bglöm (?:bort )?(?:min|mitt|vår|vårt) \w*(?:adress|nummer)",
)  # fmt: skip

_NO_MORE = (
    r"\b(?:rather|prefer|like|want|wish|choose|ask) (?:you )?not (?:to )?(?:get|receive|hear|have|be sent|see|"
    r"be on)\b.{0,25}"
    rf"\b(?:{_MAILS}|from you\b|any more of)",
    r"\b(?:like|want|wish|prefer|choose|ask) to (?:not|no longer|never) (?:receive|get|hear|see)(?: (?:(?:any|more|of|"
    rf"further|your|these|those|this|such) )+{_MAILS}\b| from you\b)",
    r"\b(?:i|we)(?:'d| would| do)?(?: \w+)? (?:prefer|like|want|wish|choose|ask) (?:to )?(?:no longer|never|"
    r"not) (?:to )?"
    r"be (?:ever )?(?:contacted|e-?mailed|mailed|approached|solicited|messaged|bothered|written to)\b",
    r"\b(?:(?:rather|prefer|like|want|wish|choose|ask) (?:to )?(?:not|no longer|never)|(?:not|no longer|"
    r"never)(?: \w+)? "
    r"(?:want|wish|like|care)) (?:to )?(?:receive|get|be sent|see) (?:any (?:more )?(?:of )?)?(?:these|this|those|that)"
    r"(?: (?:kinds?|sorts?) of (?:thing|stuff|mail)s?)?(?=\s*(?:$|[.!;])|, (?:thank|sorry|please|no)|"
    r" (?:going forward|in (?:the )?future|any ?more|any longer|again|at all|please|from you)\b)",
    r"\b(?:not|no longer|never) (?:want|wish|like|care|agree) to receive (?:any |further |your |such |unsolicited )*"
    r"solicitations?\b",
    r"\b(?:consider|treat|take|regard|accept|see) this(?: (?:e-?mail|mail|message))?(?: (?:as|to be))?"
    r"(?: (?:my|our|an?))?(?: (?:formal|official|final))? (?:(?:opt[- ]?out|unsubscribe|removal)\b|"
    r"(?:request|notice|wish|demand|instruction) (?:to|for) (?:opt[- ]?out|unsubscrib|removal|be (?:removed|taken off|"
    r"unsubscribed|deleted)))",
    r"\bconsider (?:me|us|myself|ourselves) (?:as )?(?:unsubscribed|opted out|removed)\b",
    rf"{_WERE_IT_SO} (?:(?:(?:did|do|would|could) )?not|no longer|never) (?:ever )?(?:e-?mail|write|wrote|contact|"
    rf"message|"
    r"mail|approach|bother)(?:ed|d)?(?: to)?(?: me| us)?(?: (?:again|any ?more|any (?:longer|further)|ever|in (?:the )?"
    r"future)\b|\s*(?:$|[.!,;]))",
    rf"{_WERE_IT_SO} (?:stop|cease|quit)(?:ped|d)? (?:e-?mailing|mailing|writing|contacting|messaging|spamming|"
    rf"bothering)\b"
    r"(?! (?:our|my|the|customers)\b|(?: me| us)? (?:and|but) (?:\w+ )?(?:call|phon|rang|ring|use))",
    rf"{_WERE_IT_SO} sen[dt] (?:me|us) (?:nothing|no) (?:more|further|else)\b",
    rf"{_BEGINS}(?:do not|dont|never)(?: ever)? {_WRITE}(?: to)? {_OF_US}\b.{{0,40}}\b(?:again|any ?more|any longer|"
    r"in (?:the )?future|ever)\b",
    rf"{_BEGINS}(?:do not|dont|never)(?: ever)? {_WRITE}(?: to)? {_OF_US}\b(?!.{{0,60}}\b(?:about|before|until|till|"
    rf"yet|"
    r"without|unless|directly|regarding|during|while|after|for|i|me|i'm|i'll)\b)",
    rf"{_BEGINS}(?:stop|cease|quit|refrain from) {_WRITE}ing(?: to)? {_OF_US}\b(?!.{{0,60}}\b(?:about|before|until|"
    rf"without|"
    r"directly|by hand|manually|but|i|i'm|me)\b)",
    rf"\b(?:remove|take|delete|drop|strike|exclude|get) (?:all |any |every )*(?:of )?{_ALL_OF_US} (?:from|off|out of) "
    r"(?:all |any |of )*your (?:\w+ )?(?:\w*lists?|data ?base|crm|mailings?|campaigns?|outreach|e-?mails?|sequences?|"
    r"cadences?|records?)\b",
    r"\b(?:bitten?|ersuchen?)\b.{0,40}\b(?:mir|uns) (?:bitte )?nichts mehr (?:zu )?(?:zu(?:zu)?)?(?:send|schick|"
    r"schreib|"
    r"mail)\w*",
    rf"\b(?:bitte (?:(?:die|diese|alle) )?{_ENTRY}|{_ENTRY} bitte){_AT_ONCE} (?:zu )?(?:löschen|entfernen|streichen|"
    r"austragen|sperren)\b(?!, (?:die|welche|wenn|sobald|falls)\b)(?!.{0,60}\b(?:neue|lautet|stattdessen|ersetzen)\b)",
    rf"^{_ENTRY}{_AT_ONCE} (?:löschen|entfernen|streichen)(?: bitte)?[\s.!]*$",
    rf"(?:\b(?:wünsch\w*|erbitten|möchten?|wollen|will) (?:\w+ ){{0,3}}?|^|[,.!:;–—-] ?|"
    rf"\bbitte )keine weiteren? {_BIDS}"
    r"(?: mehr| von ihnen| bitte| erhalten| bekommen| zugesandt| zugeschickt)*(?=\s*(?:$|[.!;])|,? (?:danke|"
    r"vielen dank)\b)",
    r"\b(?:appreciate|grateful|prefer|thank you for) (?:\w+ ){0,2}?not (?:hearing|getting|receiving|being (?:contacted|"
    r"e-?mailed|written|sent|mailed))",
    r"\bclose (?:my|our) file\b",
    r"\bwant nothing (?:more |further |else )?from you\b",
    rf"\b(?:your|these|those|such|further) {_MAILS} (?:are|is) (?:not|neither) (?:wanted|welcome|appreciated)",
    r"\bnot\b.{0,20}\b(?:write|e-?mail|contact|message|mail|call|approach|text)(?: to)? (?:me|us)\b.{0,25}\b(?:again|"
    r"any ?more|any (?:further|longer)|in (?:the )?future)\b",
    r"\bsend (?:me |us )?nothing (?:else|more|further)\b",
    r"\bnot (?:want|wish|like|agree) to be (?:a )?(?:part of|in|on|included in) (?:your|this|any|"
    r"these) (?:\w+ )?(?:campaigns?|"
    r"sequences?|outreach|cadences?|mailings?)\b",
    rf"\b(?:leave|keep) (?:my|our) (?:\w+ ){{1,2}}?(?:off|out of) (?:all |any )?(?:your|these|"
    rf"this) (?:\w+ )?(?:{_MAILS}|lists?|"
    r"outreach|campaigns?|sequences?)\b",
    r"\b(?:leave|keep) (?:me|us) (?:off|out of) (?:all |any )?(?:your |of your )?(?:future|further|other|"
    rf"next)? ?(?:{_MAILS}|"
    r"lists?|campaigns?)\b",
    rf"(?:^|[,.!:;] ?)enough (?:of|with) (?:the|these|those|all|your) (?:\w+ )?{_MAILS}\s*(?:$|[.!])|"
    rf"\bhad enough of your (?:\w+ )?{_MAILS}\b",
    r"\b(?:please|pls|kindly),? no (?:more |further )?follow[- ]?ups?\s*(?:$|[.!,])|"
    r"\bno (?:more |further )?follow[- ]?ups?,? (?:please|pls)\s*(?:$|[.!,])",
    rf"\b(?:please|pls|kindly),? no (?:more |further )?{_BOTH}\s*(?:$|[.!])|"
    rf"\bno (?:more |further )?{_BOTH},? (?:please|pls)\s*(?:$|[.!])|^no (?:more|further) {_BOTH}\s*[.!]?$",
    rf"\b(?:bitten?|ersuchen?) um (?:\w+e )?(?:austragung\b|{_GONE} (?:der|dieser|meiner|unserer) {_ENTRY}\b"
    rf"(?=\s*(?:$|[.!,;]| (?:und|bitte|gemäß|nach|sowie|{_OUT_OF_YOURS})\b)))(?!.*\b(?:neue|geändert|umgezogen)\w*)|"
    rf"\bum (?:austragung|{_GONE} (?:der|dieser|meiner|unserer) {_ENTRY}) (?:wird )?(?:\w+ )?(?:gebeten|ersucht)\b"
    r"(?!.*\bneue)",
    rf"\bcut (?:it )?out (?:with )?(?:the|these|those|all|your) (?:\w+ )?{_MAILS}\b",
    rf"\b(?:switch|turn|shut) (?:(?:these|those|them|your) )?(?:{_MAILS} )?off (?:(?:these|those|all|"
    rf"your) (?:\w+ )?{_MAILS}"
    r"|for me|for us)",
    r"\b(?:way|how) (?:of|to|can i|do i|do we) (?:not get\w*|not receiv\w*|stop get\w*|avoid get\w*) (?:these|those|"
    r"any more|"
    r"your|this)\b",
    rf"\b(?:discontinue|end|halt|stop|cease) (?:all |any )?(?:these|those|your|this|further) (?:\w+ )?{_MAILS}\b",
    r"\bnot (?:ever )?(?:write|e-?mail|contact|message|mail|call|approach|text)(?: to)? (?:me|us) (?:again|any ?more|"
    r"any "
    r"further|ever)\b",
    r"\b(?:keep|kept|been) unsubscribing\b(?! from (?:our|my|another|other)\b)",
    r"\bexclude\b.{0,40}\b(?:our|my) (?:domain|address|company|staff|team)\b.{0,30}\b(?:campaigns?|mail\w*|lists?|"
    r"outreach)",
    r"\blist\b.{0,40}\b(?:i|we)(?:'d| would)? (?:like|want) out\b",
    r"\b(?:schick|send|schreib|mail|kontaktier|meld)\w*\b.{0,40}\b(?:nie|niemals) (?:wieder|mehr)\b",
    r"\b(?:schreib|mail|kontaktier)\w*(?: sie)?(?: bitte)? (?:mich|mir|uns)(?: bitte)? nicht "
    r"(?:noch ?(?:ein)?mal|nochmals|erneut)(?:\s*(?:$|[.!,;])| (?:und|oder)\b)",
    rf"\b(?:wünsch\w+|erbitten|wollen|will|möchte\w*) (?:\w+ ){{0,2}}?keinerlei (?:\w+ )?{_MAILS}\b",
    rf"\bsparen sie (?:sich|uns|mir)\b.{{0,20}}\b(?:weitere\w* |ihre |die |solche )?{_MAILS}\b",
    rf"\b{_MAILS}\b.{{0,30}}\bnicht (?:mehr|länger|weiter) (?:bekommen|erhalten|empfangen|kriegen|haben)\b",
    r"\b(?:sperr|block)\w* (?:sie )?(?:bitte )?(?:meine|unsere) \w*(?:adresse|nummer|domain|daten)\b",
    r"\b(?:bloqu|bloc)\w*[- ](?:bitte )?(?:mon|notre|mi|nuestr[oa]|il mio|o meu|ons|mijn) (?:adresse|e-?mail|mail|"
    r"correo|"
    r"dirección|indirizzo|endereço|adres)\b",
    r"\bne plus (?:me |nous |m')(?:faire|adresser|transmettre|proposer|inclure|compter|mettre)\b",
    r"\bn'(?:écriv|envoy|appel)\w+ (?:plus|jamais)\b",
    r"(?:^|[.!,] )plus d'e-?mails?(?=\s*(?:$|[.!])|,? (?:s'il|svp|merci)\b)",
    r"\bne (?:souhait|veu|voul|désir)\w+ (?:plus|pas)(?: jamais)? être (?:re)?(?:contact|démarch|sollicit|relanc|"
    r"dérang|"
    r"importun|inscrit|abonn)\w*",
    r"\b(?:inutile|pas la peine|pas besoin) de (?:me |nous |m')(?:re)?(?:contact|écri|relanc|envoy|sollicit)\w*"
    r"(?=\s*[.!]*$|,? (?:ni|à l'avenir|merci|svp|s'il)\b)",
    rf"\bne plus (?:recevoir|avoir|être (?:contact|sollicit|démarch|relanc)\w*)\b.{{0,25}}(?:{_MAILS}|[?.!]|$)",
    r"\b(?:me|nous|m') ?(?:sortir|ôter|exclure|écarter|virer|radier|effacer) de (?:votre|vos|cette|ces|la|toutes)\b",
    r"\bno (?:quiero|queremos|deseo|deseamos) (?:seguir|continuar|volver a) recib\w+",
    r"\b(?:me|nos) (?:excluy|exclu|elimin)\w+ de (?:sus|su|vuestr|todos|los|la)\w*",
    rf"\bbasta (?:de|con|di) (?:\w+ )?{_MAILS}\b",
    r"\bno (?:quiero|queremos|deseo|deseamos|quisiera)(?: que)? (?:me |nos )?(?:ser )?(?:contact|molest|llam|"
    r"escrib)\w+ "
    r"(?:\w+ )?(?:más|otra vez|de nuevo|nunca)",
    rf"\bno (?:quiero|queremos|deseo|deseamos) más (?:\w+ )?{_MAILS}\b",
    r"\bno (?:nos |me |le |les )?(?:escrib|enví|env|mand|contact)\w+ (?:nada )?más\b",
    r"\bno (?:me |nos )?(?:volv|vuelv)\w+ a (?:escrib|contact|envi|mand|llam|molest)\w*",
    r"\bno insist\w{1,3}(?: más)?\b(?=[^a-z]*(?:$|por favor|gracias))",
    r"\b(?:que (?:me|nos)|me|nos) (?:quit|sac|saqu|borr|elimin|retir)\w{1,4} (?:ya )?(?:de|del) (?:su|la|esta|este|esa|"
    r"vuestra|todas)\b",
    r"\bnon (?:mi |ci )?(?:scriv|contatt|mand|invi|disturb|chiam)\w+ (?:mi |ci )?(?:mai )?più\b",
    r"\bnon (?:essere|venire|voler essere) (?:mai )?più (?:contattat|disturbat|inclus|iscritt|sollecitat|"
    r"importunat)\w+",
    rf"\bnon ricevere (?:mai )?(?:più|altr\w+ {_MAILS}|ulterior\w+ {_MAILS})\b|\b(?:niente|nessun\w*) (?:più|"
    rf"altr\w+) {_MAILS}\b",
    r"\b(?:a|di) non (?:inviar|scriver|mandar|contattar)(?:mi|ci)\b(?! (?:il|la|lo|un|prima|l')\b)",
    r"\b(?:mail|schrijf|stuur|zend|bel|benader)\w* (?:mij|me|ons) (?:\w+ )?(?:niets|niks|nooit|niet) (?:meer|langer|"
    r"weer)\b",
    r"\b(?:mij|me|ons) (?:\w+ ){0,3}?(?:uit|van) (?:uw|je|jullie|de|deze|die|het|dat|dit) (?:\w*lijst|\w*bestand|"
    r"database|"
    r"mailing\w*|systeem)\b",
    r"\bhou[dt]?(?: (?:nu|eens|toch|alstublieft|svp|daar|a\.?u\.?b\.?))* op\b.{0,15}\b(?:mail|stur|schrijv|lastig|"
    r"benader|"
    r"spam)\w*",
    r"\bvan (?:deze|jullie|die|uw) (?:\w+ )?(?:e-?mails?|mails?|berichten|nieuwsbrief|mailings?) af\b",
    r"\bniet (?:opnieuw|weer|nogmaals) contact (?:op )?met (?:mij|me|ons)\b", r"\bgeen (?:verder )?contact meer\b",
    r"\bliever geen (?:\w+ )?(?:reclame|e-?mails?|mails?|berichten|spam)\b",
    rf"\bstel\w*\b.{{0,40}}\b(?:{_MAILS}|contact)\b.{{0,10}}\bniet op prijs\b",
    r"\b(?:me|nos) (?:tir|remov|retir|exclu|apag)\w{1,3} (?:d[aeo]s?|dess\w|dest\w)\b.{0,20}\b(?:lista|base|cadastro|"
    r"mailing|contac?tos)",
    r"\bnão (?:me |nos )?(?:volt|torn)\w+ a (?:contac?t|escrev|envi|mand|lig|incomod)\w*",
    r"\bnão (?:quero|queremos|desejo|desejamos|pretendo|gostaria de) (?:mais )?ser (?:mais )?(?:contac?tad|incomodad|"
    r"abordad|incluíd)\w*",
    rf"\bchega de {_MAILS}\b", r"\bcancel\w+ (?:o |a )?(?:recebimento|envio|receção|recepção|newsletter)\b",
    r"\b(?:przesta(?:ń|ńcie|ć|li)|zaprzesta\w+)\b (?:\w+ ){0,2}?(?:wysyła|pisa|przysyła|kontaktowa|nęka|dzwoni|spamowa|"
    r"męczy|nagab)\w*",
    rf"\brezygnuj\w+ z (?:\w+ )?{_MAILS}", r"\bhör inte av (?:er|dig|dej) (?:igen|mer)\b",
    rf"\bnie chc\w+ (?:już |więcej |dostawać |otrzymywać )+(?:\w+ )?{_MAILS}",
    r"\b(?:vill|önskar) inte (?:längre )?(?:bli )?(?:kontaktad|kontaktade|uppringd|störd)\b",
    r"\bsluta(?: upp| nu| genast)?(?: med)?(?: att)? (?:mejl|mail|skick|kontakt|skriv|spamm|ring|hör)\w*",
    r"\b(?:skicka|skriv|mejla|maila|hör av er)\w*(?: till mig| till oss| mig| oss)? (?:inget|ingenting|aldrig|"
    r"inga) (?:mer|mera|"
    r"fler|igen)\b(?! om\b)",
    rf"\bslipp\w* (?:jag |vi )?(?:alla |få )?(?:de här|dessa|era|dina|fler) (?:\w+ )?{_MAILS}",
    r"\bhör\w*(?: (?:sie|endlich|bitte|doch|jetzt|sofort|mal|ihr|nun))* auf\b.{0,30}\b(?:schreib|mail|send|schick|"
    r"anruf|anzuruf|"
    r"belästig|kontaktier|nerv|spam|anzuschreib)\w*",
    r"\bcess\w+ (?:immédiatement |définitivement )?(?:tout|toute|tous|toutes|vos|ces|les|l'|cet|"
    r"votre)\b.{0,15}\b(?:envoi|"
    r"contact|message|mail|e-?mail|démarchage|sollicitation|communication|courriel|prospection)",
)  # fmt: skip

_LAST = (
    r"\b(?:deixar|dejar|smettere|cesser|arrêter) (?:de |di )(?:receber|recibir|ricevere|recevoir)\b(?! (?:facturas|"
    r"faturas|"
    r"fatture|des factures)\b)",
    r"\b(?:let|make sure|see that|ensure|hope|trust)\b.{0,15}\b(?:this|that)\b.{0,12}\b(?:is|be|was|"
    r"will be)\b.{0,6}\b(?:the|"
    r"your) (?:very )?last (?:e-?mail|mail|message|one|time|thing)\b",
    r"\bif (?:you|i) (?:e-?mail|write|contact|get|hear|receive|bother)\b.{0,40}\b(?:again|once more|one more|"
    r"another)\b.{0,40}"
    r"\b(?:report|block|lawyer|complain|spam|ico|authorit|legal|flag)\w*",
)  # fmt: skip

_BLOCK = (
    r"\b(?:mich|uns|meine \w+|unsere \w+)\b.{0,25}\bauf (?:die|ihre|eure|eine) (?:sperr|black|block|robinson)-?list\w*",
    r"\b(?:put|add|place) (?:me|us|my \w+|our \w+) (?:on|to) (?:your|the|a) (?:suppression|block|black|"
    r"do[- ]not[- ]\w+|stop|"
    r"opt[- ]?out)[- ]?list",
)  # fmt: skip

IDEAS = (*_CONSENT, *_ERASURE, *_PEACE, *_FORGET, *_NO_MORE, *_LAST, *_BLOCK)

CLAUSES = (  # the whole clause is nothing but this
    r"(?:do not|dont|never) follow up", r"quit it", r"knock it off", r"entfernen", r"streichen", r"supprimer",
    r"eliminar(?:me|nos)?", r"verwijderen", r"usunąć",
    r"radera(?: mig| oss)?", r"ta bort(?: mig| oss)?", r"wegdoen",
)  # fmt: skip

# "You have my address from somewhere. Get rid of it.": the second half asks when the first names what is ours.
ABOUT_IT = (
    r"(?:get rid of|delete|remove|erase|forget|scrub|lose|drop) (?:it|them|that|those)(?: (?:please|now|at once))?",
    r"take (?:it|them|that) (?:off|out|down)",
    r"(?:lösch\w*|entfern\w*|streich\w*|vergess\w*) (?:sie )?(?:sie|diese|das)(?: bitte| umgehend| sofort)*",
    r"(?:supprimez|effacez|retirez|oubliez)[- ](?:la|le|les)", r"(?:bórre|elimíne|quíte)(?:la|lo|los|las)n?",
    r"(?:cancell|elimin|tog?l)\w{1,4}(?:lo|la|li)", r"verwijder (?:het|ze|die)",
    r"(?:apaguem?|removam?)(?:-no|-na|-os)?",
    r"(?:proszę )?(?:go|je) usun\w+", r"ta bort (?:den|dem|det)",
)  # fmt: skip
OURS = (
    r"\b(?:my|our|private|personal) (?:\w+ )?(?:e-?mail|address|data|details|name|number|contact)|"
    r"\b(?:meine|unsere) (?:\w+ )?(?:\w*adresse|daten|kontaktdaten|nummer)|\b(?:mon|notre|mes|nos) (?:adresse|e-?mail|"
    r"mail|coordonnées|données)|\b(?:mi|mis|nuestr\w+) (?:correo|dirección|datos|email)|"
    r"\b(?:mio|nostro|miei|nostri) (?:indirizzo|dati|recapiti|contatti)|\b(?:mijn|onze?) (?:\w*adres|gegevens)|"
    r"\b(?:meu|nosso|meus|nossos) (?:e-?mail|endereço|dados|contac?to)|\b(?:mój|moje|moj\w+) (?:adres|dane)|"
    r"\b(?:min|mitt|mina|vår|våra) (?:\w*adress|uppgifter)"
)
