"""How people accept, ask, put off and refuse in German, French, Spanish, Italian, Dutch, Portuguese, Polish, Swedish.

Patterns only, no rule; Danish and Norwegian where they are spelt alike. `spelling.written_out` is applied to a text
before: no capitals, no accents, "ß" is "ss", "w" is "with".
"""

_DAY = (
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|lundi|mardi|mercredi|jeudi|vendredi|lunes|martes|miercoles|jueves|"
    r"viernes|lunedi|martedi|mercoledi|giovedi|venerdi|maandag|dinsdag|woensdag|donderdag|vrijdag|segunda|terca|quarta|"
    r"quinta|sexta|poniedzialek|wtorek|srod[aey]|czwartek|piatek|mandag|tisdag|onsdag|torsdag|fredag|tirsdag|morgen|"
    r"demain|manana|domani|domattina|amanha|jutro|imorgon|"
    r"(?:nachste|kommende|diese|naechste)r? woche|semaine prochaine|cette semaine|(?:proxima|esta) semana|"
    r"prossima settimana|settimana prossima|questa settimana|semana que viene|volgende week|deze week|"
    r"przyszly\w* tygodni\w*|nasta vecka|neste uke|naeste uge)"
)

MEETINGS = (
    # German
    r"\b(?:konnen|konnten|wollen|sollen) wir (?:uns |mal |kurz |gerne? |dazu |am |nachste |"
    r"diese )*.{0,40}\b(?:telefonier\w*|"
    r"sprechen|unterhalten|treffen|austauschen|verabreden|termin)",
    r"\b(?:haben sie|hast du|hatten sie) .{0,40}\b(?:zeit|termin|luft)\b",
    r"\bruf(?:en sie)? (?:mich|uns) (?:bitte |doch |gerne? |einfach |mal |kurz )*(?:an\b|am\b|unter\b|morgen|heute|"
    r"zuruck|"
    r"nachste|diese)",
    r"\b(?:vereinbaren|machen|planen|finden) (?:wir|sie) .{0,30}\btermin\b|\btermin (?:vereinbaren|ausmachen|"
    r"abstimmen)\b",
    rf"\b{_DAY}\b.{{0,25}}\b(?:passt|passen|wurde passen|ginge|geht bei)\b",
    r"\b(?:konnen|konnten|mochten|wollen) sie (?:uns|mich|mir|bei uns) .{0,40}\b(?:besuchen|anrufen|vorbeikommen|"
    r"vorfuhren|"
    r"zuruckrufen|zeigen|prasentieren)",
    # French
    r"\b(?:on peut|pouvons[- ]nous|peut[- ]on|pourrions[- ]nous|pourrait[- ]on|serait[- ]il possible de) (?:se |s'|"
    r"nous )?"
    r".{0,20}(?:appel|rencontr|parl|voir|echang|planifi|organis|fix|cal)\w*",
    r"\b(?:appelez|rappelez|contactez|telephonez)[- ](?:moi|nous)\b(?! (?:en|apres|a la|plus tard|dans|l'annee))",
    r"\b(?:fixer|fixons|prendre|prenons|planifier|planifions|organiser|organisons|convenir d'|caler|calons) (?:un|une) "
    r"(?:rendez-vous|rdv|appel|reunion|demo\w*|creneau|visio)",
    r"\b(?:vos|tes) (?:disponibilites|dispos|creneaux)\b",
    # Spanish
    r"\b(?:podemos|podriamos|podamos) (?:hablar|reunirnos|agendar|vernos|quedar|tener|concertar|programar)",
    r"\b(?:agendemos|agendamos|programemos|concertemos|hablemos|hablamos|quedamos) .{0,30}\b(?:llamada|reunion|"
    r"demo\w*|cita|"
    rf"{_DAY})",
    r"\b(?:llameme|llamame|llamenos|llamadme)\b(?! (?:en|despues|mas adelante|el ano))",
    # Italian
    r"\b(?:possiamo|potremmo) (?:fissare|sentirci|vederci|parlar\w*|organizzare|fare)",
    r"\b(?:mi|ci) (?:chiami|chiamate|richiami|telefoni)\b(?! (?:in|dopo|a|tra|fra|piu) )",
    r"\b(?:fissiamo|organizziamo|sentiamoci|vediamoci) .{0,30}\b(?:una|un|la|"
    rf"{_DAY})",
    # Dutch
    r"\b(?:kunnen|zullen|kan) (?:we|wij) .{0,30}\b(?:bellen|afspreken|praten|spreken|langskomen|kennismaken|"
    r"inplannen)",
    r"\bwanneer (?:kunnen|kunt|kan|schikt|past)\b|\bkom(?:t u)? (?:gerust|maar|eens) langs\b",
    r"\b(?:heb je|heeft u|hebben jullie|heb jij) .{0,30}\b(?:tijd|even|ruimte)\b",
    r"\b(?:bel|belt u) (?:me|mij|ons) (?:maar|even|gerust|morgen|op|aub|alstublieft)\b(?! (?:in|na|over))",
    r"\bafspraak (?:maken|inplannen|plannen)\b",
    # Portuguese
    r"\b(?:podemos|poderiamos|vamos) (?:marcar|agendar|conversar|falar|combinar)",
    r"\b(?:ligue|liga|telefone)[- ](?:me|nos)\b|\bme lig(?:ue|a)\b",
    # Polish
    rf"\b(?:prosze o (?:telefon|kontakt|rozmowe|spotkanie)|prosze (?:zadzwonic|dzwonic|"
    rf"do mnie zadzwonic))\b.{{0,20}}\b{_DAY}\b",
    r"\bprosze (?:o telefon|zadzwonic|do mnie zadzwonic)\b(?!.{0,20}\b(?:za|po|with|w) (?:\w+ )?(?:miesia|nowym roku|"
    r"styczni|"
    r"lut|marc|kwietni|maj|czerwc|lipc|sierpni|wrzesni|pazdziernik|listopad|grudni|rok))",
    r"\b(?:mozemy|moglibysmy|umowmy|spotkajmy) (?:sie )?(?:na |umowic |spotkac |porozmawiac |zdzwonic )",
    # Swedish, Danish, Norwegian
    r"\b(?:kan|ska|skal|kunne) vi (?:ta|boka|prata|hores|hors|ses|traffas|snakke|snakkes|tale|mode|motes|aftale|"
    r"avtale|fa)\b",
    r"\bring (?:mig|meg|mej|oss)\b(?! (?:efter|etter|i (?:januar|februar|mars|april|maj|mai|juni|juli|august|sep|okt|"
    r"nov|"
    r"dec|des)))",
)  # fmt: skip

ASKS = (
    # German
    r"\bwas (?:kostet|kosten|wurde|wurden|kame|ware der preis)\b",
    r"\bwie (?:viel|teuer|hoch|lange dauert|funktioniert|schnell)\b",
    r"\b(?:preis(?:e|liste)?|angebot|unterlagen|infos?|informationen|broschure|details|referenzen|kosten)\b.{0,30}"
    r"\b(?:schicken|senden|zukommen|zusenden|zuschicken|geben|nennen|erhalten|bekommen)\b",
    r"\b(?:schicken|senden|mailen) sie (?:mir|uns) (?:bitte |doch |gerne? |mal )*.{0,30}\b(?:angebot|preis\w*|"
    r"unterlagen|"
    r"infos?|informationen|details|link|referenzen|material\w*|termin\w*|vorschlag\w*)",
    r"\bbitte um (?:ein |eine |ihr )?(?:angebot|ruckruf|preis\w*|informationen|unterlagen|infos|details|demo)",
    r"\b(?:lasst|lauft|passt|arbeitet|integriert) (?:das|es|sich das|sich das ganze) (?:\w+ )?(?:mit|in|auf|an)\b",
    r"\bgibt es (?:eine?n? |dazu )?(?:demo|testversion|schnittstelle|referenz|test|rabatt|fallstudie)\w*",
    # French
    r"\b(?:quel|quels|quelle|quelles) (?:est|sont|serait|seraient) (?:le |la |les |vos |votre |l')?(?:tarif|prix|"
    r"cout|delai|"
    r"duree|condition|difference|budget)\w*",
    r"\bcombien (?:coute|ca coute|cela|de temps|faut|est-ce|pour)",
    r"\benvoyez[- ](?:moi|nous) (?:\w+ ){0,3}(?:devis|tarif|prix|plaquette|documentation|proposition|infos?|"
    r"informations|"
    r"dispo\w*|offre|presentation|brochure)",
    r"\b(?:pouvez|pourriez)[- ]vous (?:me |nous )?(?:envoyer|communiquer|transmettre|preciser|expliquer|dire|"
    r"faire parvenir)",
    r"\best-ce (?:compatible|que (?:cela|ca|votre) (?:\w+ )?(?:fonctionne|marche|s'integre))",
    # Spanish
    r"\bcuanto (?:cuesta|vale|tarda|seria|costaria|saldria|tiempo)",
    r"\bcual (?:es|seria) (?:el |la )?(?:precio|coste|costo|tarifa|plazo|diferencia)",
    r"\b(?:envieme|enviame|enviennos|envienos|mandeme|mandame|mandenme|envienme|pasame|paseme)\b.{0,40}\b(?:propuesta|"
    r"informacion|precio\w*|presupuesto|oferta|cotizacion|tarifa\w*|detalles|catalogo|ficha|link|enlace)",
    r"\b(?:podria|puede|podrian|pueden|puedes|podrias) (?:enviar|mandar|explicar|pasar|darme|decirme|compartir)",
    r"\b(?:se integra|funciona|es compatible) (?:con|en)\b",
    # Italian
    r"\bquanto (?:costa|costerebbe|costano|viene|tempo|dura)",
    r"\bqual (?:e|sarebbe) (?:il |la )?(?:prezzo|costo|tariffa|differenza)",
    r"\b(?:mandi|invii|mandate|inviate|mandatemi|inviatemi|mi mandi|mi invii|ci mandi|inviarmi|"
    r"mandarmi)\b.{0,40}\b(?:listino|"
    r"preventivo|offerta|brochure|informazioni|prezzi|documentazione|dettagli|proposta|materiale)",
    r"\b(?:potrebbe|puo|potreste|potete) (?:inviar|mandar|spiegar|dir|indicar)\w*",
    r"\b(?:si integra|funziona|e compatibile) con\b",
    # Dutch
    r"\bwat (?:kost|kosten|zijn de kosten|is de prijs)\b",
    r"\bhoe(?:veel| duur| lang duurt| werkt| snel)\b",
    r"\b(?:stuur|mail|zend) (?:maar |me |mij |ons |even |graag |gerust )*(?:een |de |uw |jullie |"
    r"wat )?(?:\w+ )?(?:offerte|"
    r"prijs\w*|voorstel|informatie|info|brochure|documentatie|link|details)",
    r"\b(?:kunt u|kun je|kunnen jullie) (?:me |mij |ons )?.{0,30}\b(?:sturen|mailen|vertellen|uitleggen|toelichten)",
    r"\bwerkt (?:het|dit|dat) (?:ook )?(?:met|samen met)\b",
    r"\bgraag (?:een )?(?:offerte|voorstel|demo|meer informatie|prijs\w*)",
    # Portuguese
    r"\bquanto (?:custa|custaria|custam|fica|e|tempo|sai)\b",
    r"\bqual (?:e |seria )?(?:o |a )?(?:preco|valor|custo|prazo|diferenca)",
    r"\b(?:pode|poderia|podem|podes) (?:me |nos )?(?:enviar|mandar|explicar|passar|informar|partilhar)",
    r"\b(?:envie|mande|enviem|mandem)(?:[- ](?:me|nos))?\b.{0,30}\b(?:proposta|orcamento|precos?|informac\w+|"
    r"detalhes|tabela|"
    r"cotacao|apresentacao)",
    r"\b(?:integra(?:-se)?|funciona|compativel) com\b",
    # Polish
    r"\bile (?:to |by to )?(?:kosztuje|kosztuja|kosztowal\w*|trwa|wynosi)",
    r"\bjak(?:a|i|ie) (?:jest|sa) (?:cena|koszt|ceny|warunki|roznica)\w*",
    r"\bprosze (?:o )?(?:przesla\w+|wysla\w+|podanie|podac|przedstawi\w+)?\s?(?:\w+ )?(?:ofert\w*|cennik\w*|wycen\w*|"
    r"informac\w*|szczegol\w*|prezentac\w*|material\w*)",
    r"\bczy (?:to |wasz\w* \w+ |system )?(?:dziala|integruje|wspolpracuje|obsluguje)",
    # Swedish, Danish, Norwegian
    r"\b(?:vad|hvad|hva) (?:kostar|koster|skulle det kosta|er prisen|ar priset|ligger priset)",
    r"\b(?:hur|hvor) (?:mycket|meget|mye|lang|snabbt|fungerar|fungerer|dyrt)",
    r"\b(?:skicka|send)(?:er|a)? (?:garna |gerne |over |mig |meg |oss |os )*(?:en |ett |et |et )?(?:offert|tilbud|"
    r"tilbod|"
    r"prislist\w*|prisliste|information|info|material\w*|forslag)",
    r"\bkan (?:ni|du|i|dere|de) (?:skicka|sende|forklara|forklare|beratta|fortelle|fortaelle)",
)  # fmt: skip

LIKINGS = (
    r"\bklingt (?:\w+ )?(?:gut|interessant|spannend|super|vielversprechend)\b",
    r"\b(?:genau|exakt) das (?:suchen|brauchen|ist es|richtige|wollen)",
    r"\b(?:wir|ich) (?:suchen|suche) (?:gerade|aktuell|derzeit|schon lange|genau|so etwas)",
    r"\b(?:wir haben|ich habe|hatte|haben|besteht) (?:durchaus |grosses |auf jeden fall |sehr )*interesse\b",
    r"\bfreue? (?:mich|uns) auf (?:ihre|den|das|die|eine)",
    r"\b(?:ca|cela) tombe (?:tres )?bien\b",
    r"\bnous cherchons (?:justement|actuellement|une solution|un outil|a )|\bje cherche justement",
    r"\b(?:tres|vraiment|bien) interessant\b|\b(?:cela|ca|votre \w+) (?:m'|nous )interesse\b",
    r"\b(?:je suis|nous sommes|nous serions|je serais) (?:tres |bien |fortement )?interess\w+",
    r"\b(?:me|nos) (?:gustaria|encantaria|interesaria) (?:ver|conocer|saber|recibir|agendar|probar|hablar|tener|"
    r"una?)\b",
    r"\b(?:suena|parece|se ve) (?:muy )?(?:bien|interesante|genial)\b",
    r"\b(?:justo|precisamente|exactamente) (?:es )?lo que (?:buscamos|necesitamos|buscaba)",
    r"\b(?:ci|mi) interessa(?:no)?\b|\bsembra (?:molto )?interessante\b|\bproprio quello che (?:cerc|ci serv)",
    r"\bklinkt (?:heel |erg )?(?:goed|interessant|leuk)\b|\b(?:precies|net) wat we (?:zoeken|nodig)",
    r"\b(?:we|wij|ik) (?:hebben|heb) (?:zeker |wel |grote )*interesse\b",
    r"\b(?:parece|soa) (?:muito )?(?:bem|interessante|otimo)\b|\b(?:e )?exatamente o que (?:procur|precis)",
    r"\btemos (?:muito |todo o )?interesse\b|\bgostaria(?:mos)? de (?:saber|conhecer|ver|receber|marcar|agendar)",
    r"\b(?:brzmi|wyglada) (?:bardzo )?(?:ciekawie|dobrze|interesujaco|swietnie)\b|\bwlasnie tego szukamy\b",
    r"\b(?:later|later som|lyder|hores|horer|lat) (?:mycket |valdigt |meget |veldig )?(?:intressant|bra|spannande|"
    r"interessant|"
    r"spaendende|spennende|godt)\b",
    r"\b(?:vi|jag|jeg) (?:ar|er) (?:mycket |meget |veldig )?(?:intresserade|intresserad|interesserede?|"
    r"interesserte?)\b",
)  # fmt: skip

ASSENTS = (
    r"^ja[,.! ]+(?:sehr )?(?:gerne?|bitte|unbedingt|klar|natürlich|naturlich|machen wir|passt)\b",
    r"^(?:sehr )?gerne?(?:[,.! ]|$)",
    r"^(?:oui[,.! ]+)?(?:avec (?:grand )?plaisir|volontiers|bien sur|d'accord|pourquoi pas)\b",
    r"^oui[,.! ]+(?:je veux bien|s'il vous plait|merci|tout a fait|absolument)\b",
    r"^(?:perfecto|de acuerdo|claro(?: que si)?|por supuesto|con mucho gusto|encantad[oa]|adelante)(?:[,.! ]|$)",
    r"^si[,.! ]+(?:por favor|claro|gracias|me interesa|nos interesa|envieme|enviame|mandeme|llameme)",
    r"^si[,.! ]+(?:volentieri|certo|grazie|con piacere|va bene|ci interessa|mi interessa|perfetto)",
    r"^(?:volentieri|certamente|con piacere|va bene|d'accordo)(?:[,.! ]|$)",
    r"^(?:ja[,.! ]+)(?:graag|hoor|prima|goed|leuk|zeker)\b|^(?:graag|prima|akkoord|lijkt me goed)(?:[,.! ]|$)",
    r"^sim[,.! ]+(?:por favor|claro|com certeza|gostaria|pode)\b|^(?:com certeza|com prazer|claro que sim|"
    r"combinado)(?:[,.! ]|$)",
    r"^(?:tak[,.! ]+(?:prosze|chetnie|oczywiscie)|chetnie|z przyjemnoscia|oczywiscie)\b",
    r"^(?:ja[,.! ]+)?(?:garna|gjerne|absolut|sjalvklart|det gor vi)(?:[,.! ]|$)|^ja tak\b|^ja takk\b",
)  # fmt: skip

REFUSALS = (
    # German
    r"^nein[,.! ]*(?:danke|vielen dank|kein|leider|wir|ich|das|brauchen)?(?:[,.! ]|$)",
    r"\bnein,? danke\b",
    r"\bkein(?:en|e|erlei)? (?:\w+ )?(?:interesse|bedarf|budget|verwendung|thema)\b",
    r"\bnicht (?:interessiert|von interesse|relevant|benotigt|notwendig|unser thema)\b",
    r"\b(?:wir sind|bin|sind) (?:\w+ ){0,3}?(?:versorgt|gut aufgestellt|bestens aufgestellt|zufrieden|ausgestattet|"
    r"bedient)\b",
    r"\bhaben (?:bereits|schon|wir bereits|wir schon) (?:\w+ ){0,4}?(?:anbieter|losung|system|lieferant\w*|"
    r"dienstleister|partner|"
    r"tool|vertrag)\b",
    r"\b(?:brauchen|benotigen) (?:wir|ich) (?:\w+ ){0,2}nicht\b|\b(?:wir|ich) (?:brauchen|benotigen|"
    r"brauche) (?:\w+ ){0,2}?"
    r"(?:nicht|kein\w*)\b",
    r"\b(?:ist|sind|ware) (?:uns |mir )?(?:viel |leider |einfach )?zu teuer\b",
    r"\b(?:erst|gerade|kurzlich|bereits) (?:\w+ ){0,3}?(?:investiert|angeschafft|eingefuhrt|umgestellt|gekauft|"
    r"verlangert|modernisiert)\b",
    r"\bhaben (?:uns )?(?:bereits |schon |anders |fur einen anderen |gegen )+(?:\w+ )?entschieden\b",
    # French
    r"^non[,.! ]+(?:merci|pas|nous|je|desole|ca)\b|^non merci\b|\bmerci,? mais non\b",
    r"\bpas (?:du tout |vraiment |encore |actuellement )?(?:interess\w+|besoin|notre priorite|d'actualite|le budget|"
    r"de budget)\b",
    r"\bne (?:correspond\w*|convient|rentre\w*|repond\w*) pas\b|\bce n'est pas (?:pour nous|notre|le moment)\b",
    r"\baucun (?:interet|besoin|budget)\b",
    r"\b(?:avons|ai|a) (?:deja )(?:\w+ ){0,2}?(?:prestataire|fournisseur|solution|outil|partenaire|equipe)\b|"
    r"\bnous sommes deja "
    r"(?:equipes|satisfaits|accompagnes)",
    r"\b(?:beaucoup |bien )?trop (?:cher|chere|couteux|onereux)\b|\bne (?:donnerons|donnerai|souhait\w+) pas\b",
    # Spanish
    r"^no[,.! ]+(?:gracias|nos|me|estamos|tenemos|necesitamos)\b|\bgracias,? pero no\b|\bno,? gracias\b",
    r"\bno es (?:para nosotros|lo que buscamos|nuestro)\b|\bno (?:nos|me|le|les) (?:interesa|hace falta|encaja|"
    r"conviene|sirve)\b|\bno (?:estamos|estoy|tenemos|tengo) (?:\w+ )?"
    r"(?:interes\w*|presupuesto|necesidad|buscando)",
    r"\bya (?:tenemos|contamos con|trabajamos con|usamos|disponemos)\b",
    r"\b(?:demasiado|muy) (?:caro|cara|costoso)\b",
    # Italian
    r"^no[,.! ]+(?:grazie|non|ci|abbiamo)\b|\bno,? grazie\b|\bgrazie,? ma (?:no|non)\b",
    r"\bnon (?:ci|mi) (?:interessa\w*|serve|occorre)\b|\bnon (?:siamo|sono|saremmo) (?:\w+ )?interessat\w\b|"
    r"\bnon (?:ne )?abbiamo "
    r"(?:\w+ )?(?:bisogno|interesse|budget|necessita)",
    r"\b(?:abbiamo|ho|usiamo|utilizziamo) gia\b|\bgia (?:un|una) (?:fornitore|soluzione|sistema|partner)",
    r"\bnon (?:fa|va bene|e adatto|e quello che|rientra)\b|\btroppo (?:caro|cara|costoso)\b",
    # Dutch
    r"^nee[,.! ]+(?:dank|bedankt|geen|niet|wij|we|dit|hoor)\b|\bnee,? (?:dank|bedankt)\b",
    r"\bgeen (?:\w+ )?(?:interesse|behoefte|belangstelling|budget)\b|\bniet (?:geinteresseerd|nodig|relevant|"
    r"van toepassing)\b",
    r"\b(?:we|wij) (?:hebben|werken|zijn) (?:hier )?(?:al|reeds) (?:\w+ ){0,3}?(?:leverancier|oplossing|systeem|"
    r"partner|voorzien|"
    r"met)\b|\bal voorzien\b",
    r"\bniet (?:voor ons|iets voor|wat wij zoeken|passend)\b|\bte duur\b",
    # Portuguese
    r"^nao[,.! ]+(?:obrigad\w+|temos|estamos|precis)|\bnao,? obrigad\w+|\bobrigad\w+,? mas (?:nao|no momento nao)\b",
    r"\bnao (?:temos|tenho|ha|estamos|estou) (?:\w+ )?(?:interess\w*|necessidade|orcamento|verba)|\bnao (?:nos|"
    r"me) interessa\b|"
    r"\bnao (?:precisamos|preciso)\b",
    r"\bja (?:temos|trabalhamos com|usamos|contamos com|utilizamos)\b",
    r"\b(?:muito|demasiado) (?:caro|cara)\b",
    # Polish
    r"^nie[,.! ]+(?:dziekuj\w+|jestesmy|potrzebuj\w+|mamy)\b|\bnie,? dziekuj\w+|"
    r"\bdziekuj\w+,? (?:ale )?nie\b(?! (?:mam pytan|"
    r"wiem|ma problemu))",
    r"\bnie (?:jestesmy|jestem) (?:\w+ )?zainteresowan\w+|\bnie (?:potrzebujemy|potrzebuje|planujemy|"
    r"mamy (?:\w+ )?(?:budzetu|potrzeby))\b",
    r"\b(?:mamy|korzystamy|wspolpracujemy) juz\b|\bjuz (?:mamy|korzystamy|wspolpracujemy)\b",
    r"\b(?:za|zbyt) drog\w+",
    # Swedish, Danish, Norwegian
    r"^(?:nej|nei)[,.! ]*(?:tack|tak|takk|vi|det|inte|ikke)?(?:[,.! ]|$)|\b(?:nej|nei),? (?:tack|tak|takk)\b",
    r"\b(?:inte|ikke) (?:\w+ )?(?:intresserad\w*|interesser\w*|aktuell\w*|aktuelt|behov|relevant)\b|"
    r"\binget? (?:intresse|behov)|"
    r"\bingen interesse\b",
    r"\b(?:vi|jag|jeg) har (?:redan|allerede)\b",
    r"\b(?:inget|ikke noget|ikke noe|inte nagot) for (?:oss|os|mig|meg)\b|\bfor (?:dyrt|dyr|dyra)\b",
)  # fmt: skip

LATER = (
    # German
    r"\b(?:melden sie sich|kommen sie|schreiben sie|fragen sie|versuchen sie|rufen sie|sprechen wir|melde mich|"
    r"melden uns|"
    r"kontaktieren sie) .{0,50}\b(?:wieder|noch ?mal|noch einmal|nachstes jahr|im (?:neuen jahr|fruhjahr|sommer|herbst|"
    r"winter|januar|februar|marz|april|mai|juni|juli|august|september|oktober|november|dezember)|in (?:ein paar|"
    r"einigen|\w+) "
    r"(?:monaten|wochen)|nach (?:den|dem|der) \w+|quartal|spater)",
    r"\bandere prioritaten\b|\b(?:derzeit|aktuell|momentan|zurzeit|im moment|gerade|"
    r"dieses jahr) (?:\w+ ){0,3}?(?:keine (?:kapazitat\w*|zeit)|nicht|"
    r"kein thema)\b",
    r"\b(?:erst|fruhestens|vielleicht) (?:nachstes jahr|im |ab |in |wieder)",
    # French
    r"\b(?:recontactez|rappelez|relancez|revenez|reecrivez|ecrivez|contactez)[- ](?:moi|nous|vers)\b.{0,40}\b(?:en|"
    r"apres|dans|a la|"
    r"l'annee|plus tard|d'ici|au (?:printemps|premier|deuxieme|second|troisieme|quatrieme))",
    r"\bpas (?:avant|cette annee|pour le moment|maintenant|tout de suite|pour l'instant)\b|\bpour (?:le moment|"
    r"l'instant)\b",
    # Spanish
    r"\b(?:escribame|escribeme|contacteme|contactenos|llameme|llamenos|hablamos|hablemos|volvamos|vuelva|vuelve|"
    r"retomamos|"
    r"retomemos)\b.{0,40}\b(?:en (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre|unos|el|la|otono|primavera|verano)|despues|mas adelante|dentro de|el (?:proximo|ano)|tras)",
    r"\b(?:este ano|ahora|de momento|por ahora|por el momento) (?:\w+ )?(?:no|imposible)\b|\bno (?:es el momento|"
    r"este ano|por ahora|"
    r"hasta|antes de)\b",
    # Italian
    r"\b(?:risentiamoci|ci risentiamo|ci sentiamo|mi ricontatti|ricontattatemi|ci ricontatti|mi scriva|riscriva|"
    r"ne riparliamo)\b"
    r".{0,40}\b(?:dopo|in|a|tra|fra|nel|l'anno|piu avanti|il prossimo)\b",
    r"\b(?:non e il momento|non adesso|non ora|non quest'anno|non prima)\b|\badesso non\b",
    # Dutch
    r"\b(?:probeer|bel|mail|neem|kom|benader|vraag|schrijf) .{0,40}\b(?:voorjaar|najaar|zomer|herfst|januari|"
    r"februari|maart|"
    r"april|mei|juni|juli|augustus|september|oktober|november|december|volgend jaar|over \w+ (?:maanden|weken)|later|"
    r"na de)",
    r"\b(?:dit jaar niet|nu niet|niet nu|op dit moment niet|voorlopig niet|momenteel niet|niet dit jaar)\b",
    # Portuguese
    r"\b(?:volte|volta|fale|fala|contacte|entre em contato|escreva|retome|retomamos|"
    r"ligue)\b.{0,40}\b(?:em (?:janeiro|fevereiro|"
    r"marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)|depois|mais tarde|no (?:segundo|proximo|"
    r"primeiro|fim)|daqui a|ano que vem)",
    r"\b(?:no momento|agora|este ano|por enquanto|de momento) nao\b|\bnao (?:agora|e o momento|este ano|antes)\b",
    # Polish
    r"\bprosze (?:sie )?(?:odezwac|wrocic|skontaktowac|zadzwonic|napisac|o kontakt)\b.{0,40}\b(?:styczni\w*|lut\w*|"
    r"marc\w*|"
    r"kwietni\w*|maj\w*|czerwc\w*|lipc\w*|sierpni\w*|wrzesni\w*|pazdziernik\w*|listopad\w*|grudni\w*|rok\w*|miesiac\w*|"
    r"kwartal\w*|wiosn\w*|jesieni\w*|wakacj\w*|pozniej|lecie)",
    r"\b(?:teraz nie|nie teraz|obecnie nie|w tym roku nie|with tym roku nie|na razie nie)\b",
    # Swedish, Danish, Norwegian
    r"\b(?:hor av (?:dig|er)|aterkom|kontakta|ring|skriv|tag fat|ta kontakt|vend tilbage|"
    r"kom tillbaka)\b.{0,40}\b(?:efter|etter|"
    r"i (?:januari?|februari?|mars|april|maj|mai|juni|juli|augusti?|september|oktober|november|december|desember|"
    r"host|var)|"
    r"nasta ar|neste ar|naeste ar|om (?:nagra|noen|nogle|ett|et|tre|sex) \w+|till (?:varen|hosten))",
    r"\b(?:inte|ikke) (?:just )?(?:nu|na|lige nu|akkurat na|i ar)\b",
)  # fmt: skip
