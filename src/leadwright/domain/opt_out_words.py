"""How people of many languages say "write to me no more". Patterns only, no rule.

Written as people write; `opt_out.fold` takes case and accents off patterns and text alike (so no upper-case escapes).
"""

POLITE = (
    r"(?:please|pls|plz|plse|kindly|just|thanks?(?: you)?|thx|ty|hi|hello|hey|dear (?:sir|madam|team|all)|"
    r"sorry|ok|okay|now|immediately|asap|at once|today|again|"
    r"bitte|danke|hallo|sofort|umgehend|s'il vous plait|svp|merci|bonjour|por favor|gracias|hola|obrigad[oa]|"
    r"per favore|grazie|prego|alstublieft|aub|graag|dank|prosze|dziekuje|tack|tak|takk|venligst|vennligst|"
    r"お願いします|お願い致します|ください|请|請|谢谢|謝謝|пожалуйста|спасибо)(?![a-z])[\s,.!:]*"
)

# Whoever asks for himself says so; where no such word is known to us (other scripts), it may be.
MINE = (
    r"\b(?:me|us|my|mine|mich|mir|uns|mein\w*|moi|m'|nous|mon|ma|mes|nos|mi|mis|ci|mio|mia|miei|mij|ons|mijn|meu|meus|"
    r"minha|mnie|nam|nas|mo[ij]\w*|mig|meg|oss|os(?! \w)|min|mitt|mina)\b|\bm'|"
    r"\w{3}(?:[aeinr]me|[aeinr]nos|[aeir]mi|[aeir]ci)\b|"
    r"\b(?:our|unser\w*|notre|nuestr\w+|nostr\w+|onze?|nosso\w*|nasz\w*|var[at]?|vores?) (?:\w+ )?(?:\w*mails?|"
    r"\w*add?ress?\w*|names?|data|daten|details|compan\w+|firma|domain|contacts?|records?|staff|team)\b|[\u0370-\uffff]"
)
WE = (
    r"\b(?:i|we|ich|wir|je|nous|yo|nosotros|io|noi|eu|ik|wij|jag|vi|jeg|quiero|queremos|deseo|deseamos|voglio|vogliamo|"
    r"vorrei|vorremmo|desidero|desideriamo|gradirei|revoco|quero|desejo|desejamos|autorizo|agradeco|chce|chcemy|zycze|"
    r"zyczymy|prosze|prosimy|cofam)(?:'d|'ll|'m|'re)?\b"
)
_LISTS = (
    r"(?:\w*list\w*|data ?base|crm|\w*verteiler\w*|\w*datenbank|kartei|fichiers?|bases?|bestand|baz\w+|registe?r\w*)"
)
_LETTERS = (
    r"(?:e-?mails|mails|messages|\w*newsletters?|mailings?|campaigns?|marketing|nachrichten|werbung|courriels|correos)"
)
# What a machine passes on means this address, or the list or the mails of whoever it writes to.
THIS_ADDRESS = (
    r"\b(?:this|these|dies\w+|cette|cet|est[ae]s?|quest[aoi]|dit|deze|denna|dette|denne|tego|ten) (?:[\w-]+ ){0,2}?"
    r"(?:\w*-?add?ress?\w*|mailbox\w*|inbox|account|domain\w*|postfach|boite|direccion|indirizzo|casella|endereco|"
    r"adres\w*)\b|\ba est[ae] correo\b|\b(?:contact|e-?mails?|mails?|messages?|write)(?: to)? "
    r"this e-?mail\b"
)
YOUR_LIST = (
    r"\b(?:your|ihr\w{0,2}|eur\w{0,2}|dein\w{0,2}|votre|vos|sus?|vuestr\w+|vostr[aeio]|suo?a?|uw|jullie|suas?|vossas?|"
    rf"waszej|panstwa|twojej|din|er|ert|deres|jeres) (?:[\w-]+ ){{0,2}}?(?:{_LISTS}|{_LETTERS})\b"
)

ALONE = (  # the whole clause is nothing but this
    r"unsub", r"(?:merci )?d'arrêter", r"unsubscribe(?:d)?(?: from (?:this|the|your|all)(?: \w+){0,3})?",
    r"stop(?: (?:it|this|all|now|already|that))*",
    r"stopall", r"opt[- ]?out",
    r"remove(?: (?:from|off) (?:\w+ ){0,2}list)?",
    r"remove", r"no more(?: of (?:this|these))?", r"delete my (?:e-?mail|address|contact|data|details)",
    r"abmeld(?:en|ung)", r"austragen", r"abbestellen", r"löschen", r"stopp(?:en)?",
    r"désinscription", r"désabonnement", r"désinscrire", r"arrêtez?",
    r"(?:dar(?:me)? de )?baja", r"borrar(?:me)?", r"descadastrar", r"sair da lista", r"parar?",
    r"cancella(?:mi|temi|rmi)?", r"disiscriv\w*", r"basta",
    r"afmelden", r"uitschrijven", r"wypisz", r"wypisać", r"rezygnuję", r"avregistrera", r"avsluta", r"sluta",
    r"afmeld", r"frameld", r"avmeld", r"meld av", r"poista", r"peruuta tilaus", r"odhlásit",
    r"leiratkozás", r"leiratkozom", r"dezabonare", r"отписаться", r"отписка", r"стоп", r"відписатися",
    r"停止", r"解除", r"退订", r"退訂", r"td", r"수신거부",
)  # fmt: skip

_MAIL = r"(?:e-?mails?|mails?|messages?|newsletters?|spam|communications?|correspondence|letters|marketing|offers)"
_WRITE = (
    r"(?:e-?mail|mail|contact|write|message|spam|bother|call|text|ping|pester|harass|solicit|reach out|follow up|send)"
)
_WRITING = (
    r"(?:e-?mailing|mailing|contacting|writing|messaging|spamming|bothering|calling|texting|pinging|pestering|"
    r"harassing|"
    r"soliciting|reaching out|following up|"
    r"sending(?= (?:me|us|e-?mails?|mails?|messages|these|those|this|any|more|out|your|spam|it|stuff|things)\b|"
    r"\s*[.!]|$))"
)
_BOX = r"(?:e-?mail )?(?:address|account(?! manag)|e-?mail|mailbox|inbox|domain)"
_START = r"(?:^|[,.!:;–—-]\s*|\b(?:please|pls|plz|kindly|just|and|so|then|again|you|must|now|to)\s+)"

_BE_REMOVED = (
    r"(?:ser (?:removid|retirad|excluíd|descadastrad|apagad|eliminad|borrad|dad)[oa]|essere (?:cancellat|rimoss|"
    r"tolt)[oa]|"
    r"être (?:retir|supprim|désinscri|désabonn|radi)\w*|(?:gelöscht|entfernt|gestrichen|ausgetragen) (?:zu )?werden|"
    r"verwijderd (?:te )?worden|bli (?:borttagen|raderad|avregistrerad)|(?:zostać|być) usunięt\w+)"
)
_REGISTER = (
    r"(?:verteiler\w*|(?:mailing)?list\w*|kartei|datenbank|adressbuch|base(?: de \w+)?|fichiers?|banco de dados|"
    r"cadastro|bestand|"
    r"register|baz[ya]|mailings?|newsletters?|contatti|kontakter)"
)

_AWAY = (  # "get me pricing" asks for something, "get me off" to be left alone
    r" (?:me|us|this (?:e-?mail )?address)(?: (?:right|straight|please|now|completely|entirely|altogether|all|well))* "
    r"(?:off(?! (?:to|paper|excel|spreadsheets|the ground)\b)|out(?= of (?:your|this|that|these|those|the|any|all|it|"
    r"here)\b|\s*(?:$|[.!,;]))|(?:removed|deleted|erased|unsubscribed)\b|from (?:your|this|that|these|the|any|all|"
    r"every|\w*lists?)\b)"
)

_ENGLISH = (
    r"\b(?:removing|taking|deleting|excluding|dropping) (?:me|us|my (?:e-?mail|name|address|details|"
    r"data))\b(?! (?:through|to|a|an|the|up|as|into|on|line)\b)",
    r"\bnot interested in (?:receiving|getting|hearing|your (?:e-?mails?|mails?|newsletters?|messages))",
    r"\bhow (?:do|can|could) (?:i|we) (?:stop|turn off) (?:getting|receiving|(?:these|this|those|the|"
    r"your) (?:\w+ )?(?:e-?mails?|mails?|messages?|newsletters?|spam))\b",
    r"\b(?:do|did|does|have) (?:not|never) (?:give |given |have )?(?:my |our )?consent(?:ed)? to (?:receiv|be|"
    r"being|your|the|this|these|any|get|marketing)",
    r"\bdo[- ]not[- ](?:contact|e-?mail|mail|call|disturb|write)[- ]list\b",
    r"\bunsubscribe (?:me|us|my|our|this|that|all|and)\b",
    r"\b(?:please|pls|plz|kindly|just) unsubscribe\b(?! (?:link|rate|request|list|button|page|function|feature)s?)",
    r"\b(?:i|we)(?:'d|'ll| would| will| do| really| just| also)? ?(?:like|want|wish|need|prefer|have|asked|"
    r"tried)? ?(?:to)? "
    r"?unsubscribe(?:d)?(?: (?:from (?!(?:our|my|an?|another|half|most)\b|the (?:old|other|previous|current|"
    r"last) (?!list|mail|"
    r"newsl)|(?!this|these|"
    r"those|your|you|the|all|any|it|every|further|future|e-?mail|mail|newsl|list|that)\w+ (?:as|when|if|once|and|"
    r"because|since|after))"
    r"|please\b|now\b|immediately\b)|\s*[.!,?]|$)",
    r"\bhow (?:do|can|could|may) (?:i|we) (?:unsubscribe(?: from|\s*[.?!]|$)|get off|opt[- ]?out)",
    r"\b(?:get|be|am|have|want|like|being)(?: me| us| to be)? (?:unsubscribed|removed|taken off|opted out)\b"
    r"(?=\s*$|\s*[.!,?]| (?:from|immediately|please|now|asap))",
    r"\b(?:i|we)(?:'ve| have)?(?: already| previously)? (?:unsubscribed|opted out)\b(?! (?:from|of) (?:our|my|an?|"
    r"another|the (?:old|other|"
    r"previous|current|last) \w+)\b(?! (?:list|mailing|newsletter)))",
    r"\b(?:said|asked you to|told you to|asked for this to|want (?:you|this|it) to) stop\s*(?:$|[.!,;])",
    r"\b(?:ask|asking|request|beg|urge|tell|telling|need|require)(?: that)? you(?: to)?(?: please)? stop\s*(?:$|"
    r"[.!,;])",
    r"\b(?:cease|stop|end) (?:all |any |further |the )*contact(?:ing)?\b",
    r"\bnot to be (?:included|added|listed|kept|put) (?:in|on|to)\b.{0,25}\b(?:mailings?|mails?|e-?mails?|lists?|"
    r"database|campaigns?|crm)\b",
    r"\b(?:delete|remove|erase|take|strike) (?:it|this|them) (?:from|off|out of) (?:your|the) (?:\w+ )?(?:systems?|"
    r"database|lists?|records?|"
    r"crm|files?|mailings?)\b",
    r"\b(?:do not|dont|never|stop) us(?:e|ing) (?:it|this|my|our)(?: \w+){0,2} ?(?:again|any ?more|e-?mail|address)\b",
    rf"\b{_BE_REMOVED}\b.{{0,40}}\b{_REGISTER}\b|\b{_REGISTER}\b.{{0,40}}\b{_BE_REMOVED}\b",
    r"^you (?:may|can|should|must|need to) (?:please )?(?:now )?stop(?: now| this| it| that)?\s*(?:$|[.!,;])",
    r"\b(?:do not|dont|never) (?:add|put|keep|leave|include) (?:me|us|my \w+|our \w+) (?:to|on|"
    r"in)\b.{0,25}\b(?:lists?|database|crm|system|"
    r"sequence|campaign|mailings?)\b",
    r"\b(?:delete|erase|remove|destroy) (?:everything|anything|all|any|whatever)\b.{0,40}\b(?:about|on|of|for) (?:me|"
    r"us)\b",
    r"\b(?:do not|no longer|not|never) (?:wish|want|like|care|agree|agreed|consent|consented|prefer|"
    r"asked?) to be (?:e-?mailed|contacted|"
    r"mailed|called|approached|solicited|written to|bothered|messaged)\b",
    r"\b(?:do not|no longer|not|never) (?:wish|want|like|care|asked?) (?:me |us )?to be (?:in|on|part of) (?:this|"
    r"your|the|any) (?:\w+ ){0,2}"
    r"(?:lists?|database|crm|mailings?)\b",
    rf"\b(?:remove|take|delete|strike|scrub|purge|erase|exclude|drop(?= (?:me|us|this (?:e-?mail )?address)\s*(?:$|"
    rf"[.!,;]))|(?:get|"
    rf"drop)(?={_AWAY}))"
    r" (?:me|us|this address|this e-?mail address)\b"
    r"(?! (?:off (?:speaker|hold|mute|guard|copy|cc)\b|line|through|to|a|an|the|up|as|into|on (?:a|the) (?:tour|call|"
    r"demo)|there|started|some|your|"
    r"something|from (?:the|this|that|our|tomorrow|today)[^\s]* (?:\w+ )?(?:call|meeting|invite|invitation|thread|"
    r"project|agenda|event|demo|webinar)))",
    r"\b(?:remove|take|delete|erase|purge|scrub|forget) (?:all )?(?:of )?(?:my|our) "
    r"(?!(?:last|previous|earlier|first|other|old) )(?:\w+ ){0,2}?(?:e-?mails?(?! (?:from|of|on|about) )|"
    r"address(?:es)?|names?|data|details|info(?:rmation)?|contacts?|records?|"
    r"numbers?|domain|company)\b",
    r"\b(?:remove|take|delete|unsubscribe) [^\s@]+@[^\s@]+",
    rf"{_START}(?:stop|cease|quit|refrain from|discontinue|halt)(?: with)?(?: all)? {_WRITING}\b(?! (?:manually|"
    rf"by hand|our|to our|"
    rf"customers))",
    rf"(?<!can not )(?<!cannot )(?<!never )\b(?:stop|cease|quit) {_WRITING} (?:(?:out )?(?:to )?)(?:me|us)\b",
    rf"{_START}(?:stop|cease) (?:with )?(?:(?:the|these|this|those|all|your|any) (?:\w+ ){{0,2}}?)?{_MAIL}\b",
    r"\b(?:please|pls|plz|kindly|just) (?:stop|cease|desist)(?: (?:it|this|now))?\s*(?:$|[.!,;])",
    r"\bcease and desist\b",
    rf"\b(?:do not|dont|never|not to|stop to|you may not)(?: ever| please)? (?:{_WRITE}(?: to)? (?:me|us|this {_BOX}|"
    rf"here)|send {_MAIL} to (?:me|us|(?:this|my|our) {_BOX}))\b"
    r"(?! (?:the|a|an|your|that|it|for|about|if|as|at|on|in|with|to (?:ask|set|get|talk)|and (?:my|our) \w+ separately|"
    r"(?:after|between) (?:\d\w*|noon|lunch|work|office|hours))\b)",
    rf"\b(?:do not|dont|never)(?: ever)? {_WRITE}(?:ing)?(?: (?:me|us))?(?: \w+)? (?:again|any ?more|any further|"
    rf"any longer|"
    r"in (?:the )?future|ever)\b",
    rf"\b(?:do not|dont|never) send(?: (?:me|us))? (?:any|more|further|these|this|those|such|your|"
    rf"anything)(?: \w+){{0,2}} ?"
    rf"(?:{_MAIL}|stuff|things|junk|$)",
    r"\bdo not (?:contact|e-?mail|spam|solicit|(?<!\bi do not )(?<!\bwe do not )(?:write|message))\s*(?:$|[.!,;])",
    rf"\bno (?:more|further|additional|other) {_MAIL}\b",
    r"\bno (?:further|more) (?:contact|follow[- ]?ups?|outreach|solicitations?)\b",
    r"\bopt (?:me|us) out\b",
    r"\b(?:i|we)(?:'d|'ll| would| will)? ?(?:like|want|wish|choose|prefer|am|"
    r"are)? ?(?:to )?opt(?:ing)?[- ]?out\b(?! (?:of|from) (?:my|our|the|an?|this|that) "
    r"(?:\w+ ){0,2}(?:contract|agreement|plan|insurance|pension|deal|lease|scheme)\b)",
    r"\b(?:please|pls|plz) opt[- ]?out\b",
    r"\b(?:withdraw|revoke|rescind) (?:my|our|any|all) (?:\w+ )?(?:consent|permission)",
    r"\b(?:i|we) object to (?:the |any |all |your )?(?:\w+ )?(?:processing|marketing|use of|being contacted|"
    r"storage|e-?mails)",
    rf"\b(?:no longer|do not|dont|not|never)(?: really)? (?:wish|want|wanting|care|like|agree|asked?|wishing)(?: you)? "
    rf"(?:to )?(?:receiv\w+|get|getting|hear|hearing|be contacted|be e-?mailed|be on|for|see|contact|have)? ?"
    rf"(?:any ?more|any|more|further|your|these|this|such|these kinds? of|unsolicited|you)?(?: \w+){{0,2}} ?"
    rf"(?:{_MAIL}|from you|contacted|mailing list|contact me|contact us|e-?mailed)\b",
    r"\bleave (?:me|us) alone\b",
    r"\blose (?:my|our|this) (?:e-?mail|number|address|contact)",
    r"\bright (?:to be forgotten|to erasure|of erasure)\b",
    r"\b(?:off|out of|from) (?:of )?(?:your|this|the|any|all(?: your)?) (?:\w+ ){0,3}?(?:mailing|distribution|"
    r"e-?mail|contact|"
    r"marketing|prospect|send(?:ing)?|call) ?lists?\b(?=.{0,20}$)",
    r"\b(?:off|from) (?:your|this) (?:list|database|crm|sequence|cadence|campaign)\b",
    r"\b(?:blacklist|blocklist|suppress) (?:me|us|my|our|this)\b",
    r"\b(?:i|we)(?:'d| would)? ?(?:like|want|prefer)(?: to (?:get|come|be))? off"
    r"(?:\s*(?:$|[.!,;])| (?:of )?(?:this|your|the|that|these) (?:\w+ )?(?:lists?|mails?|e-?mails?|newsletters?|"
    r"thing|sequence)\b)",
    r"\bcount (?:me|us) out of\b.{0,20}\b(?:mailings?|mails?|e-?mails?|newsletters?|lists?|campaigns?|marketing|"
    r"future)\b",
    r"\bmijn (?:gegevens|adres|e-?mailadres|naam) (?:te )?(?:verwijderen|wissen|schrappen)\b",
    r"\bnie (?:przysyła|wysyła|przesyła|pisa|kontaktowa)\w* (?:się )?(?:mi |nam |do mnie |ze mną )?(?:więcej|już)\b",
    r"\btake me (?:right )?off\b(?! (?:speaker|hold|mute|guard|copy|cc)\b)", r"\bnot to be contacted\b",
    r"\bunsolicited\b.{0,60}\bstop\b",
)  # fmt: skip

_GERMAN = (
    r"\b(?:kontakt\w*|e-?mails?|mails?|nachrichten|werbung|werbe\w+|zusendung\w*|anfragen|"
    r"anschreiben)\b.{0,30}\b(?:absehen|abzusehen|verzichten|unterlassen|einstellen|einzustellen)\b",
    r"\b(?:verzichten|sehen|unterlassen) sie .{0,30}\b(?:kontakt\w*|e-?mails?|mails?|nachrichten|werbung|"
    r"zusendung\w*|anfragen)\b",
    r"\bnicht (?:mehr|weiter|wieder|erneut|nochmals?)\b[^,.;:]{0,30}\b(?:an(?:ge|zu)?schr\w+|schreib\w+|kontakt\w+|"
    r"an(?:zu)?mail\w+|mailen|melden|send\w+|schick\w+|belästig\w+|anruf\w+|zu(?:zu)?(?:send|schick)\w+)",
    r"\b(?:schreiben|kontaktieren|mailen|belästigen|senden|schicken|melden)\b.{0,30}\bnicht mehr\b",
    r"\b(?:bitte|wünsche\w*|möchte\w*|will|wollen|senden|schicken|schickt|sendet|ab sofort|künftig|zukünftig)\b.{0,40}"
    r"\bkeine(?:rlei)? (?:\w+ ){0,2}?(?:e-?mails?|mails?|nachrichten|werbung|werbe\w+|newsletter|anfragen|"
    r"zuschriften|kontakt\w*|post)\b",
    r"\bkeine (?:weiteren?|mehr) (?:e-?mails?|mails?|nachrichten|werbung|newsletter|anfragen|kontakt\w*)",
    r"\bkeine (?:e-?mails?|mails?|nachrichten|werbung|newsletter|anfragen) mehr\b",
    r"\b(?:meldet|melden sie (?:mich|uns) (?:bitte )?ab|trag\w*|streich\w*|nehm\w*|nimm|entfern\w*|"
    r"lösch\w*)\b.{0,12}\b(?:mich|uns|meine?n?|unsere?n?)\b(?! neue (?:\w+ )?(?:ist|lautet)\b|.{0,20} (?:bei|an|auf|"
    r"ein|fur)\b)",
    r"\b(?:mich|uns|meine?n?|unsere?n?)\b.{0,50}\b(?:abmelden|abzumelden|austragen|auszutragen|entfernen|"
    r"zu entfernen|streichen|löschen|"
    r"zu löschen|abbestellen|vom verteiler|aus (?:dem|ihrem|eurem|der|ihrer|eurer) (?:e?-?mail-?)?(?:verteiler|"
    r"liste|\w*liste|datenbank|kartei))",
    r"\baus (?:dem|ihrem|eurem|der|ihrer|eurer|deinem|deiner) (?:\w+ )?(?:\w*verteiler|\w*liste|datenbank|kartei)\b",
    r"\babbestell\w*", r"\bwiderspr(?:eche|uch)\b.{0,60}\b(?:werb\w*|nutzung|verarbeitung|kontakt\w*|daten|zusendung)",
    r"\b(?:lassen|lasst|lass) (?:sie )?(?:mich|uns)\b.{0,12}\bin (?:ruhe|frieden)\b",
    r"\b(?:unterlassen|verzichten|absehen|sehen)\b.{0,40}\b(?:weitere\w*|künftige\w*|"
    r"zukünftig\w*)\b.{0,25}\b(?:mails?|e-?mails?|kontakt\w*|"
    r"zusend\w*|werbung|anfragen|nachrichten)",
    r"\bunterlassen sie\b",
    r"\bhör\w*(?: sie)?(?: bitte)? auf\b.{0,30}\b(?:schreiben|mailen|senden|schicken|mails?)",
)  # fmt: skip

_ROMANCE = (
    r"\bm'(?:enlever|effacer|ôter|exclure|écarter)\b",
    r"\b(?:arrêt|cess)\w+ de (?:m'|me |nous )",
    r"\bstop (?:aux?|vos|les) (?:e-?mails?|mails?|messages?|pubs?|spams?)",
    r"\bno molest\w+",
    r"\b(?:quero|gostaria de|desejo|queria) sair (?:da|desta|dessa|do)\b",
    r"\b(?:voglio|vorrei|vogliamo|vorremmo|desidero) (?:essere |che mi )?(?:cancellat|rimoss|disiscritt|tolt)\w*",
    r"\bbasta (?:e-?mail|mail|messaggi|spam|pubblicità)",
    r"\b(?:me|nous|moi|de me|de nous|je|mon|veuillez|merci de|pouvez-vous)\b.{0,25}\b(?:désinscri\w+|désabonn\w+)",
    r"\bdésinscri(?:vez|re|s)[- ](?:moi|nous|mon|notre)",
    r"\bdésabonnez[- ](?:moi|nous)",
    r"\bme (?:désinscrire|désabonner)\b",
    r"\bne (?:plus|pas|jamais) (?:\w+ )?(?:me |nous |m'|à me )?(?:re)?(?:contacter|écrire|envoyer|solliciter|"
    r"relancer|adresser|déranger|démarcher)",
    r"\bne (?:m'|nous |me )(?:re)?(?:écri\w+|envo\w+|contact\w+|sollicit\w+|relanc\w+|adress\w+|"
    r"dérang\w+) (?:plus|jamais|pas)",
    r"\bne (?:souhait\w+|veu\w+|voul\w+|désir\w+) (?:plus|pas) (?:être (?:re)?contact\w+|recevoir|que vous|de vos)",
    r"\b(?:retir|supprim|enlev|ray|efface)\w*[- ](?:moi|nous|mon|mes|notre|nos)\b",
    r"\b(?:me|nous) (?:retirer|supprimer|enlever|rayer) (?:de|des)\b",
    r"\b(?:arrêtez|cessez|arrêter|cesser)\b.{0,15}\b(?:de |d'|vos |ces |les )(?:\w+ )?(?:écri\w+|envoy\w+|"
    r"contact\w+|mails?|emails?|messages?|harcel\w+|spam\w*)",
    r"\blaissez[- ](?:moi|nous) tranquilles?\b", r"\bplus (?:de|aucun) (?:mails?|e-?mails?|messages?|courriels?)\b",
    r"\b(?:dar|den|denme|deme|denos|darme|darnos|dennos|causar|quiero la|solicito la|dame|"
    r"de(?= de baja))\b.{0,10}\bbaja\b"
    r"(?! (?:por|médica|laboral|maternal|paternal|de (?:maternidad|paternidad))\b)",
    r"\bbaja de (?:su|la|esta) lista",
    r"\bno (?:me|nos|vuelv\w+ a|quiero que me|queremos que nos)\b.{0,15}?\b(?:escrib|contact|envi|env[ií]|mand|"
    r"molest|llam)\w*",
    r"\bno (?:quiero|queremos|deseo|deseamos|deseamos ya)(?: \w+)? recibir\b",
    r"\bno más (?:correos|emails?|mensajes|mails?)\b",
    r"\b(?:elimin|borr|quit|saqu|sac|retir)\w{0,4}(?:me|nos)\b",
    r"\b(?:elimin|borr|quit|retir)\w{1,3} (?:mi|mis|nuestr\w) (?:correo|email|datos|dirección|nombre|contacto)",
    r"\b(?:dejen?|deje|para(?:r|d)?|basta) de (?:escribir|enviar|contactar|mandar|molestar)\w*",
    r"\bcancel\w+ (?:mi|la|nuestra) suscripci",
    r"\bdescadastr\w+",
    r"\bremovam? (?:me|nos)\b",
    r"\b(?:remov|retir|exclu|tir|apag|elimin)\w{1,3}(?:-me|-nos| (?:o )?meu| (?:os )?meus| (?:a )?minha|"
    r" nosso)\b",
    r"\b(?:pare|parem|parar|deixe|deixem) de (?:me |nos )?(?:enviar|mandar|escrever|contatar|contactar|incomodar|"
    r"ligar)",
    r"\bnão (?:quero|queremos|desejo|desejamos|gostaria de|pretendo)(?: mais)? receber\b",
    r"\bnão (?:me|nos) (?:envi|mand|escrev|contac?t|incomod|ligu)\w*", r"\bnão (?:envi|mand|escrev|contac?t)\w* mais\b",
    r"\bcancel\w+ (?:a |minha |a minha )?(?:inscrição|subscrição|assinatura)",
    r"\bcancella(?:mi|temi|rmi|rci|teci)\b",
    r"\bdisiscriv\w*(?:mi|ci)\b",
    r"\b(?:voglio|vorrei|desidero) (?:disiscriver|cancellar)\w*",
    r"\b(?:cancell|rimuov|elimin|togli)\w{0,4}(?:mi|ci|temi|teci)\b(?: \w+)? (?:da|dal|dalla|dalle|dai)\b",
    r"\b(?:rimuovetemi|rimuovimi|toglietemi|toglimi)\b",
    r"\b(?:cancell|rimuov|elimin)\w{1,4} (?:il mio|la mia|i miei|il nostro) (?:indirizzo|email|nome|dati|contatto|"
    r"iscrizione|e-?mail)",
    r"\bnon (?:voglio|vogliamo|desidero|desideriamo|intendo|intendiamo)(?: \w+)? ricevere\b",
    r"\bnon (?:mi|ci) (?:scriv|contatt|mand|invi|disturb)\w+",
    r"\bnon (?:scriv|contatt|mand|invi|disturb)\w{1,4}(?:mi|ci)\b",
    r"\b(?:smett\w+|finite\w*) di (?:scriver|mandar|inviar|contattar|disturbar)\w*",
    r"\b(?:dezabon\w+|dezabonați-mă)",
    r"\b(?:ștergeți|scoateți|eliminați)(?:-| )(?:mă|ne|adresa)",
    r"\bnu (?:mă |ne |îmi )?mai (?:contact|scri|trimi|deranj)\w+",
    r"\bnu (?:mai )?(?:doresc|dorim|vreau) să (?:mai )?(?:prim|fiu contact)\w*",
)  # fmt: skip

_NORTHERN = (
    r"\b(?:mij|me|ons|wil|graag|gelieve|mijn|we|ik)\b.{0,25}\b(?:afmelden|uitschrijven|uit te schrijven|"
    r"af te melden|uitgeschreven|afgemeld)\b",
    r"\b(?:schrijf|meld)\b.{0,6}\b(?:mij|me|ons)\b.{0,10}\b(?:uit|af)\b",
    r"\bgeen (?:\w+ )?(?:e-?mails?|mails?|berichten|mailings?|reclame|post)\b.{0,12}\bmeer\b",
    r"\bniet (?:meer|langer)\b.{0,20}\b(?:mailen|contacteren|benaderen|schrijven|sturen|gemaild|benaderd|"
    r"gecontacteerd|lastig)",
    r"\bstop met (?:het )?(?:mailen|sturen|contact|schrijven|benaderen)",
    r"\b(?:verwijder|haal|schrap)\b.{0,6}\b(?:mij|me|ons|mijn|onze)\b",
    r"\buit (?:uw|je|jullie|de|deze) (?:\w*lijst|bestand|database|mailing)\b",
    r"\b(?:laat|laten)\b.{0,12}\bmet rust\b",
    r"\b(?:avregistrera|avprenumerera)\b.{0,8}\b(?:mig|oss|min)\b",
    r"\bta bort (?:mig|oss|min|mina|vår|denna)\b",
    r"\bsluta (?:att )?(?:maila|mejla|skicka|kontakta|skriva|spamma|höra av)\w*",
    r"\b(?:kontakta|mejla|maila|skriv|skicka|ring)\b.{0,20}\binte\b(?: (?:mer|igen|fler))?",
    r"\binga (?:fler|mer) (?:mail|mejl|utskick|e-post|meddelanden)",
    r"\bvill inte (?:längre )?(?:ha|få|bli kontaktad|motta)\b.{0,15}\b(?:mail|mejl|e-post|utskick|kontaktad|reklam)",
    r"\bstryk (?:mig|oss)\b",
    r"\b(?:afmeld|frameld|avmeld|meld|fjern|slet|slett|stryk)\b.{0,4}\b(?:mig|meg|os|oss|min|mine|vores|vår)\b",
    r"\b(?:stop|slutt?)\b (?:med )?(?:at |å )?(?:sende|kontakte|maile|skrive|spamme)\w*",
    r"\bikke (?:kontakt|skriv|send|mail|ring)\w*\b.{0,12}\b(?:mig|meg|oss|os|mer|mere|flere|igen|igjen)\b",
    r"\b(?:kontakt|skriv|send|mail)\w*\b.{0,15}\bikke (?:mer|mere|flere|igen|igjen)\b",
    r"\bingen flere (?:mail|e-?post|mails|e-?mails|henvendelser|beskeder)",
    r"\b(?:ønsker|vil) ikke\b.{0,12}\b(?:motta|modtage|bli kontaktet|blive kontaktet|flere|å få|at få)\b",
    r"\bpoista\w* (?:minut|meidät|osoitteeni|yhteystietoni|tietoni|sähköpostini)",
    r"\b(?:peruuta\w*|lopeta\w*)\b.{0,15}\b(?:tilau\w+|uutiskir\w+|viesti\w*|lähett\w+|yhteyden\w*)",
    r"\bälkää\b.{0,15}\b(?:lähettäkö|ottako|kirjoittako)\b",
    r"\ben halua\b.{0,15}\b(?:vastaanottaa|saada|viestej\w+|sähköpostej\w+)",
)  # fmt: skip

_EASTERN = (
    r"\b(?:e-?posta|mail|mesaj)(?:ı|i)? (?:atmayın|göndermeyin|yollamayın)",
    r"\b(?:удалить|исключить|убрать|вычеркнуть) (?:меня|нас|мой|мои|наш|нашу|наши)\b",
    r"(?:إزالتي|إزالتنا|حذفي من|حذف بريدي)",
    r"\bwypis(?:ać|z|zcie|anie|uję|ujcie)\b.{0,12}\b(?:mnie|nas|się|z)\b",
    r"\b(?:proszę|prosze|prosimy)\b.{0,12}\b(?:wypisać|wypisanie|usunąć|usunięcie|wykreślić)\b"
    r"(?! (?:\w+ ){1,3}?z (?:\w+ )?(?:oferty|umowy|zamówienia|wyceny|faktury)\b)",
    r"\busu(?:ń|ńcie|nąć|nięcie)\b.{0,6}\b(?:mnie|nas|mój|moje|moich|nasz)\b",
    r"\bnie (?:pisać|pisz|piszcie|wysyłać|wysyłaj|wysyłajcie|kontaktować|kontaktuj|kontaktujcie|przesyłać|dzwonić|"
    r"życzę sobie|życzymy sobie)\b",
    r"\bnie chc(?:ę|emy)\b.{0,15}\b(?:otrzymywać|dostawać|maili|wiadomości)\b",
    r"\brezygnuj\w+ z (?:subskrypcji|newslettera|otrzymywania|korespondencji)",
    r"\bodhl[aá](?:sit|ste|šuji|suji|senie|siť)\b",
    r"\bne(?:posílejte|posielajte|kontaktujte|pište|píšte|volejte)\b",
    r"\b(?:vymažte|vyřaďte|vyraďte|odstraňte|odstráňte)\b.{0,6}\b(?:mě|mne|ma|nás|můj|môj|mou|moju)\b",
    r"\b(?:nepřeji|nepřejeme|neželám|neželáme) si\b.{0,30}\b(?:mail|e-?mail|zpráv|správ|dostávat|dostávať|"
    r"kontakt)\w*",
    r"\bleiratkoz\w*",
    r"\btörölj\w*\b.{0,15}\b(?:list\w+|címem\w*|adat\w+|engem|minket)",
    r"\bne (?:írj|küldj|keress|zaklass)\w+",
    r"\bnem (?:kérek|kérünk|szeretnék)\b.{0,15}\b(?:több|ilyen|e-?mail|levelet)",
    r"\babonelik\w*\b.{0,12}\b(?:çık|ayrıl|iptal|sonlandır)\w*",
    r"\b(?:listeden|listenizden)\b.{0,12}\b(?:çık|sil)\w*",
    r"\b(?:bana|bize)\b.{0,30}\b(?:göndermeyin|yazmayın|atmayın|gönderme|yazma)\b",
    r"\bbir daha\b.{0,30}\b(?:göndermeyin|yazmayın|aramayın|rahatsız etmeyin)\b",
    r"\bотпи(?:ш|с)\w+\b.{0,6}\b(?:меня|нас|от|адрес)\b",
    r"\b(?:хочу|прошу|как|хотим)\b.{0,10}\bотпис\w+",
    r"\b(?:удалите|исключите|уберите|вычеркните)\b.{0,15}\b(?:меня|нас|мой|мои|наш|адрес|почту|из)\b",
    r"\b(?:не|больше не|прошу не|просьба не) (?:пишите|присылайте|беспокойте|шлите|отправляйте|писать|присылать|"
    r"беспокоить|отправлять|слать)\b(?:.{0,20}\b(?:мне|нам|больше|нас|меня|письма|письма)\b|\s*[.!]?$)",
    r"\b(?:перестаньте|прекратите)\b.{0,15}\b(?:писать|присылать|слать|рассылк\w+|спам\w*|отправлять)",
    r"\bвідпи(?:ш|с)\w+",
    r"\b(?:видаліть|виключіть)\b.{0,10}\b(?:мене|нас|мою|наш|адресу)\b",
    r"\bне (?:пишіть|надсилайте|турбуйте)\b",
    r"\b(?:διαγρ[αά]ψτε|διαγραφή|απεγγραφή|αφαιρ[εέ]στε)\b",
    r"\bμην? (?:μου|μας|με)\b.{0,15}\b(?:στ[εέ]λν|στε[ιί]λ|γρ[αά]φ|ενοχλ|ξαναστε[ιί]λ)\w*",
    r"\bأ?لغاء (?:ال)?اشتراك",
    r"\bإلغاء (?:ال)?اشتراك",
    r"(?:لا ترسل|لا تراسل|أزيلوني|احذفوني|احذف بريدي|توقفوا عن|توقف عن إرسال|عدم مراسلتي|عدم التواصل)",
    r"(?:הסר(?:ו)? (?:אותי|אותנו)|להסיר אותי|הסירו אותי|נא להסיר|אל תשלחו|תפסיקו לשלוח|להסרה מהרשימה)",
    r"\bhủy đăng ký\b",
    r"\b(?:ngừng|đừng|dừng) gửi\b",
    r"\bberhenti berlangganan\b",
    r"\b(?:jangan|mohon tidak|tolong jangan)\b.{0,10}\b(?:kirim|hubungi|mengirim|menghubungi)\w*",
    r"\bhapus (?:saya|email saya|alamat)\b",
)  # fmt: skip

_ASIAN = (
    r"配信(?:を|の)?(?:停止|解除|中止)",
    r"購読(?:を|の)?(?:解除|停止|中止)",
    r"登録(?:を|の)?(?:解除|削除|抹消)",
    r"(?:送ら|送信し|連絡し|配信し|メールし)ないで",
    r"(?:ご)?連絡(?:は|も)?(?:一切)?(?:不要|お断り)",
    r"今後.{0,20}(?:不要|お控え|控えて|ご遠慮|遠慮して|おやめ|やめて|お断り)",
    r"メール.{0,8}(?:止めて|やめて|不要|停止して|お断り)",
    r"リストから.{0,12}(?:削除|外し|除外|消し)",
    r"(?:削除|解除|停止)(?:して|を)(?:ください|下さい|お願い)",
    r"退订",
    r"退訂",
    r"取消(?:订阅|訂閱|订閱)",
    r"(?:不要|勿|别|別|停止|不必|不用)(?:再)?(?:继续|繼續)?(?:给|給|向|对|對)?(?:我|我们|我們|本人|"
    r"本公司)?(?:发送|發送|发|發|寄|联系|聯繫|聯絡|联络|打扰|打擾|骚扰|騷擾)",
    r"(?:移除|删除|刪除|移出|剔除|去掉)(?:我|本人|我们|我們|我的)",
    r"(?:将|將|把|请把|請把)?我.{0,12}(?:名单|名單|列表|清单|清單|数据库|資料庫).{0,6}(?:移除|删除|刪除|移出|剔除|"
    r"去掉|除名)",
    r"从.{0,12}(?:名单|列表|清单|数据库).{0,12}(?:移除|删除|移出|剔除|去掉)",
    r"不(?:想|希望|愿意|願意)(?:再)?(?:收到|接收|被打扰|被聯絡|被联系)",
    r"수신\s?거부",
    r"수신(?:을)? (?:원하지|희망하지|거절)",
    r"구독\s?(?:을 )?(?:취소|해지|중단)",
    r"(?:메일|이메일|연락|메시지).{0,12}(?:보내지\s?마|보내지\s?말|하지\s?마|하지\s?말|그만|중단)",
    r"(?:명단|목록|리스트)에서.{0,10}(?:삭제|제외|빼)",
    r"그만\s?(?:보내|연락)",
    r"ยกเลิก(?:การ)?(?:สมัคร|รับ)",
    r"(?:อย่า|ไม่ต้อง|หยุด)(?:ส่ง|ติดต่อ)",
)  # fmt: skip

ANYWHERE = (*_ENGLISH, *_GERMAN, *_ROMANCE, *_NORTHERN, *_EASTERN, *_ASIAN)
