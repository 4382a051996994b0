"""How German, French, Italian, Spanish, Dutch and Portuguese speak of need, budget, authority and time. Patterns only.

Written for folded text: no capitals, no accents, "ß" is "ss".
"""

from leadwright.domain.bant import Factor

_TO_REPLACE = (
    r"(?:ersetzen|ablosen|austauschen|verbessern|modernisieren|erneuern|renouveler|rinnovare|renovar|remplacer|"
    r"changer|ameliorer|moderniser|trouver|"
    r"sostituire|cambiare|migliorare|trovare|modernizzare|sustituir|reemplazar|cambiar|mejorar|encontrar|modernizar|"
    r"vervangen|verbeteren|vernieuwen|vinden|substituir|trocar|mudar|melhorar)"
)

NEEDS = (
    r"\b(?:wir|ich) (?:haben|habe) (?:\w+ )?bedarf (?:an|fur)\b",
    r"\b(?:vergleichen|comparons|confrontando|comparando|comparar|vergelijken)\b.{0,20}\b(?:anbieter|angebote|losungen|"
    r"fournisseurs|prestataires|solutions|fornitori|soluzioni|proveedores|soluciones|fornecedores|solucoes|"
    r"leveranciers|"
    r"oplossingen|systeme|systemes|sistemi|sistemas|systemen)\b",
    r"\b(?:wir|ich) (?:\w+ ){0,3}?(?:suchen?|benotigen?|brauchen?)\b(?!.{0,40}\b(?:nicht|kein\w*)\b)",
    rf"\b(?:mussen|sollten|wollen) (?:wir |ich )?(?:\w+ ){{0,6}}?{_TO_REPLACE}\b|\bauf der suche nach\b",
    r"\bunser (?:\w+ ){0,2}?(?:problem|engpass|anliegen|schmerzpunkt) (?:ist|sind|liegt|bleibt)\b",
    r"\b(?:nous avons|j'ai|on a) (?:\w+ )?besoin (?:d|urgent)|\b(?:nous|je) (?:re)?cherch(?:ons|e)\b|\bil (?:nous|me) "
    rf"faut\b|\b(?:nous devons|on doit|je dois) {_TO_REPLACE}\b",
    r"\bnotre (?:\w+ ){0,2}?(?:probleme|difficulte|besoin|souci)\b(?!.{0,12}\bresolu)",
    r"(?<!non )(?<!non ne )\b(?:abbiamo|ho) bisogno\b|\bstiamo cercando\b|\bsto cercando\b|(?<!non )\bcerchiamo\b|"
    rf"(?<!non )\bci (?:serve|servirebbe|occorre)\b|\b(?:dobbiamo|devo|vogliamo) {_TO_REPLACE}\b",
    r"\b(?:il nostro|un nostro) (?:\w+ ){0,2}?(?:problema|obiettivo)\b",
    r"(?<!no )(?<!no lo )(?<!no nos )\b(?:necesitamos|necesito|buscamos|busco|nos hace falta)\b(?! nada)|"
    rf"(?<!no )\bestamos buscando\b|\b(?:tenemos que|debemos|queremos) {_TO_REPLACE}\b",
    r"\bnuestro (?:\w+ ){0,2}?problema\b",
    r"\b(?:wij|we|ik) (?:zijn|ben) (?:\w+ ){0,2}?op zoek\b|\b(?:wij|we) zoeken\b(?!.{0,20}\b(?:niet|geen)\b)|"
    r"\b(?:wij|we|ik) (?:hebben|heb) (?!.{0,40}\b(?:niet|geen)\b).{1,40}\bnodig\b|"
    rf"\b(?:moeten|willen) (?:we |wij )?(?:\w+ ){{0,6}}?{_TO_REPLACE}\b",
    r"\bons (?:\w+ ){0,2}?probleem\b",
    r"(?<!nao )\b(?:precisamos|necessitamos|procuramos)\b|\bestamos (?:a|em) procura\b|"
    rf"\b(?:temos (?:mesmo )?(?:de|que)|queremos) {_TO_REPLACE}\b|\bnosso (?:\w+ ){{0,2}}?problema\b",
)  # fmt: skip

_HIM = (
    r"(?:geschaftsfuhr\w+|vorstand\w*|chef\w*|leitung|geschaftsleitung|inhaber\w*|vorgesetzt\w+|zentrale|konzern\w*|"
    r"direktor\w*|einkauf|aufsichtsrat|direction|directeur|directrice|patron\w*|gerant\w*|hierarchie|siege|comite|"
    r"responsable|direzione|titolare|capo|amministrator\w+|direttore|consiglio|responsabile|sede|director\w*|jefe|jefa|"
    r"gerencia|gerente|consejo|direccion|central|directie|baas|management|bestuur|leidinggevende|hoofdkantoor|direcao|"
    r"diretor\w*|administracao|conselho|socios?|ceo|cfo|cto|vorgesetzter)"
)
_CHOICE = (
    r"(?:entscheidung|freigabe|letzte wort|decision|validation|dernier mot|decisione|ultima parola|approvazione|ultima "
    r"palabra|beslissing|laatste woord|decisao|ultima palavra)"
)
_MONEY = (
    r"(?:budgets?|mittel|gelder|enveloppes?|presupuestos?|orcamentos?|verbas?|budgetten|"
    r"investi(?:tion\w*|ssements?|ment[ios]+))"
)
_FROZEN = (
    r"(?:(?:ist|schon|bereits|leider|komplett) weg|gestrichen|eingefroren|gekurzt|aufgebraucht|erschopft|verplant|"
    r"ausgeschopft|geles?|gelee?s?|epuisee?s?|coupes?|boucles?|bloccat[io]|esaurit[io]|tagliat[io]|congelad[oa]s?|"
    r"agotad[oa]s?|recortad[oa]s?|esgotad[oa]s?|cortad[oa]s?|bevroren|geschrapt|congel\w+)"
)
_SPENT = (
    r"(?:verbraucht|ausgegeben|verloren|perdu|(?:est|deja|ete) depense\w?|perso|speso|perdid[oa]|gastad[oa]s?|"
    r"uitgegeven)"
)
_NO = r"(?:nicht|pas|non|no|niet|nao)"
_TO_BE = (  # before a participle: what is to be spent, or may be lost, is there
    r"(?:muss\w*|soll\w*|darf|kann|konn\w+|etre|doi(?:t|vent)|peut|essere|dev(?:e|ono|')|puo|va|ser|debe\w*|tiene|"
    r"puede|moet\w*|dient|kan|worden)"
)
_AT_ONCE = rf"(?:(?!\b(?:{_NO}|{_TO_BE}|und|et|y|en)\b)[^\W\d](?:[^\W\d]|')* )"
_DONE = r"\b(?! (?:werden|muss\w*|sein muss|te worden|moet\w*)\b)"
_SUM = r"\(?[$€£]?\d[\d., ]*(?:k|[$€£]|eur|euros?|chf|franken|francs|dollar|usd|millionen|mio|tsd)?\)?"
_WHOLE = r"(?:tout|todo|tutto|le|el|il|het|hele|ganzes?|notre|nuestro|nostro|ons)"
BUDGET_GONE = (  # with the amount, where one is named
    rf"\b{_MONEY}(?: (?:von|in hohe von|de|di|van|fur|pour|per|para|voor))?(?: {_SUM})? "
    rf"{_AT_ONCE}{{0,4}}?(?:{_FROZEN}|{_SPENT}){_DONE}|\b{_SPENT}(?: {_WHOLE})+ {_MONEY}\b"
)
_AVAILABLE = (
    r"(?:zur verfugung|a disposizione|beschikbaar|disponivel|disponiveis|disponibles?|disponibil[ei]|"
    r"a notre disposition|"
    r"eingeplant|vorgesehen)"
)
GIVEN = {
    Factor.NEED: "|".join(NEEDS),
    Factor.BUDGET: (
        rf"(?:\b(?:euros?|eur|chf|franken|francs)\b|[€$£]|\d{{1,3}}[. ]000).{{0,30}}\b{_AVAILABLE}\b|"
        rf"\b{_AVAILABLE}\b.{{0,20}}"
        r"(?:\d{1,3}[. ]000|\beuros?\b)|\b(?:disposons|disponemos|disponiamo|dispomos|stehen uns) (?:d\w* ?)?.{0,15}"
        r"(?:\d{1,3}[. ]000|\beuros?\b)|"
        r"\b(?:budget|mittel|gelder|investition\w*)\b.{0,40}\b(?:genehmigt|freigegeben|vorhanden|eingeplant|"
        r"bewilligt|reserviert|"
        r"verfugbar|vorgesehen|gesichert|steht|bereit)\b|\b(?:haben|habe) (?:\w+ ){0,3}?budget (?:von|fur|in hohe)\b|"
        r"\b(?:budget|enveloppe)\b.{0,30}\b(?:valide\w?|approuve\w?|disponible|prevue?|debloque\w?|alloue\w?|vote\w?|"
        r"accorde\w?)\b|"
        r"\b(?:prevu|alloue|debloque|reserve|avons) (?:un|une) (?:budget|enveloppe)\b|"
        r"\bbudget\b.{0,30}\b(?:approvato|disponibile|stanziato|previsto|confermato)\b|\b(?:stanziato|accantonato)\b|"
        r"\babbiamo un budget\b|"
        r"\bpresupuesto\b.{0,30}\b(?:aprobado|disponible|asignado|reservado|previsto|concedido)\b|"
        r"\b(?:budget|bedrag|euro)\b.{0,30}\b(?:goedgekeurd|beschikbaar|gereserveerd|vrijgemaakt|toegekend)\b|"
        r"\bhebben een budget\b|"
        r"\b(?:orcamento|verba)\b.{0,30}\b(?:aprovad\w|disponivel|reservad\w|alocad\w|previst\w)\b"
    ),
    Factor.AUTHORITY: (
        r"\b(?:entscheide|bestimme) ich\b|\bich (?:entscheide|bestimme)\b|\bentscheidungsbefugt\b|\bentscheidung liegt "
        r"(?:\w+ )?bei (?:mir|uns)\b|\bals (?:\w+ )?(?:inhaber|eigentumer|geschaftsfuhrer)(?:in)?\b|"
        r"\bich bin (?:der |die |selbst )*"
        r"(?:inhaber|eigentumer|geschaftsfuhrer)(?:in)?\b|"
        r"\bje (?:decide|tranche)\b|\bje prends (?:\w+ )?(?:la|cette|les) decisions?\b|"
        r"\bdecision (?:finale )?me revient\b|"
        r"\bc'est moi qui (?:decide|signe|valide)\b|\bje suis (?:le |la )?(?:gerant\w?|proprietaire|dirigeant\w?|"
        r"patron\w*|pdg|"
        r"decideur|decisionnaire)\b|"
        r"\bdecido io\b|\bdecisione (?:finale )?(?:e mia|spetta a me|la prendo io)\b|\bsono (?:io )?(?:il|"
        r"la) (?:titolare|"
        r"proprietari\w|amministrator\w+)\b|"
        r"\bdecido yo\b|\bdecision (?:final )?(?:es mia|la tomo yo|me corresponde)\b|\bsoy (?:el|la) (?:duen\w|"
        r"propietari\w|gerente|"
        r"responsable de compras)\b|"
        r"\bbeslis (?:ik )?(?:\w+ )?zelf\b|\bik beslis\b|\bbeslissing (?:is|ligt) (?:aan|bij) (?:mij|ons)\b|"
        r"\bik ben (?:de |zelf )*"
        r"(?:eigenaar|zaakvoerder|dga|beslisser)\b|"
        r"\bdecido eu\b|\bdecisao (?:final )?(?:e minha|cabe-me|e comigo)\b|\bquem decide sou eu\b|\bsou (?:o|"
        r"a) (?:don[oa]|"
        r"proprietari\w|gerente|socio-gerente)\b"
    ),
}
LACKING = {
    Factor.NEED: (
        r"\b(?:bereits|schon|deja|gia|ya|al|ja) (?:\w+ ){0,3}?(?:versorgt|ausgestattet|equip\w+|pourvus?|copert[io]|"
        r"servit[io]|"
        r"attrezzat[io]|cubiert[oa]s|servid[oa]s|equipad[oa]s|cobert[oa]s|voorzien)\b|"
        r"\bkein(?:en|erlei|e)? (?:\w+ ){0,2}?(?:bedarf|verwendung|handlungsbedarf)\b|\b(?:brauchen|"
        r"benotigen) (?:wir |ich )?(?:\w+ )"
        r"{0,3}?nicht\b|\b(?:anbieter|partner|losung|system|lieferant\w*)\b.{0,40}\b(?:sehr |ausserst |"
        r"vollauf )?zufrieden\b|"
        r"\b(?:pas|aucun) (?:de |un )?besoin\b|\b(?:prestataire|fournisseur|solution|"
        r"partenaire)\b.{0,30}\bsatisfaits?\b|"
        r"\bnon (?:ne )?(?:abbiamo|ho) (?:\w+ )?bisogno\b|\bnon ci (?:serve|occorre)\b|\b(?:fornitore|"
        r"soluzione)\b.{0,30}\b(?:ci "
        r"troviamo|siamo) (?:molto )?(?:bene|soddisfatti|contenti)\b|"
        r"\bno (?:lo |la |los )?(?:necesitamos|necesito)\b|\bno nos hace falta\b|\b(?:proveedor|solucion|"
        r"herramienta)\b.{0,30}"
        r"\b(?:content|satisfech|feli)\w+|"
        r"\bgeen (?:\w+ ){0,2}?behoefte\b|\bniet nodig\b|\b(?:leverancier|oplossing|partner)\b.{0,30}\btevreden\b|"
        r"\bnao (?:precisamos|preciso|necessitamos|temos necessidade)\b|\b(?:fornecedor|solucao|"
        r"parceiro)\b.{0,35}\bsatisfeit\w+"
    ),
    Factor.BUDGET: (
        r"\b(?:fehlt|fehlen|manque\w*|manca|mancano|falta|faltan|faltam|ontbreekt)(?:-nos)? (?:\w+ ){0,4}?(?:geld|"
        r"mittel|argent|"
        r"moyens|soldi|fondi|denaro|dinero|fondos|dinheiro|verba)\b|\b(?:kein|pas d'|geen|sem|sin|senza) ?(?:geld|"
        r"argent|soldi|"
        r"dinero|dinheiro|middelen)\b|"
        rf"\b{_MONEY}\b(?:(?!\b(?:{_NO}|{_TO_BE})\b|[,;:] ).){{0,40}}\b{_FROZEN}{_DONE}|"
        rf"\b{_FROZEN}\b(?:(?![,;:] | (?:und|et|y|e|en) ).){{0,25}}\b{_MONEY}\b|"
        r"\bkein(?:en|erlei|e)? (?:\w+ ){0,3}?(?:budget|mittel|gelder)\b|"
        r"\b(?:ubersteigt|sprengt) (?:unsere?n?|den|das) (?:\w+ )?(?:moglichkeiten|budget\w*|"
        r"rahmen)\b|"
        r"\bzu teuer\b|\bnicht (?:in|im) (?:unserem )?budget\b|"
        r"\b(?:aucun|pas (?:de|le)|plus de) budget\b|\bau-dessus de nos moyens\b|\bdepasse (?:\w+ )?(?:notre|"
        r"nos) (?:budget|moyens)\b|"
        r"\btrop (?:cher|chere|couteux|onereux)\b|\bbudget (?:est )?(?:gele|epuise|boucle)\b|\bpas les moyens\b|"
        r"\b(?:non (?:abbiamo|ho|c'e)|nessun|senza) (?:\w+ )?budget\b|\bfuori budget\b|\btroppo (?:car\w|costos\w)\b|"
        r"\bbudget (?:e )?(?:esaurito|bloccato)\b|"
        r"\b(?:no (?:tenemos|contamos con|hay|disponemos de)|sin) (?:\w+ )?presupuesto\b|\bdemasiado car[oa]\b|"
        r"\bmuy car[oa]\b|"
        r"\bpresupuesto (?:esta )?(?:agotado|congelado|cerrado)\b|\b(?:fuera de|se sale .{0,25}|"
        r"supera) nuestr\w+ (?:posibilidades|"
        r"presupuesto)\b|"
        r"\bgeen (?:\w+ ){0,2}?budget\b|\bbudget (?:is )?(?:op|bevroren|besteed)\b|\bbudget (?:\w+ ){0,2}?te boven\b|"
        r"\bte duur\b|"
        r"\bbuiten (?:ons|het) budget\b|"
        r"\b(?:nao (?:temos|ha|tenho|dispomos de)|sem) (?:\w+ )?(?:orcamento|verba)\b|\b(?:muito|demasiado) car[oa]\b|"
        r"\bacima d(?:as nossas possibilidades|o nosso orcamento)\b|\borcamento (?:esta )?(?:esgotado|congelado)\b"
    ),
    Factor.AUTHORITY: (
        rf"\b(?:unterschreib\w*|unterzeichn\w*) (?:muss|musste|wird) (?:\w+ ){{0,3}}?{_HIM}\b|\b(?:firma|firmar|"
        r"assina|signe) (?:e )?"
        rf"(?:il|la|lo|el|o|notre|nostro|nuestr\w|nosso|nossa|nostra|mein|unser)(?: \w+)? {_HIM}\b|"
        rf"\b{_HIM} (?:\w+ )?(?:moet "
        rf"(?:\w+ )?(?:tekenen|ondertekenen)|unterschreibt|muss unterschreiben)\b|\bquem assina e (?!eu)|"
        rf"\b{_CHOICE}\b.{{0,35}}\b{_HIM}\b|\b{_HIM} (?:(?!et |und |e |y |en )\w+ ){{0,3}}?(?:das|het|le|la|a|"
        rf"l')? ?{_CHOICE}\b|"
        rf"\bentscheid\w*\b.{{0,20}}\b(?:trifft|liegt|fallt|obliegt|macht|hat)\b.{{0,30}}\b{_HIM}\b|"
        rf"\b{_HIM} (?:\w+ )?(?:entscheidet|"
        rf"muss (?:\w+ ){{0,3}}(?:zustimmen|freigeben|genehmigen))\b|\b(?:mit|von|"
        rf"durch) (?:\w+ ){{0,3}}?{_HIM} (?:\w+ ){{0,2}}?"
        r"(?:abstimm|abklar|besprech|freigeb|genehmig|absegn|klar|abgestimmt|rucksprache)\w*|\bnicht (?:allein|"
        r"selbst) entscheid\w*|"
        r"\bnicht (?:\w+ )?entscheidungsbefugt\b|"
        rf"\bc'est (?:\w+ ){{0,2}}?{_HIM}(?: \w+)? qui (?:decide|tranche|valide|signe)\b|\b(?:accord|aval|feu vert|"
        r"validation|"
        rf"approbation) (?:de |du |d')(?:la |ma |mon |notre |le |l'|nos )?{_HIM}\b|\bdecision (?:finale )?(?:revient|"
        r"appartient|"
        rf"incombe) (?:a |au )(?!moi|nous)|\b(?:en parler|soumettre|voir|valider) .{{0,20}}\b(?:a|avec|par) (?:mon|"
        r"ma|notre|la|le) "
        rf"{_HIM}\b|"
        r"\bdecisione (?:finale )?(?:spetta|compete|tocca) (?!a me|a noi)|\b(?:approvazione|benestare|via libera|ok|"
        r"consenso) "
        rf"(?:d\w+ )?(?:mi[oa] |nostr[oa] )?{_HIM}\b|\bnon (?:decido io|sono io (?:a|che) decid\w+)\b|\b(?:parlarne|"
        r"discuterne|"
        rf"confrontarmi) con (?:\w+ )?{_HIM}\b|"
        r"\bdecision (?:final )?(?:la toma|es de|corresponde a|depende de) (?!mi\b|nosotros)|\b(?:visto bueno|"
        r"aprobacion|"
        rf"autorizacion|ok) (?:de |del )(?:la |mi |nuestr\w )?{_HIM}\b|\bno (?:soy yo quien decide|lo decido yo)\b|"
        rf"\b(?:consultar|hablar|comentar)\w* con (?:\w+ )?{_HIM}\b|"
        r"\bbeslissing (?:ligt|is) (?:\w+ )?(?:bij|aan) (?!mij|ons)|\b(?:akkoord|goedkeuring|"
        r"toestemming) van (?:de |mijn |onze |het )?"
        rf"{_HIM}\b|\b(?:met|aan) (?:de |mijn |onze |het )?{_HIM} (?:\w+ )?(?:overleggen|afstemmen|bespreken|"
        r"voorleggen)\b|"
        r"\bik beslis (?:\w+ )?niet\b|"
        rf"\bquem decide e (?!eu)|\b(?:aprovacao|autorizacao|aval|luz verde) d[aoe] (?:\w+ )?{_HIM}\b|"
        r"\bdecisao (?:final )?(?:cabe|"
        r"compete) (?:a|ao) (?!mim)|\bnao (?:sou eu quem decide|decido eu)\b|\b(?:falar|"
        rf"consultar) (?:\w+ )?com (?:\w+ )?{_HIM}\b"
    ),
    Factor.TIMELINE: (
        r"\bkein(?:en|e)? (?:\w+ )?(?:zeitplan|termin|zeitdruck|eile)\b|\b(?:zeitplan|"
        r"zeitrahmen)\b.{0,20}\b(?:noch nicht|kein\w*)\b|"
        r"\bfruhestens (?:\w+ )?(?:ubernachst\w+|in (?:zwei|drei|2|3) jahren)\b|"
        r"\bpas (?:encore )?(?:de |d')(?:calendrier|date|echeance|planning)\b|\bpas (?:\w+ )?avant (?:deux|trois|2|"
        r"3) ans\b|"
        r"\bnon (?:abbiamo|c'e|ci sono) (?:ancora )?(?:una |un |nessuna )?(?:\w+ )?(?:tempistic\w+|date|scadenz\w+|"
        r"fretta)\b|\bnon prima di (?:due|tre|2|3) anni\b|"
        r"\bno (?:tenemos|hay) (?:\w+ )?(?:fechas?|plazos?|prisa|calendario)\b|\bhasta dentro de (?:dos|tres|2|"
        r"3) anos\b|"
        r"\bgeen (?:\w+ )?(?:planning|tijdlijn|haast|deadline)\b|\bop zijn vroegst over (?:twee|drie|2|3) jaar\b|"
        r"\bnao (?:temos|ha) (?:\w+ )?(?:prazos?|datas?|pressa|calendario)\b|\bso .{0,20}\bdaqui a (?:dois|tres|2|"
        r"3) anos\b"
    ),
}
