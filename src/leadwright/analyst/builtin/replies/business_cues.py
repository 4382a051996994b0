"""Plain business wording in German, French, Italian, Spanish, Dutch and Portuguese: needs, questions, consent, refusal.

Patterns only; `spelling.written_out` is applied before, as for `foreign_cues`, which holds the livelier phrases.
"""

from leadwright.analyst.builtin.bant.foreign_words import LACKING, NEEDS
from leadwright.domain.bant import Factor

_PAPERS = (
    r"(?:angebot|preis\w*|unterlagen|informationen|devis|offre|tarifs?|documentation|proposition|preventivo|offerta|"
    r"listino|materiale|informazioni|documentazione|oferta|presupuesto|propuesta|precios?|informacion|documentacion|"
    r"offerte|prijs\w*|documentatie|informatie|voorstel|proposta|orcamento|documentacao|informacao|informacoes|"
    r"precos?|cotacao|cotizacion|demo\w*|demonstra\w+|dimostrazion\w+)"
)
_PRODUCT = (
    r"(?:losung|produkt|system|software|tool|werkzeug|solution|produit|outil|logiciel|systeme|soluzione|prodotto|"
    r"strumento|sistema|solucion|producto|herramienta|programa|oplossing|product|systeem|pakket|solucao|produto|"
    r"ferramenta|plataforma|piattaforma|plateforme|platform)"
)
COMMITS = (
    *NEEDS,
    r"\b(?:konnen|konnten) (?:wir )?(?:also |dann |gern\w? |sofort )*(?:loslegen|starten|beginnen|weitermachen)\b",
    r"\b(?:nous pouvons|on peut) (?:avancer|demarrer|commencer|y aller)\b|\bnous sommes preneurs?\b|"
    r"\bje suis preneu\w+",
    r"\bpossiamo (?:procedere|partire|iniziare|andare avanti)\b|(?<!no )\bpodemos (?:avanzar|empezar|arrancar|seguir "
    r"adelante)\b|\b(?:we|wij) kunnen (?:verder|starten|beginnen|van start)\b|(?<!nao )\bpodemos (?:avancar|comecar)\b",
)  # fmt: skip

_APPOINTMENT = (
    r"(?:termin|treffen|gesprach|demo|rendez-vous|rdv|reunion|appuntamento|incontro|riunione|cita|llamada|afspraak|"
    r"gesprek|reuniao|chamada|visio)"
)
_WEEKDAY = (
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|lundi|mardi|mercredi|jeudi|vendredi|lunes|martes|miercoles|jueves|"
    r"viernes|lunedi|martedi|mercoledi|giovedi|venerdi|maandag|dinsdag|woensdag|donderdag|vrijdag|segunda|terca|quarta|"
    r"quinta|sexta)(?:-feira)?"
)
MEETINGS = (
    rf"\b(?:bel|belt u) (?:me|mij|ons) (?:op )?{_WEEKDAY}\b",
    # another day for it, a day that suits, a showing
    rf"\b{_APPOINTMENT}\b.{{0,50}}\b(?:auch|serait|possible|possibile|si potrebbe|podria|pode|kan|ook|geht|"
    rf"ginge)\b.{{0,20}}"
    rf"\b{_WEEKDAY}\b|\b{_APPOINTMENT}\b.{{0,40}}\b{_WEEKDAY} (?:serait|e possibile|ook|auch)\b",
    rf"\b{_WEEKDAY}\b.{{0,25}}\b(?:convient|va bene|viene bien|va bien|schikt|past|komt goed|e bom|da-nos jeito|"
    r"passt)\b",
    r"\b(?:quand|quando|cuando|wann|wanneer) (?:nos |ci |uns )?(?:pourriez|pouvez|potreste|potrebbe|puo|potete|"
    r"podrian?|"
    r"puede|pueden|podem|pode|poderiam|konnten|konnen|kunt|kunnen)\b",
    r"\b(?:seriez|etes)[- ]vous (?:disponible|libre)s?\b|\b(?:quando|quand|cuando) (?:potremmo|possiamo|"
    r"pouvons[- ]nous|"
    r"podemos|podriamos)\b",
    r"\b(?:possiamo|podemos|podriamos|pouvons[- ]nous|kunnen we|konnen wir) .{0,20}\b(?:fissare|organizar|agendar|"
    r"organiser|inplannen|marcar|vereinbaren) (?:una|uma|un|eine?n?|een) (?:chiamata|llamada|reunion|appel|gesprek|"
    r"chamada|reuniao|termin|gesprach|incontro|demo\w*)",
)  # fmt: skip

ASKS = (
    # "send it to me"
    r"\benvoyez-(?:la|le|les)[- ](?:moi|nous)\b|\b(?:me|ce) (?:la|lo|li|le) (?:mandi|mandate|invii|inviate)\b|"
    r"\b(?:mand|envi)\w{1,3}"
    r"(?:me|nos)(?:la|lo|las|los)\b|\b(?:envie|mande)[nm]?-(?:ma|mo|nos-la|nos-lo)\b|\b(?:mailt|stuurt) u (?:het|hem|"
    r"die|deze) "
    r"(?:mij|me|ons)\b|\b(?:senden|schicken|mailen) sie (?:es|sie|das|ihn) (?:mir|uns)\b",
    r"\b(?:reicht|genugt) (?:das|dies)\b|\best-ce (?:suffisant|assez)\b|\b(?:bastano|basta|es suficiente|"
    r"e suficiente|is dat "
    r"genoeg|e sufficiente)\s*\?",
    r"\b(?:quanto|cuanto|combien|hoeveel|wie viel|wieviel|was) (?:\w+ ){0,2}?(?:spar|risparmi|ahorr|poup|bespa|"
    r"economis)\w+",
    rf"\b(?:hatten?|mochten?) (?:\w+ ){{0,4}}?gern\w? (?:\w+ ){{0,3}}{_PAPERS}\b|"
    r"\bontvang(?:en)? (?:\w+ )?graag (?:\w+ )"
    rf"{{0,3}}{_PAPERS}\b",
    # a price
    r"\bwas (?:\w+ ){1,7}(?:kosten?|kostet)\b|\bquanto (?:verrebbe|sarebbe|ci costerebbe)\b|\bque (?:precio|coste|"
    r"tarifa) "
    r"(?:tendria|tiene|seria)\b|\bwat zou .{1,50}\bkosten\b|\ba (?:combien|quel prix)\b",
    # papers and showings
    rf"\b(?:mand|envi|pas|pres|remet)\w{{1,5}}(?:me|nos|moi|nous|ci|mi)\b.{{0,40}}\b{_PAPERS}\b",
    rf"\b(?:mi|ci|me|nos) (?:mand|invi|envi|farebbe|faccia|hace|haria|pasa)\w*\b.{{0,30}}\b{_PAPERS}\b",
    r"\b(?:stuurt u|sturen jullie|senden sie|schicken sie|zeigen sie|fazem-nos|podem fazer|kunt u|kun je|konnen sie|"
    r"konnten "
    rf"sie|pouvez-vous|pourriez-vous|potreste|potete|puede|podrian?|podem|poderiam) .{{0,40}}\b{_PAPERS}\b",
    r"\bkonn(?:en|ten) sie (?:mir|uns) (?:bitte |kurz |auch |beiden )*(?:sagen|mitteilen|erklaren|erlautern|etwas)\b",
    r"\b(?:pouvez|pourriez)[- ]vous (?:me |nous )?(?:presenter|montrer|expliquer|chiffrer)\b",
    # does it help, can it be done
    rf"\b(?:kann|konnte) (?:ihre?|euer|eure|das|die|diese) (?:\w+ )?{_PRODUCT}\b.{{0,25}}\b(?:helfen|unterstutzen|"
    r"losen)\b",
    rf"\bvotre (?:\w+ )?{_PRODUCT} (?:peut|pourrait)-(?:il|elle)\b",
    rf"\b(?:vostr[oa]|su[oa]|su|vuestr[oa]|voss[oa]|uw|jullie) (?:\w+ )?{_PRODUCT} .{{0,15}}\b(?:puo|potrebbe|puede|"
    r"podria|"
    r"pode|poderia|kan) .{0,25}\b(?:aiutar|ayudar|ajudar|servir|risolver|resolver|helpen)\w*|"
    rf"\bkan (?:uw|jullie) (?:\w+ )?{_PRODUCT}\b.{{0,25}}\bhelpen\b|"
    rf"\b(?:vostr[oa]|vuestr[oa]|voss[oa]|su[oa]?) (?:\w+ )?{_PRODUCT} (?:puo|puede|pode) (?:aiutar|ayudar|ajudar|"
    r"servir)\w*",
    r"\b(?:est-ce|e|es|is dat|is dit|ist das|ware das) (?:realiste|possible|faisable|fattibile|possibile|realistico|"
    r"posible|viable|factible|viavel|possivel|realista|haalbaar|mogelijk|realistisch|machbar|moglich)\s*\?",
    r"\bwas (?:brauchen|brauchten|benotigen|benotigten) sie (?:dafur |dazu )?(?:von|noch)\b",
)  # fmt: skip

LIKINGS = (
    r"\bzou (?:ons|mij|me) (?:\w+ )?interesseren\b",
    r"\b(?:wurden?|mochten?) (?:\w+ ){0,6}?(?:ansehen|anschauen|kennenlernen|testen|ausprobieren)\b(?!.{0,15}\bnicht)",
    r"\bretient (?:toute )?(?:notre|mon) attention\b|\b(?:nous|je) (?:aimerions|aimerais|souhaitons|souhaiterais|"
    r"souhaiterions|voudrions|voudrais) (?:\w+ )?(?:voir|decouvrir|tester|essayer|en savoir|recevoir)\b",
    r"\b(?:vorremmo|vorrei|ci piacerebbe|mi piacerebbe) (?:vedere|conoscere|provare|saperne|ricevere|approfondire)\b",
    r"(?<!non )(?<!nao )\b(?:la sua|la vostra|a vossa|a sua) (?:proposta|soluzione|solucao) (?:e|ci sembra|"
    r"parece-nos|parece) "
    r"(?:molto |muito )?interessante\b",
    r"(?<!no )\b(?:me|nos) (?:interesa|parece (?:muy )?interesante)\b|\b(?:interessa|parece)-(?:me|nos)\b",
    r"\b(?:spreekt|spreken) (?:ons|mij|me) (?:erg |zeer )?aan\b|\bwillen (?:\w+ ){0,3}?graag (?:zien|bekijken|testen|"
    r"proberen)\b|\b(?:ik )?vind (?:ik )?(?:het|dit|dat) (?:erg |zeer )?interessant\b",
    r"\b(?:thema|projekt) ist (?:fur uns|bei uns) (?:\w+ )?(?:aktuell|relevant|interessant|wichtig)\b",
)  # fmt: skip

DENIES = (  # right before a phrase, it turns it round: "non serve che ci mandi un'offerta"
    r"\b(?:nicht|kein\w*|niet|geen|non|nao|inutile|inutil|pas besoin|pas la peine|hoeft|no (?:hace falta|es necesario|"
    r"podemos|queremos|vamos|nos|me|se)|davon ab|weder)\b(?! (?:nur|solo|alleen|so|esit\w+)\b)[^,.:;!?]{0,40}$"
)
NONE_IN = r"\b(?:keine?[nmrs]?|geen|nessun\w*|aucune?|ningun\w*|nenhum\w*|nicht|niet|nao)\b"
CONSENTS = (  # yes in principle: with a condition behind it
    r"\b(?:grundsatzlich|prinzipiell|im prinzip) (?:ja|gern\w?|(?:sehr )?interessant|interessiert)\b",
    r"\b(?:sur le|en) principe,? (?:oui|d'accord|c'est oui|interess\w+)\b",
    r"\bin (?:linea di massima|linea di principio|principio),? si\b|\ben principio,? si\b|\bem principio,? sim\b|"
    r"\bin principe (?:wel|ja)\b",
)  # fmt: skip

REFUSALS = (
    LACKING[Factor.NEED],
    LACKING[Factor.BUDGET],
    # another one was chosen
    r"\b(?:fur|auf) (?:ein|eine|einen) ander\w+ (?:produkt|losung|anbieter|system|partner|tool|"
    r"angebot)\b.{0,30}\b(?:entschieden|"
    r"gewahlt)\b|\b(?:retenu|choisi|opte pour) (?:un|une) autre\b|\b(?:scelto|optato per) (?:un|una|un') ?altr\w+|"
    r"\b(?:elegido|optado por|escogido|decantado por) (?:a )?otr\w+|\bander\w* (?:product|oplossing|leverancier|"
    r"systeem|partij) "
    r"(?:gekozen|gegaan)\b|\b(?:escolhemos|escolhido|optamos por|optado por) outr\w+",
    # it is given up
    r"\b(?:verfolgen|verfolge) (?:\w+ ){0,4}?nicht (?:weiter|mehr)\b|\bkommt (?:\w+ ){0,4}?nicht (?:in frage|"
    r"infrage)\b|"
    r"\babandonn\w+ (?:ce|cette|le|la|l'|l') ?(?:sujet|projet|idee|piste)|\bpas (?:\w+ )?donner suite\b|"
    r"\babbandonato (?:l'idea|il "
    r"progetto)|\bnon possiamo (?:andare avanti|procedere)\b|\b(?:abandonado|abandonamos) (?:la idea|el proyecto|"
    r"a ideia|o "
    r"projeto)|\bno podemos (?:seguir|avanzar|continuar)\b|\blaten varen\b|\bkunnen niet verder\b|\bnao podemos "
    r"(?:continuar|avancar|prosseguir)\b",
    r"\bgegen (?:\w+ ){1,5}?entschieden\b|\bentschieden,? (?:\w+ ){0,6}?(?:nicht|keine?n?) (?:\w+ ){0,4}?(?:weiter|"
    r"fort|zu "
    r"verfolgen|verfolgen|anzunehmen|nachzugehen)",
    r"\b(?:passt|passen) (?:\w+ ){0,3}?nicht (?:zu|in) (?:uns\w*|die)\b|\b(?:ubersteigt|sprengt) (?:unsere?n?|den|"
    r"das)\b",
    rf"^(?!.*\b{_APPOINTMENT}\b).*\b(?:ihnen|daher|deshalb|leider) (?:\w+ ){0,2}?(?:absagen|"
    r"ablehnen)\b|"
    r"\bmussen (?:wir |ich )?(?:leider |ihnen )*(?:absagen|ablehnen)\b",
    r"\b(?:arbeiten|arbeite) (?:\w+ ){0,5}?mit (?:einem|einer) (?:anderen|festen) (?:anbieter|partner|lieferanten|"
    r"firma)\b",
    r"\bn'(?:avons|ai) pas (?:de |ce |un tel )?besoin\b|\b(?:travaillons|collaborons|travaille) (?:deja )?avec (?:un|"
    r"une|notre) "
    r"(?:autre |)(?:prestataire|fournisseur|partenaire|societe)\b|\ben rester la\b|\bau-dessus de nos moyens\b",
    r"\bne (?:donn\w+|souhait\w+) pas (?:\w+ )?suite\b|\bdecide de ne pas\b|\b(?:pas|ni) dans nos (?:priorites|"
    r"projets)\b",
    r"\b(?:lavoriamo|collaboriamo) (?:gia )?con (?:un|una) altr\w+\b|\b(?:deciso|scelto) di non\b|"
    r"\blasciamo (?:perdere|stare)\b|"
    r"\bpreferiamo (?:non|rinunciare|restare con)\b",
    r"\b(?:hemos )?decidido no (?:seguir|continuar|avanzar|participar|cambiar)\b|\bno (?:lo |la )?necesitamos\b|"
    r"\b(?:estamos|llevamos|trabajamos) (?:\w+ ){0,4}?con otr\w+ (?:proveedor|empresa|solucion|herramienta)\b",
    r"\b(?:este ano )?no (?:contamos con|tenemos|hay|disponemos de) (?:\w+ )?presupuesto\b|\blo dejamos aqui\b|"
    r"\bfuera de nuestr\w+ (?:posibilidades|alcance|prioridades)\b|\bse sale .{0,20}\bnuestr\w+ posibilidades\b|"
    r"\bno (?:entra|encaja|esta) (?:\w+ ){0,2}?(?:en|entre|de|con) nuestr\w+\b",
    r"\bbesloten (?:\w+ ){0,5}?(?:niet|geen)\b|\bzien (?:we |wij )?(?:er ?van|daarvan) af\b|\bte boven\b|"
    r"\bpast (?:\w+ ){0,2}?niet (?:binnen|bij|in)\b",
    r"\b(?:decidimos|decidido|optamos por|optado por) nao (?:avancar|prosseguir|continuar|seguir|mudar)\b|"
    r"\bficamos por aqui\b|"
    r"\bacima d(?:as nossas|o nosso|e nossas)\b|\bnao (?:esta|se enquadra|encaixa|faz parte) (?:\w+ ){0,2}?(?:nas?|"
    r"nos?|das?|dos?) "
    r"noss\w+\b",
)  # fmt: skip
