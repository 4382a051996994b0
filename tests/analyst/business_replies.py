"""Plain business replies in six languages with their truth, written before any rule was changed for them.

A line: polarity (+, -, ?), factors that are told (N need, T timeline, B budget, A authority; + given, - not; "." none),
text. Nobody in them is real.
"""

GERMAN = r"""
+ | . | Guten Tag, das Thema ist für uns aktuell, gern können wir nächste Woche dazu sprechen.
+ | N+ | Wir suchen seit einiger Zeit nach einer Lösung für unser Lager und würden uns Ihr System gerne ansehen.
+ | B+ | Ein Budget von 30.000 Euro ist für dieses Jahr freigegeben, bitte senden Sie uns ein Angebot.
+ | A- | Das ist spannend, die Entscheidung trifft allerdings unser Geschäftsführer. Können Sie uns beiden etwas zeigen?
+ | A+ | Als Inhaber entscheide ich das selbst. Schicken Sie mir bitte Terminvorschläge.
+ | T+ | Wir möchten bis Ende März umgestellt haben. Was bräuchten Sie dafür von uns?
+ | N+T+ | Wir benötigen dringend Ersatz für unsere alte Software, am besten innerhalb der nächsten zwei Monate.
- | B- | Vielen Dank für Ihre Nachricht, für solche Projekte haben wir derzeit leider kein Budget.
- | N- | Wir sehen bei uns keinen Bedarf, alles Gute weiterhin.
- | N- | Wir arbeiten seit Jahren mit einem anderen Anbieter zusammen und sind damit sehr zufrieden.
- | . | Nach interner Rücksprache haben wir uns gegen eine Zusammenarbeit entschieden.
-? | T- | Das Thema steht frühestens übernächstes Jahr an, vorher passiert bei uns nichts.
? | . | Kommen Sie bitte im Herbst noch einmal auf mich zu, im Moment fehlt uns die Zeit.
+ | . | Könnten Sie mir sagen, was die Lizenz für 50 Arbeitsplätze kostet?
+ | A- | Grundsätzlich interessant, ich muss das aber erst mit dem Vorstand abstimmen.
+ | B+A+ | Das Budget ist genehmigt und ich bin entscheidungsbefugt, wir können also loslegen.
- | B- | Das übersteigt unsere Möglichkeiten deutlich, daher müssen wir absagen.
+ | N+ | Unser größtes Problem sind die Fehlmengen beim Kommissionieren. Kann Ihre Lösung da helfen?
+? | T- | Einen festen Zeitplan gibt es noch nicht, schicken Sie mir gern schon einmal Unterlagen.
- | . | Bitte sehen Sie es mir nach, das passt nicht zu unserer Strategie.
"""

FRENCH = r"""
+ | . | Bonjour, votre proposition retient notre attention, seriez-vous disponible mardi pour un échange ?
+ | N+ | Nous avons besoin d'un outil pour suivre nos stocks, pouvez-vous nous présenter votre solution ?
+ | B+ | Nous avons prévu une enveloppe de 40 000 euros pour ce projet, envoyez-nous un devis.
+ | A- | Le sujet m'intéresse mais c'est mon directeur qui décide, pouvons-nous organiser un appel avec lui ?
+ | A+ | Je suis le gérant et je prends la décision moi-même, rappelez-moi quand vous voulez.
+ | T+ | Nous souhaitons être opérationnels avant la fin du mois de mars, est-ce réaliste ?
+ | N+T+ | Il nous faut remplacer notre logiciel dans les deux prochains mois, nous sommes preneurs d'une démonstration.
- | B- | Merci pour votre message, malheureusement nous n'avons aucun budget pour ce type de projet cette année.
- | N- | Nous n'avons pas de besoin dans ce domaine, bonne continuation.
- | N- | Nous travaillons déjà avec un prestataire dont nous sommes très satisfaits.
- | . | Après réflexion, nous ne donnerons pas suite à votre proposition.
-? | T- | Ce projet n'est pas prévu avant deux ans.
? | . | Pourriez-vous revenir vers moi à la rentrée, je suis débordé en ce moment.
+ | . | Quel serait le prix pour une cinquantaine d'utilisateurs ?
+ | A- | Sur le principe oui, mais je dois d'abord obtenir l'accord de la direction.
+ | B+A+ | Le budget est validé et la décision me revient, nous pouvons avancer.
- | B- | C'est bien au-dessus de nos moyens, nous préférons en rester là.
+ | N+ | Notre principal problème, ce sont les erreurs de préparation. Votre produit peut-il nous aider ?
+? | T- | Nous n'avons pas encore de calendrier, mais je veux bien recevoir une documentation.
- | . | Cela ne rentre pas dans nos priorités, désolé.
"""

ITALIAN = r"""
+ | . | Buongiorno, la Sua proposta è interessante, possiamo sentirci la prossima settimana?
+ | N+ | Stiamo cercando uno strumento per gestire il magazzino e vorremmo vedere il vostro.
+ | B+ | Abbiamo stanziato 25.000 euro per questo progetto, ci mandi un preventivo.
+ | A- | A me interessa, però la decisione spetta al titolare; possiamo fissare una chiamata con lui?
+ | A+ | Sono il titolare e decido io, mi chiami quando vuole.
+ | T+ | Vorremmo partire entro fine marzo, è fattibile?
+ | N+T+ | Dobbiamo sostituire il nostro gestionale entro due mesi, ci farebbe una dimostrazione?
- | B- | La ringrazio, purtroppo quest'anno non abbiamo budget per progetti del genere.
- | N- | Al momento non ne abbiamo bisogno, buon lavoro.
- | N- | Lavoriamo già con un altro fornitore e ci troviamo molto bene.
- | . | Dopo averne discusso internamente abbiamo deciso di non procedere.
-? | T- | Se ne parlerà non prima di due anni.
? | . | Mi ricontatti a settembre, in questo periodo siamo troppo impegnati.
+ | . | Quanto verrebbe la licenza per cinquanta utenti?
+ | A- | In linea di massima sì, ma devo prima avere l'approvazione della direzione.
+ | B+A+ | Il budget è approvato e la decisione è mia, possiamo procedere.
- | B- | È decisamente troppo caro per noi, lasciamo perdere.
+ | N+ | Il nostro problema principale sono gli errori di prelievo. La vostra soluzione può aiutarci?
+? | T- | Non abbiamo ancora una tempistica, ma mi mandi pure del materiale.
- | . | Non rientra nelle nostre priorità, mi dispiace.
"""

SPANISH = r"""
+ | . | Buenos días, nos parece interesante, ¿podríamos hablar el martes?
+ | N+ | Estamos buscando una herramienta para controlar el almacén y nos gustaría ver la suya.
+ | B+ | Tenemos un presupuesto aprobado de 30.000 euros para este proyecto, mándenos una oferta.
+ | A- | A mí me interesa, pero la decisión la toma el director general; ¿podemos organizar una llamada con él?
+ | A+ | Soy el dueño y decido yo, llámeme cuando quiera.
+ | T+ | Queremos tenerlo en marcha antes de finales de marzo, ¿es posible?
+ | N+T+ | Necesitamos sustituir nuestro programa en los próximos dos meses, ¿nos hace una demostración?
- | B- | Gracias por escribir, pero este año no contamos con presupuesto para algo así.
- | N- | De momento no lo necesitamos, mucha suerte.
- | N- | Llevamos años con otro proveedor y estamos muy contentos.
- | . | Tras valorarlo internamente, hemos decidido no seguir adelante.
-? | T- | Eso no se planteará hasta dentro de dos años.
? | . | Vuelva a escribirme en septiembre, ahora estamos muy liados.
+ | . | ¿Qué precio tendría la licencia para cincuenta usuarios?
+ | A- | En principio sí, pero antes necesito el visto bueno de dirección.
+ | B+A+ | El presupuesto está aprobado y la decisión es mía, podemos avanzar.
- | B- | Se sale por completo de nuestras posibilidades, lo dejamos aquí.
+ | N+ | Nuestro mayor problema son los errores de preparación de pedidos. ¿Su solución puede ayudarnos?
+? | T- | Todavía no tenemos fechas, pero envíeme información si quiere.
- | . | No entra dentro de nuestras prioridades, lo siento.
"""

DUTCH = r"""
+ | . | Goedemorgen, uw voorstel spreekt ons aan, kunnen we volgende week bellen?
+ | N+ | Wij zijn op zoek naar een systeem voor ons magazijn en willen het uwe graag zien.
+ | B+ | Er is 25.000 euro gereserveerd voor dit project, stuurt u een offerte?
+ | A- | Ik vind het interessant, maar de beslissing ligt bij onze directeur. Kunnen we met hem een afspraak maken?
+ | A+ | Ik ben de eigenaar en beslis zelf, bel me gerust.
+ | T+ | We willen voor eind maart live zijn, is dat haalbaar?
+ | N+T+ | We moeten onze software binnen twee maanden vervangen, kunt u een demo geven?
- | B- | Bedankt voor uw bericht, maar hier hebben we dit jaar geen budget voor.
- | N- | Op dit moment hebben we daar geen behoefte aan, veel succes.
- | N- | We werken al jaren met een andere leverancier en zijn daar erg tevreden over.
- | . | Na intern overleg hebben we besloten hier niet mee verder te gaan.
-? | T- | Dit speelt op zijn vroegst over twee jaar.
? | . | Neemt u in september nog eens contact op, we hebben het nu te druk.
+ | . | Wat zou de licentie voor vijftig gebruikers kosten?
+ | A- | In principe wel, maar ik heb eerst akkoord van de directie nodig.
+ | B+A+ | Het budget is goedgekeurd en de beslissing is aan mij, we kunnen verder.
- | B- | Dit gaat ons budget ver te boven, dus we zien ervan af.
+ | N+ | Ons grootste probleem zijn de fouten bij het orderpicken. Kan uw oplossing daarbij helpen?
+? | T- | We hebben nog geen planning, maar stuur gerust wat documentatie.
- | . | Het past niet binnen onze prioriteiten, helaas.
"""

PORTUGUESE = r"""
+ | . | Bom dia, a vossa proposta parece-nos interessante, podemos falar na próxima semana?
+ | N+ | Estamos à procura de uma ferramenta para gerir o armazém e gostaríamos de ver a vossa.
+ | B+ | Temos um orçamento aprovado de 30.000 euros para este projeto, enviem-nos uma proposta.
+ | A- | A mim interessa-me, mas quem decide é o diretor; podemos marcar uma chamada com ele?
+ | A+ | Sou o dono da empresa e decido eu, ligue-me quando quiser.
+ | T+ | Queremos ter isto a funcionar até ao final de março, é viável?
+ | N+T+ | Precisamos de substituir o nosso software nos próximos dois meses, fazem-nos uma demonstração?
- | B- | Obrigado pela mensagem, mas este ano não temos orçamento para isso.
- | N- | De momento não precisamos, felicidades.
- | N- | Já trabalhamos com outro fornecedor há anos e estamos muito satisfeitos.
- | . | Depois de analisarmos internamente, decidimos não avançar.
-? | T- | Esse assunto só se coloca daqui a dois anos.
? | . | Volte a contactar-me em setembro, agora estamos sem tempo.
+ | . | Qual seria o valor da licença para cinquenta utilizadores?
+ | A- | Em princípio sim, mas preciso primeiro da aprovação da direção.
+ | B+A+ | O orçamento está aprovado e a decisão é minha, podemos avançar.
- | B- | Está muito acima das nossas possibilidades, ficamos por aqui.
+ | N+ | O nosso maior problema são os erros na preparação de encomendas. A vossa solução pode ajudar?
+? | T- | Ainda não temos prazos definidos, mas pode enviar documentação.
- | . | Não está dentro das nossas prioridades, lamento.
"""

# Written after the rules were changed for the ones above, with traps that look like the other side.
GERMAN_AFTER = r"""
+ | . | Danke für die Unterlagen, wann hätten Sie Zeit für eine kurze Vorführung?
+ | B+ | Für das Projekt stehen uns 50.000 Euro zur Verfügung. Reicht das?
+ | A- | Die Freigabe muss bei uns die Geschäftsleitung erteilen, ich hätte aber gern vorab ein Angebot.
+ | N+T+ | Wir müssen bis Juni unsere Bestandsführung erneuern und vergleichen gerade Anbieter.
+ | . | Kein Problem, Dienstag um zehn passt uns.
+ | . | Den Termin am Montag muss ich leider absagen, geht auch Mittwoch?
- | N- | Wir sind in diesem Bereich bereits bestens versorgt.
- | B- | Uns wurde das Budget für dieses Jahr komplett gestrichen, daher kommt das für uns nicht in Frage.
- | . | Wir haben uns für ein anderes Produkt entschieden, trotzdem danke für Ihre Mühe.
? | . | Ich bin noch bis Mitte Januar im Projekt gebunden, melden Sie sich danach bitte wieder.
+ | A+ | Die Entscheidung liegt bei mir, mich überzeugen aber nur Zahlen. Was spart ein Betrieb unserer Größe?
- | . | Bitte sehen Sie davon ab, uns ein Angebot zu machen, wir verfolgen das Thema nicht weiter.
"""

FRENCH_AFTER = r"""
+ | . | Merci pour ces éléments, quand pourriez-vous nous faire une présentation ?
+ | B+ | Nous disposons de 50 000 euros pour ce projet, est-ce suffisant ?
+ | A- | La validation appartient à notre comité de direction, mais je souhaiterais déjà recevoir un devis.
+ | N+T+ | Nous devons renouveler notre gestion des stocks d'ici juin et nous comparons les fournisseurs.
+ | . | Aucun problème, mardi à dix heures nous convient.
+ | . | Je dois malheureusement annuler notre rendez-vous de lundi, mercredi serait-il possible ?
- | N- | Nous sommes déjà équipés et pleinement satisfaits.
- | B- | Les budgets ont été gelés, nous ne pourrons pas donner suite.
- | . | Nous avons retenu un autre produit, merci tout de même.
? | . | Je suis pris jusqu'à mi-janvier, pourriez-vous me recontacter ensuite ?
+ | A+ | C'est moi qui décide, mais il me faut des chiffres : combien économise une entreprise de notre taille ?
- | . | Inutile de nous faire une offre, nous abandonnons ce sujet.
"""

ITALIAN_AFTER = r"""
+ | . | Grazie per il materiale, quando potreste farci una presentazione?
+ | B+ | Per il progetto abbiamo a disposizione 50.000 euro, bastano?
+ | A- | L'ultima parola è della direzione, ma intanto vorrei ricevere un'offerta.
+ | N+T+ | Entro giugno dobbiamo rinnovare la gestione delle scorte e stiamo confrontando i fornitori.
+ | . | Nessun problema, martedì alle dieci va bene.
+ | . | Purtroppo devo annullare l'appuntamento di lunedì, si potrebbe fare mercoledì?
- | N- | Siamo già coperti e pienamente soddisfatti.
- | B- | I budget sono stati bloccati, quindi non possiamo andare avanti.
- | . | Abbiamo scelto un altro prodotto, grazie comunque.
? | . | Sono impegnato fino a metà gennaio, potrebbe risentirmi dopo?
+ | A+ | Decido io, ma mi servono dei numeri: quanto risparmia un'azienda come la nostra?
- | . | Non serve che ci mandi un'offerta, abbiamo abbandonato l'idea.
"""

SPANISH_AFTER = r"""
+ | . | Gracias por la documentación, ¿cuándo podrían hacernos una presentación?
+ | B+ | Disponemos de 50.000 euros para el proyecto, ¿es suficiente?
+ | A- | La última palabra la tiene la dirección, pero me gustaría recibir ya una oferta.
+ | N+T+ | Antes de junio tenemos que renovar la gestión de existencias y estamos comparando proveedores.
+ | . | Ningún problema, el martes a las diez nos viene bien.
+ | . | Lamentablemente tengo que cancelar la cita del lunes, ¿podría ser el miércoles?
- | N- | Ya estamos cubiertos y plenamente satisfechos.
- | B- | Nos han congelado los presupuestos, así que no podemos seguir.
- | . | Hemos elegido otro producto, gracias de todos modos.
? | . | Estoy ocupado hasta mediados de enero, ¿podría contactarme después?
+ | A+ | Decido yo, pero necesito cifras: ¿cuánto ahorra una empresa como la nuestra?
- | . | No hace falta que nos mande una oferta, hemos abandonado la idea.
"""

DUTCH_AFTER = r"""
+ | . | Bedankt voor de documentatie, wanneer kunt u ons een presentatie geven?
+ | B+ | We hebben 50.000 euro beschikbaar voor dit project, is dat genoeg?
+ | A- | De directie heeft het laatste woord, maar ik ontvang graag alvast een offerte.
+ | N+T+ | Voor juni moeten we ons voorraadbeheer vernieuwen en we vergelijken nu leveranciers.
+ | . | Geen probleem, dinsdag om tien uur schikt ons.
+ | . | Helaas moet ik de afspraak van maandag afzeggen, kan woensdag ook?
- | N- | Wij zijn al voorzien en volledig tevreden.
- | B- | De budgetten zijn bevroren, dus we kunnen niet verder.
- | . | We hebben voor een ander product gekozen, toch bedankt.
? | . | Ik zit tot half januari vol, kunt u daarna nog eens contact opnemen?
+ | A+ | Ik beslis hierover, maar ik wil cijfers zien: hoeveel bespaart een bedrijf als het onze?
- | . | U hoeft ons geen offerte te sturen, we hebben het idee laten varen.
"""

PORTUGUESE_AFTER = r"""
+ | . | Obrigado pela documentação, quando nos podem fazer uma apresentação?
+ | B+ | Temos 50.000 euros disponíveis para o projeto, é suficiente?
+ | A- | A última palavra é da direção, mas gostaria de receber já uma proposta.
+ | N+T+ | Até junho temos de renovar a gestão de stocks e estamos a comparar fornecedores.
+ | . | Nenhum problema, terça às dez é bom para nós.
+ | . | Infelizmente tenho de cancelar a reunião de segunda, pode ser quarta?
- | N- | Já estamos servidos e plenamente satisfeitos.
- | B- | Congelaram-nos os orçamentos, por isso não podemos continuar.
- | . | Escolhemos outro produto, obrigado na mesma.
? | . | Estou ocupado até meados de janeiro, pode contactar-me depois?
+ | A+ | Decido eu, mas preciso de números: quanto poupa uma empresa como a nossa?
- | . | Não é preciso enviar proposta, abandonámos a ideia.
"""

# Plain ones, written after both.
GERMAN_LAST = r"""
+ | . | Vielen Dank, das würde uns interessieren. Bitte rufen Sie mich am Donnerstag an.
+ | N+ | Wir haben Bedarf an einem besseren Werkzeug für die Tourenplanung. Was kostet Ihres?
+ | A- | Ich leite Ihr Angebot gern weiter, unterschreiben muss aber unser Geschäftsführer. Bitte senden Sie es mir zu.
- | . | Danke, aber wir sind nicht interessiert.
- | B- | Dafür fehlt uns momentan das Geld, also nein.
? | . | Bitte kommen Sie im neuen Jahr wieder auf uns zu.
"""

FRENCH_LAST = r"""
+ | . | Merci, cela nous intéresse. Appelez-moi jeudi s'il vous plaît.
+ | N+ | Nous avons besoin d'un meilleur outil pour planifier nos tournées. Combien coûte le vôtre ?
+ | A- | Je transmets volontiers votre offre, mais c'est notre directeur qui signe. Envoyez-la moi.
- | . | Merci, mais nous ne sommes pas intéressés.
- | B- | Nous n'avons pas les moyens en ce moment, donc c'est non.
? | . | Revenez vers nous l'année prochaine, s'il vous plaît.
"""

ITALIAN_LAST = r"""
+ | . | Grazie, ci interesserebbe. Mi chiami giovedì per favore.
+ | N+ | Ci serve uno strumento migliore per pianificare i giri di consegna. Quanto costa il vostro?
+ | A- | Inoltro volentieri la vostra offerta, ma firma il nostro amministratore. Me la mandi pure.
- | . | Grazie, ma non siamo interessati.
- | B- | In questo momento ci mancano i soldi, quindi no.
? | . | Ci ricontatti l'anno prossimo, per favore.
"""

SPANISH_LAST = r"""
+ | . | Gracias, nos interesaría. Llámeme el jueves, por favor.
+ | N+ | Necesitamos una herramienta mejor para planificar las rutas. ¿Cuánto cuesta la suya?
+ | A- | Con gusto reenvío su oferta, pero la firma nuestro director. Mándemela, por favor.
- | . | Gracias, pero no estamos interesados.
- | B- | Ahora mismo nos falta dinero para eso, así que no.
? | . | Vuelvan a contactarnos el año que viene, por favor.
"""

DUTCH_LAST = r"""
+ | . | Bedankt, dat zou ons interesseren. Belt u mij donderdag?
+ | N+ | We hebben een beter hulpmiddel nodig om onze ritten te plannen. Wat kost dat van u?
+ | A- | Ik stuur uw aanbod graag door, maar onze directeur moet tekenen. Mailt u het mij?
- | . | Bedankt, maar we zijn niet geïnteresseerd.
- | B- | Daar hebben we nu geen geld voor, dus nee.
? | . | Neemt u volgend jaar nog eens contact met ons op.
"""

PORTUGUESE_LAST = r"""
+ | . | Obrigado, isso interessava-nos. Ligue-me na quinta, por favor.
+ | N+ | Precisamos de uma ferramenta melhor para planear as rotas. Quanto custa a vossa?
+ | A- | Reencaminho com gosto a vossa proposta, mas quem assina é o nosso diretor. Envie-ma, por favor.
- | . | Obrigado, mas não estamos interessados.
- | B- | Neste momento falta-nos dinheiro para isso, portanto não.
? | . | Voltem a contactar-nos no próximo ano, por favor.
"""
