"""What sounds like an opt-out and is none: wishes to stay, other lists, one paper that is not wanted yet, menu lines.

Written for text that `opt_out.fold` has been applied to.
"""

from leadwright.domain.patterns import lazy_pattern

# "Please don't take me off the list": the wish to leave is denied right before it, or inside it.
DENIED = lazy_pattern(
    r"(?<!why )(?:\b(?:do not|dont|never|no need to|no reason to|not want(?: you)?(?: to)?|rather not|hate to|"
    r"reluctant to)"
    r"(?: (?:please|yet|even|just|ever|you dare))*\s*)$"
)
LEAVING = lazy_pattern(
    r"\W*(?:please |pls |just |and |to |i |we |want |like |wish )*"
    r"(?:remove|tak|delet|drop|strike|unsubscrib|opt|stop|ceas|quit|get|be |lose|exclud)"
)
STAYS = lazy_pattern(
    r"(?<!why )\b(?:do not|dont|never) (?:please |ever |yet )*(?:remove|take|delete|drop|strike|unsubscribe|"
    r"opt) (?:me|us|my|our)\b|"
    r"\b(?:hate|sorry|sad|shame) (?:to|if|for) (?:\w+ ){0,3}?(?:removed|taken off|unsubscribed|dropped)\b|"
    r"\b(?:mich|uns) (?:bitte )?(?:noch )?nicht (?:(?:aus|von|vom) (?:dem|der|ihr\w*|eur\w*)|ab\b|heraus|raus|"
    r"streich|losch|"
    r"entfern|austrag|abmeld)|\bne (?:me|nous) (?:retir|desinscri|desabonn|supprim|enlev)\w* (?:surtout |donc )?pas\b|"
    r"\bno (?:me|nos) (?:borr|elimin|quit|saqu|den de baja|des de baja|de de baja)|\bnon (?:mi |ci )?(?:cancell|rimuov|"
    r"toglie|disiscriv)|\b(?:haal|verwijder|schrijf) (?:mij|me|ons) (?:alstublieft |a\.?u\.?b\.? )?(?:nog )?niet\b|"
    r"\bnao (?:me|nos) (?:remov|retir|tire|exclu|descadastr)|\bnie (?:usuwa|wypisu|skresla)\w*|"
    r"\bno (?:deje|dejen|dejes|pare|paren) de\b|\bnon smett\w+|\bnao (?:pare|parem|deixe|deixem) de\b|"
    r"\bnie przestawa\w*|"
    r"\b(?:mich|uns)\b.{0,15}\bin (?:den|die|das|ihren?|euren?|deinen?)\b.{0,40}\b(?:auf|aufnehmen)\b|"
    r"\bunsubscribed from (?:your|their|the) competit\w+|"
    r"\bta inte bort (?:mig|oss)\b|\bikke (?:fjern|slet|slett) (?:mig|meg|os|oss)\b|\b(?:fjern|slet|slett) (?:mig|"
    r"meg) ikke\b"
)
# Talk about the product: "Can our customers unsubscribe themselves?"
THEIR_USERS = lazy_pattern(
    r"\b(?:(?:my|our|unsere?n?|meine?n?|nos|mes|nuestros|mis|i nostri|i miei|onze|mijn|os nossos|nossos|nasi|moi|vara|"
    r"mina) (?:\w+ )?|czy |konnen )(?:customers?|users?|clients?|employees?|staff|members?|subscribers?|recipients?|"
    r"people|"
    r"contacts|kunden|nutzer|mitarbeiter\w*|empfanger|abonnenten|utilisateurs|collaborateurs|abonnes|clientes|usuarios|"
    r"empleados|clienti|utenti|dipendenti|klanten|medewerkers|gebruikers|utilizadores|usuarios|colaboradores|klienci|"
    r"uzytkownicy|pracownicy|kunder|anvandare|medarbetare)\b.*\?$|"
    r"\b(?:how|who|wie|wer|comment|qui|como|quien|come|chi|hoe|wie|quem|jak|kto|hur|vem)\b.{0,60}\b(?:right (?:to|of)|"
    r"recht (?:auf|op)|droit (?:a|d')|derecho (?:de|al)|diritto|direito|prawo|ratten)\b.*\?$|"
    r"\b(?:your|the|our) (?:tool|software|product|app|platform) (?:\w+ )?(?:sends?|generates?)\b"
)
_PAPER = (  # what a buyer asks for
    r"(?:(?!no\b|not\b|any\b|another\b|more\b|one\b|my\b)[\w-]+ ){0,2}?(?:quotes?|quotation|proposals?|contract|"
    r"pricing|"
    r"prices?|price ?lists?|numbers|paperwork|agreement|spec(?:ification)?s?|spec ?sheets?|brochures?|invoice)\b"
)
CONTRAST = lazy_pattern(  # "we want no adverts but an offer"
    r"[^\w]{1,3}(?:sondern|(?:wir|ich) (?:wollen|will|brauche|brauchen|mochten?) (?:ein|eine|einen|ihr|ihre)\b|"
    rf"(?:but )?(?:i|we) (?:(?:just|only) )?(?:want|need) (?:an?|the|your) {_PAPER}|but (?:just )?one with {_PAPER})|"
    rf"(?: \w+){{1,3}}, (?:(?:but|please|just|rather|instead) ){{0,3}}send (?:(?:me|us|over) )*{_PAPER}"
)
ONE_PAPER = lazy_pattern(  # "do not send me the contract yet"
    r"(?: (?:two|three|four|five|zwei|drei|vier|deux|trois|quatre|dos|tres|cuatro|due|tre|quattro|twee|drie|\d+))?"
    r"(?: (?:the|an?|il|la|lo|una?|les?|das|die|den|eine?n?|el|los|os?|uma?|de|het|een|en|ett?|l'))* ?(?:listino|"
    r"preventivo|offerta|"
    r"proposta|contratto|fattura|price ?list|quote|proposal|contract|invoice|angebot|preisliste|vertrag|rechnung|"
    r"devis|contrat|"
    r"facture|presupuesto|contrato|factura|offerte|offert(?:en)?|avtalet|fakturan|tilbud)\b"
)
OTHER_LIST = lazy_pattern(
    r"(?: (?:off|from|out of))?(?: (?:the|your|our|that|this))? ?(?:\w+ )?(?:waiting|wait|reference|customer|"
    r"speakers?|guest|short|price|attendee|"
    r"task|to-?do)[- ]?list\b"
)
# "Take us off the trial and onto the paid plan": what one is taken off is bought, or belongs to a purchase.
_WRITTEN = (  # what holds addresses, or is sent to them: whoever is to be taken off that asks to leave
    r"(?:\w*list|e-?mail|mail|message|newsletter|spam|blast|chain|thread|sequence|cadence|drip|campaign|outreach|"
    r"marketing|communication|correspondence|distribution|subscri\w+|contact|address|data|crm|system|record|file|"
    r"regist\w+|rolodex|roster|director\w+|group|channel|audience|segment|lead|prospect|recipient|radar|offer|update|"
    r"notif\w+|alert|promo|follow|announce|bulletin|advert|solicit|pitch|reminder|news)"
)
_BOUGHT = (
    r"(?:trial|pilot|poc|plan|tier|package|bundle|edition|version|beta|licen[cs]e|contract|agreement|order|quote|"
    r"proposal|invoice|demo)s?"
)
_GOES_ON = (
    r"(?:and|or|but|so|as|on|onto|to|in|into|at|for|of|with|by|we|i|you|please|now|today|then|when|once|after|before)"
)
MOVED = lazy_pattern(
    r"(?:remove|removing|take|taking|drop|dropping|delete|exclude|get|be|want|have)\b"
    r"(?: (?:me|us|to|be|removed|taken|dropped|right|straight))* (?:off|from|out of)(?: of)? "
    rf"(?:the|our|my|an?|your|this|that) (?:(?!{_WRITTEN}|{_GOES_ON}\b)[\w'-]+ ){{0,2}}?"
    rf"{_BOUGHT}(?: (?:{_BOUGHT}|program(?:me)?|period|phase))*(?=$|[^\w '-]| {_GOES_ON}\b)"
    rf"(?!(?: [\w'-]+){{0,2}} {_WRITTEN})"
)
# "This mailbox is not read. Do not write to this address, use our portal.": a machine says it of the address alone.
UNREAD = lazy_pattern(
    r"\b(?:address|mailbox|inbox|account|e-?mail) is (?:not|never|no longer)(?: being| regularly)? (?:monitored|read|"
    r"attended|checked|watched|used|in use)\b|\bit is (?:not|never|no longer) (?:monitored|read|checked)\b|"
    r"\bnicht (?:mehr )?(?:verwendet|benutzt|genutzt|gelesen|abgerufen|uberwacht)\b|"
    r"\b(?:unmonitored|unattended) (?:e-?mail )?(?:address|mailbox|inbox|account)\b|"
    r"\b(?:use|visit|go to|through|via) (?:our|the) (?:\w+ ){0,2}(?:portal|form|web ?site|help ?desk|service desk|"
    r"ticket system)\b|"
    r"\b(?:address|mailbox|inbox|account|it) only sends?\b(?! (?:spam|junk|me|us)\b)|"
    r"\b(?:address|mailbox|inbox|account) is only (?:for|used)\b|"
    r"\b(?:outgoing|(?:notifications?|send(?:ing)?)[- ]only)\b|\b(?:nur|ausschliesslich) (?:zum|fur den) versand\b|"
    r"\b(?:versendet|verschickt) (?:nur|ausschliesslich)\b|"
    r"\bleft (?:the|our) (?:company|firm|business|organi[sz]ation)\b|"
    r"\bno longer (?:works?|employed|with (?:us|the company))\b|\bnicht mehr (?:bei uns|fur uns|im unternehmen)\b|"
    r"\bne travaille plus\b|\bwerkt (?:hier )?niet (?:meer|langer)\b|\bya no trabaja\b|"
    r"\bfrom (?:your|this|the) account\b"
)
# "Do not write to me, call me": what asks for a way, not for an end.
WRITE_NOT = lazy_pattern(
    r"\W*(?:please |pls |kindly |just |must |that you ){0,3}(?:(?:stop|cease|quit|refrain from) \w+ing (?:to )?"
    r"(?:our|my|any)|(?:do not|dont|never|not to|stop to|you may not)\b(?: ever| please)? "
    r"(?:e-?mail|mail|contact|write|message|call|text|ping|reach|send)|"
    r"\w+(?: it)? if you\b|(?:i|we)\b[^,]{0,40}\bnot (?:to )?be\b|(?:bitte|senden|"
    r"schicken)\b.{0,40}\bkeine\b|ne (?:me |nous |m'|pas )|(?:no|nao) (?:me|nos)\b|"
    r"non (?:mi|ci)\b|(?:kontakta|mejla|maila|skriv|skicka)\b.{0,20}\binte\b)"
)
LASTING = lazy_pattern(
    r"\b(?:again|any ?(?:more|longer)|ever|(?:no|me|us|send) more|further|once more|mehr|weitere\w*|wieder|erneut|"
    r"plus|jamais|mas|nunca|jamas|piu|mai|mais|mer|igen|fler)\b"
)
_POINTING = r"\b(?:but|please|just|rather|instead,?|simply|you (?:can|may|could|should)|bitte|lieber) "
_VERB = r"(?:call|phone|ring|text|e-?mail|mail|message|contact|reach|write(?: to)?)"
_TO_ME = (
    rf"(?:{_VERB} (?:me|us)\b(?! (?:again|once|one|ever|any))(?!.{{0,40}}\bn?or {_VERB}\b)|"
    r"(?:call|phone|ring)(?: (?:first|instead|on|at)\b|\s*(?:$|[.!\n]))|"
    r"(?:i|we)(?:'d| would)? (?:\w+ )?(?:rather|prefer)(?: to| the| a| your| by)* (?:phone|calls?|talk|speak|telephone|"
    r"letters?|being called)\b|(?:talk|speak|deal)(?: only| directly)? (?:to|with) me\b|(?:better|rather|best|only|"
    r"preferably) (?:by|over|on) (?:the )?(?:tele)?phone\b|"
    r"rufen sie (?:bitte |lieber )*(?:mich|uns)\b|ruf\w* (?:mich|uns) (?:\w+ )?an\b|(?:bitte|lieber|besser) "
    r"(?:anrufen|telefonisch)\b|appelez[- ](?:moi|nous)\b|llame?n?(?:me|nos)\b|(?:mi|ci) (?:chiam\w+|telefoni)\b|"
    r"(?:chiam|telefon)\w+(?:mi|ci)\b|ligue(?:m|-me)?\b|ring (?:mig|oss)\b)"
)
_TO_ANOTHER = (
    rf"(?:{_VERB} (?:my|our|the) (?:[\w'-]+ ){{0,2}}?(?:office|mobile|cell|phone|number|line|desk|assistant|secretary|"
    r"reception|colleague|boss|manager|team|partner|buyer|purchas\w+|procurement)\b|"
    r"use (?:\S+@|(?:my|our|the|this|that) (?:[\w'-]+ ){0,3}?(?:address|e-?mail|mailbox|number|phone|mobile|one)\b)|"
    r"(?:write|talk|speak|turn|send(?: \w+)?) to (?!(?:me|us|your|some\w*|any\w*|(?:my|our) (?:lawyer|attorney|"
    r"solicitor|legal|counsel)\w*)\b)\w|(?:call|phone|use|e-?mail|contact) [^\n]{1,60}\binstead\b|"
    r"(?:my|our|the) (?:new|right|correct|current|other) (?:[\w-]+ )?(?:one|address|e-?mail|number) is\b|"
    r"(?:nutzen|verwenden|nehmen) sie (?:\w+ ){0,2}?(?:\S+@|meine|unsere)|(?:wenden sie sich|schreiben sie(?: mir| "
    r"uns)?)(?: bitte| lieber)? an \S+@|(?:\w+ sie )?stattdessen\b|utilisez (?:\S+@|mon|ma|notre)|ecrivez\S* a \S+@|"
    r"use (?:mi|nuestr\w+)\b|escriba\w* a \S+@|us\w+ (?:il mio|la mia)\b|scriv\w+ a \S+@)"
)
# In what is left of the sentence, or where the next one begins: a name or number further below is a signature.
ELSEWHERE = lazy_pattern(
    rf"(?:^ ?|[\n,.:!?–—-] ?|{_POINTING}){_TO_ME}|^[^\n]*(?:, |{_POINTING})(?:(?:call|phone|ring) (?:\+|\(?\d)|"
    rf"(?:contact|e-?mail) \S+@)|(?:^|^[^\n]*[,:–—-]|^[^\n]*{_POINTING}|\n)\s?(?:{_POINTING}){{0,2}}{_TO_ANOTHER}|"
    r"^[^\n]*\bbut (?:only |rather )?(?:to|on|at|via|by) |^[^\n.,!?]{0,40}\b(?:attachments?|anhang\w*|\d+ ?[mk]b)\b"
)
# "Stop calling, just email the quote": calls alone are unwelcome, and a mail is asked for or called fine.
CALLS = lazy_pattern(r"\b(?:call|text)(?:s|ed|ing)?\b|\banruf\w*")
BY_PHONE = lazy_pattern(
    r"(?:(?: (?:me|us))? (?:by|via|over|per) (?:the |my )?(?:tele)?(?:phone|fon|text|sms|whatsapp)\b)"
    r"(?!(?:,|,? (?:and|n?or))(?: (?:by|via))? (?:e-?mail|mail|post|letter)s?(?:,|\s*$|\s*[.!]|,? (?:and|n?or)\b))"
)
MAILS = lazy_pattern(r"mail|\bwrit|\bwrote|messag|\bsen[dt]|schreib|schick|schr[ie]eb")
MAILS_AS_WELL = lazy_pattern(
    r".{0,200}\b(?:e-?mail|mail|writ|messag|contact|send|bother|spamm)ing\b|"
    r"[^,;:.!?–—]{0,60}\b(?:n?or|oder) (?:\w+ ){0,2}?(?:(?:e-?mail|mail|write|message|contact|send)\b|schr|schick)"
)
_FROM_HERE = (
    r"(?:^|\n|[,.:!?–—-] ?|\b(?:please|just|but|instead|rather|simply|kindly|better|can you|could you|feel free to|"
    r"you (?:can|may|could|should)) )(?:(?:and|yes|then|please|just|instead|only) ){0,4}"
)
_MAILED = r"(?:e-?mails?|mails?)"
MAIL_WANTED = lazy_pattern(
    rf"(?<!no )(?<!not )(?<!your )\b{_MAILED} (?:(?:is|are|works?|would be)(?: (?:much|always|totally|perfectly|just|"
    rf"also|"
    r"way|far|the|my|our|definitely))* (?:better|best|fine|ok|okay|good|great|welcome|easier|easiest|perfect|preferred|"
    r"enough|preference)\b|works\s*(?:$|[.,!\n])|only\b|please\b|instead\b|(?:is|reicht|genugt|passt|ware|geht)"
    r"(?! (?:auch |mir |uns )*nicht\b)\s*(?:$|[.,!\n]|(?:besser|gut|ok|okay|vollig)\b))|"
    r"\b(?:i|we)(?:'d| would| do| much)*(?: \w+)? (?:prefer|rather|only)(?: (?:to|get|have|use|do|read|receive|be|"
    rf"contacted|an?|by|via|over|everything))* {_MAILED}\b|"
    rf"\b(?:only|rather|instead|please|just|better|preferably|everything) (?:by|via|over|per) {_MAILED}\b(?! or\b)|"
    rf"{_FROM_HERE}(?:(?:e-?mail|mail|write(?: to)?|send(?= (?:me|us) an? e-?mail\b)) (?:me|us)\b(?! (?:again|once|"
    rf"one|ever|"
    r"any)\b)(?!.{0,40}\bn?or (?:call|phone|ring|text|e-?mail|mail|contact|write)\b)(?!.{0,40}\b(?:again|once more)\b)|"
    rf"(?:e-?mail|mail|send|forward)(?: (?:me|us|over))* {_PAPER}(?!.{{0,40}}\b(?:else|elsewhere|again)\b)|"
    r"e-?mail or (?:call|phone|ring) (?:the|my|our) (?:office|desk|reception|assistant)\b|"
    r"(?:schicken|senden|mailen|schreiben) sie (?:bitte )?(?:mir|uns)\b(?! (?:\w+ ){0,2}?(?:nicht|nie|kein)))|"
    rf"\b(?:lieber|bitte|nur|gerne?|besser) (?:per|eine) {_MAILED}\b"
)
HALT = lazy_pattern(r"stop!+")  # of somebody who was talked into it, when he asks for more below
ASKS_FOR_MORE = lazy_pattern(
    r"(?:^|\n|[,.!] |\b(?:please|just|and|so|now) )(?:(?:call|ring|phone) (?:me|us)\b"
    r"(?! (?:again|once|if|ever|crazy)\b)|"
    rf"(?:send|e-?mail|bring)(?: (?:me|us|over))* {_PAPER}|let's (?:talk|meet|sign|do (?:it|this))\b)"
)
# "This mail is confidential. Please delete it from your system.": a line below everything that somebody sends.
SECRET = lazy_pattern(
    r"\b(?:this|the) (?:e-?mail|mail|message|communication|transmission)\b(?! address)[^.?!]{0,120}\b(?:confidential|"
    r"privileged)\b.{0,200}\b(?:delete|remove|erase|destroy|discard) (?:it|this|them|that)\b(?: (?:from|off) (?:your|"
    r"the) "
    r"(?:\w+ )?(?:systems?|computers?|mailbox|inbox|records?|files?|devices?))?(?: (?:immediately|at once|now))?\W*$"
)
# A mail that may have reached the wrong reader: what he is to delete is the mail, or an entry in an account of his.
PERHAPS = lazy_pattern(
    r"\b(?:if|should(?= (?:you|this|the|it)\b)|(?:wenn|falls|sollten?) (?:sie|ihnen|dies\w*|du|ihr)|"
    r"(?:als|indien|mocht)(?= (?:u|je|jij|jullie|dit|deze)\b)|si(?= (?:vous|ce|cet|cette|ha|han|usted|este|no)\b)|"
    r"se(?= (?:ha|hai|avete|questo|questa|non)\b))\b|"
    r"^(?=(?:(?:is|was|have|did|has) )?(?:this |it |you )?(?:not you|received?\b)[^?]*\?)"
)
ASTRAY = lazy_pattern(
    r"\b(?:(?:recei\w+|g[eo]t|obtained|reache[ds]|to you)\b.{0,60}\b(?:in error|by (?:mistake|accident|error))|"
    r"erroneously|mistakenly|inadvertently|you\b.{0,30}\b(?:recipient|addressee)|(?:was|is)(?:n't| not) you\b(?! \w)|"
    r"not you(?=\?)|not your(?:s| (?:account|ticket|order|request|profile))|irrtum\w*|versehentlich|falschlich\w*|"
    r"nicht (?:der|die) (?:\w+ )?(?:adressat|empfanger)\w*|ten onrechte|abusievelijk|per (?:abuis|vergissing|ongeluk)|"
    r"niet (?:de )?(?:\w+ )?(?:geadresseerde|ontvanger)|(?:recu|parvenu)e?s?\b.{0,30}\bpar erreur|n'etes pas (?:le |"
    r"la )?"
    r"(?:\w+ )?destinataire|recib\w+\b.{0,30}\bpor error|no es (?:el |la )?(?:\w+ )?destinatari[oa]|"
    r"ricevuto?a?\b.{0,30}\bper "
    r"errore|non (?:siete|e|sei) (?:il |la |i )?(?:\w+ )?destinatari[oa]?)\b"
    r"(?! (?:\w+ )?(?:my|our|mein\w*|unser\w*|mijn|onze?)\b)"
)
DELETE_IT = lazy_pattern(
    r"\W*(?:please |and |then |kindly )*(?:delete|remove|erase|destroy|discard) (?:it|this|them|that)\b"
)
# What footers and preheaders hold as a line of its own; a person's "unsubscribe me" or "please unsubscribe" is none.
MENU = lazy_pattern(
    r"unsubscribe(?: from (?:this|the|all)(?: \w+){0,3})?|opt[- ]?out|abmeld(?:en|ung)|abbestellen|austragen|"
    r"desinscription|desabonnement|desinscrire|(?:dar de )?baja|descadastrar|disiscriviti|cancellati|afmelden|"
    r"uitschrijven|wypisz|wypisac|avregistrera|a[fv]meld|frameld|odhlasit|leiratkozas|dezabonare|отписаться|отписка|"
    r"відписатися|退订|退訂|수신거부"
)
UNTIL = lazy_pattern(  # a time, not the whole: "do not write to me before Monday"
    r"\b(?:until|till(?! (?:mig|oss)\b)|before|vor|erst|bis|avant|antes de|hasta|prima di|voor|fore|innan|przed|"
    r"mejor (?:por|a)|"
    r"besser (?:am|nach)|plutot (?:en|dans|l'apres)|meglio (?:nel|di|al)|liever (?:in|na)|melhor (?:de|a)|lepiej po)\b"
    r".{0,40}$|"
    r"^[^.,]{0,40}\b(?:after|nach|apres|despues de|al cabo de|a los|dopo|na) (?:\d+|\w+) "
    r"(?:days?|weeks?|months?|years?|tag\w*|woche\w*|monat\w*|jahr\w*|jours|mois|ans|dias|meses|anos|giorni|mesi|anni|dagen|maanden|jaar)\b|"
    r"^\W*(?:(?:mas|piu|meer|mais|mehr|plus|mer|any ?more) )?(?:tardi|tarde|vandaag|hoje|heute|aujourd'hui|hoy|oggi|"
    r"dzis\w*|"
    r"idag|today|tonight|(?:de|di|than|als|dan) (?:two|three|zwei|drei|deux|trois|dos|tres|due|tre|twee|drie|dois|"
    r"\d+))\b|"
    r"\b(?:when|if|once|after|wenn|nach|apres|quand|cuando|tras|dopo|quando|als|na|po|nar|efter)\b.{0,30}\b(?:contract|"
    r"pilot|trial|vertrag\w*|contrat\w*|proef\w*|umow\w+|avtal\w*)\b.{0,20}$"
)
