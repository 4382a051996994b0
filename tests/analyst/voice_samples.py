"""Replies in the voice of people, written for the tests before any rule was changed for them.

A line: classes that are right (the first is the best), polarities that are right (+, -, ?), text; a backslash and n
stand for a line break. Nobody in them is real.
"""

FIRST = r"""
interested | + | Ha, you caught me on the one day I'm actually looking for this. Got 20 min tomorrow?
interested | + | stop the presses, this is great. when can we talk
interested | + | OK you have my attention. What does a pilot look like?
interested | + | Tom - yes. Loop in my ops lead Priya (cc'd) and find us a slot next week.
interested | + | I don't normally answer cold emails but this one hit home. Free Tues after 3?
interested | + | We just fired our last vendor so your timing is uncanny. Send me whatever you've got.
interested | + | Alright, I'll bite. Show me.
interested | + | Would be keen to understand more. Our peak season starts in August and last year was a nightmare, we had people picking until midnight, the WMS fell over twice and I promised my wife never again. If you think you could have something standing by July I'd like to hear about it.
interested | + | Forwarding for Mark, he's travelling: "Looks good, let's get them in for a demo week of the 14th."
interested | + | Fine, book it. 30 minutes, no slides.
interested | + | My boss asked me to set something up with you guys. What's your availability Thursday?
interested | + | I'm in. Contract?
interested | + | Sure why not, always happy to learn. Shoot me a calendar invite
interested | + | Where have you been all my life? We need exactly this. Call me: 555 0142.
interested/question | + | Interesting. We have 3 sites, 2 in Ohio. How quick could you get someone out to look?
interested | + | I showed this to the team and they won't shut up about it. Let's chat.
interested | + | +1 from me, adding our CFO who'll want to see numbers before the call.
interested | + | Yes, this is on our roadmap for H1 and we have money set aside. Happy to start the conversation.
interested | + | Not gonna lie, I nearly deleted this. Glad I didn't. Let's talk Friday.
interested/question | + | Can you resend the calendar link? The one in your mail is dead and I do want to book.
question | + | What's the damage? Ballpark for 50 users is fine.
question | + | Does it talk to NetSuite or do we need middleware?
question | + | Who else in food distribution uses you? I'd want a reference before anything else.
question | + | Before I take this upstairs: is there a minimum term, and what happens to our data if we leave?
question | + | do u guys cover canada
question | + | How's this different from what AutoStore does?
question | + | Is it cheaper than hiring two temps? Honest question.
question | + | Do you have a one-pager I can forward to procurement?
question | +? | Could you remind me what it is you do again?
question | + | We're ISO 27001. Are you? If yes, send the certificate and we can take it from there.
objection/not_interested | - | Sounds expensive, and frankly we don't have a problem with picking.
objection/not_interested | - | We're locked into Honeywell until 2029 so there's no point.
objection/not_interested | - | We built our own. Took two years, won't be throwing it away.
objection/not_interested | - | I've seen these demos. They never survive contact with a real warehouse.
objection/not_interested | - | We're a 6 person shop, this is way overkill for us.
objection/not_interested | - | Budget's frozen. Everything's frozen. I can't even get new chairs.
objection/not_interested | - | Our parent company dictates the tooling, I have no say and no budget.
objection/not_interested | - | Heard bad things about your support from a friend at another firm, so I'll give it a miss.
not_interested | - | lol no
not_interested | - | Oh great, another robot company. Just what my inbox was missing.
not_interested | - | Wow, a whole email and not a single reason for me to care.
not_interested | - | Pass.
not_interested | - | Thanks for thinking of us but it's not something we'd look at.
not_interested | - | I think you've got the wrong idea about what we do. We don't even have a warehouse.
not_interested | - | Nah we're good
not_interested | - | Appreciate the note. We're sorted on this front.
not_interested | - | What part of no don't you understand? This is the third mail.
not_interested | - | Congratulations on the funding, but there's no fit here. Good luck.
not_interested | - | Would I like to replace the system we installed in March? No. No I would not.
not_interested | - | Tempting, but no.
not_interested | - | Sorry Tom, going to have to decline. Nice mail though!
not_interested | - | We went with someone else last month.
not_interested | - | Do I look like someone who needs a robot?
not_interested | - | I'd rather eat my own shoes.
not_interested/objection | - | Does your boss know you're sending these to a funeral home?
not_now | +?- | Can't think about this before year end. Ping me second week of January?
not_now | ?- | Mid-migration right now, not the moment. Maybe Q3.
not_now | +? | Good stuff but I'm drowning until the audit's over. Try me after 15 March and I'll make time.
not_now | ?- | We've just started the fiscal year and nothing new gets approved till autumn.
not_now | +? | Like it. Timing's wrong. Circle back in the spring please.
not_now | ?- | New baby, new job, no bandwidth. Another time perhaps.
not_now | ?- | Maybe down the road, we're not there yet.
not_now | ?- | Our contract with the current lot runs to next November. Talk to me next summer.
unsubscribe | - | Kindly lose my address.
unsubscribe | - | Take. Me. Off. This. List.
unsubscribe | - | I never signed up for this, don't email me again
unsubscribe | - | unsub
unsubscribe | - | Love the product, hate the emails. No more please, take my name off.
unsubscribe | - | This is the 4th time you've written. Do not contact me or anyone at this company again.
unsubscribe | - | Please remove ann@example.com and bob@example.com from your mailings
unsubscribe | - | Opt me out.
unsubscribe | - | cease all communication
unsubscribe | - | Can you please stop sending these? Thank you so much and have a lovely day :)
interested | + | Please don't stop sending these, they're the only cold mails I enjoy! And yes, let's do a call.
interested | + | Don't take me off the list yet, we're getting budget in Q1 and I want in.
question | + | How do your customers' own subscribers unsubscribe? We'd need that for the GDPR check before buying.
wrong_person | ? | Not my circus. Helen in Facilities buys that sort of thing: helen.marsh@example.com
wrong_person | ? | I moved to HR last year, logistics is now with Dev Patel.
wrong_person/other | ? | I've passed this along to our head of operations, she'll reach out if it's of interest.
wrong_person | ? | You want our Leeds office for that, I only do the accounts.
wrong_person | ?+ | Above my pay grade mate. Talk to Susan Hill, she signs off everything over 5k.
left_company_or_dead_mailbox | ? | Hi, Janet retired in June. I'm looking after her mail, nothing will be acted upon here.
left_company_or_dead_mailbox | ? | Mike Dunn is no longer with Acme. For sales matters contact info@example.com.
left_company_or_dead_mailbox | ? | I'm sorry to tell you that Peter passed away in September.
out_of_office | ? | Thanks for your email. I'm on the beach until the 14th with no laptop, by order of my wife. Anything urgent, ring the office.
out_of_office | ? | I'm travelling with patchy wifi this week so replies will be slow.
auto_reply | ? | We've received your enquiry (ref 88213) and aim to respond within 2 working days. Please do not reply to this message.
escalate | - ? | You're in breach of PECR. Tell me where you obtained my data and who your DPO is. You have 30 days.
escalate | -? | My solicitor will be in touch. Consider this formal notice.
escalate | -? | Reported to the FTC. Have fun.
interested/other | +? | ok
other | ? | Sorry, sent from my pocket.
other | ? | Thanks Tom, let me read it properly over the weekend and I'll come back to you.
other/question | ? | Did we meet in Hanover?
interested | + | Moin, klingt spannend, haben Sie diese Woche noch Zeit für ein Telefonat?
interested | + | Genau das suchen wir gerade. Bitte um ein Angebot für zwei Standorte.
question | + | Was kostet der Spaß ungefähr, und läuft das mit SAP?
not_interested | - | Nein danke, wir sind versorgt.
not_interested | - | Ehrlich gesagt sehe ich bei uns keinen Bedarf.
not_now | +?- | Aktuell keine Kapazität, melden Sie sich gern im März noch einmal.
unsubscribe | - | Bitte keine weiteren Mails mehr.
wrong_person | ? | Dafür ist bei uns Frau Sommer aus der Logistik zuständig.
interested | + | Bonjour, ça tombe bien, nous cherchons justement une solution. On peut s'appeler mardi ?
question | + | Quel est le tarif pour une vingtaine d'utilisateurs ?
not_interested | - | Merci mais nous ne sommes pas intéressés.
objection/not_interested | - | Nous avons déjà un prestataire qui nous donne entière satisfaction.
not_now | +?- | Pas avant la rentrée, recontactez-moi en septembre.
unsubscribe | - | Veuillez ne plus m'écrire.
wrong_person | ? | Ce n'est pas moi qui m'en occupe, voyez avec Mme Durand.
interested | + | Me interesa, ¿cuándo podemos hablar?
interested | + | Perfecto, agendemos una llamada para el jueves.
question | + | ¿Cuánto cuesta y cuánto tarda la instalación?
not_interested | - | Gracias, pero no estamos interesados por ahora.
objection/not_interested | - | Es demasiado caro para una empresa de nuestro tamaño.
not_now | +?- | Este año imposible, escríbame en febrero.
unsubscribe | - | Deje de enviarme correos, por favor.
interested | + | Buongiorno, sì, ci interessa. Possiamo fissare una demo la prossima settimana?
question | + | Quanto costa per 30 utenti?
not_interested | - | La ringrazio, ma al momento non siamo interessati.
objection/not_interested | - | Abbiamo già un fornitore con cui ci troviamo bene.
not_now | +?- | Ci risentiamo dopo l'estate, adesso non è il momento.
unsubscribe | - | Vi prego di cancellarmi dalla vostra lista.
wrong_person | ? | Non me ne occupo io, scriva al dottor Bianchi.
interested | + | Klinkt goed, kunnen we volgende week even bellen?
interested | + | Ja graag, stuur maar een offerte.
question | + | Wat zijn de kosten en werkt het met Exact?
not_interested | - | Bedankt, maar wij hebben geen interesse.
not_now | +?- | Dit jaar niet meer, probeer het in het voorjaar nog eens.
unsubscribe | - | Gelieve mij uit uw bestand te verwijderen.
interested | + | Olá, temos interesse sim. Podemos marcar uma reunião na quarta?
question | + | Qual é o preço para 10 licenças?
not_interested | - | Obrigado, mas não temos interesse.
objection/not_interested | - | Já temos um fornecedor e estamos satisfeitos.
not_now | +?- | No momento não, volte a falar comigo no segundo semestre.
unsubscribe | - | Favor remover meu e-mail da sua lista.
interested | + | Brzmi ciekawie, proszę o telefon w czwartek.
interested | + | Proszę przesłać ofertę na 20 stanowisk.
question | + | Ile to kosztuje?
not_interested | - | Dziękuję, nie jesteśmy zainteresowani.
not_now | +?- | Teraz nie, proszę odezwać się w kwietniu.
unsubscribe | - | Proszę o usunięcie mojego adresu z bazy.
interested | + | Låter intressant, kan vi ta ett möte nästa vecka?
question | + | Vad kostar det per användare?
not_interested | - | Tack, men vi är inte intresserade.
objection/not_interested | - | Vi har redan en leverantör som vi är nöjda med.
not_now | +?- | Inte just nu, hör av dig efter sommaren.
unsubscribe | - | Ta bort mig från er lista.
interested | + | Ja, sehr gerne! Rufen Sie mich bitte unter der Nummer unten an.
interested | + | Oui, avec plaisir. Envoyez-moi vos disponibilités.
not_interested | - | Non, merci.
interested | + | Sí, envíeme la propuesta cuanto antes.
interested | + | Sì, volentieri. Mi chiami domattina.
"""  # noqa: E501

# Written after the rules had been changed for the first ones, and before they were changed for these.
SECOND = r"""
interested | + | Okay fine, you win. Coffee next Tuesday?
interested | + | This landed on my desk at just the right time, our lease on the old kit is up in March and the board wants options. Let's get something in the diary.
interested | + | Shut up and take my money :)
interested | + | We've got 40k earmarked for this. Who do I talk to about terms?
interested | + | Our ops director asked me to get three quotes by Friday, yours would be the third.
interested | + | Sign me up for the pilot.
interested/question | + | Happy to look at a proposal if you can keep it under two pages.
interested | + | Been burned before by your competitors so I'm cautious, but yes, let's have a conversation.
interested | + | Pls call, mornings best
interested | + | On behalf of Ms Grant: she would like to take up your offer of a site visit and proposes 12 December.
question | + | How many robots would we need for 12,000 order lines a day?
question | + | Any chance of a free trial?
question | + | what languages does it come in
question | + | Do we have to buy or can we lease?
question | + | Can it cope with frozen goods at -25?
objection/not_interested | - | We have a sister company that makes these, so it would be rather odd to buy yours.
objection/not_interested | - | Nice idea but our ceilings are too low, it will never work here.
objection/not_interested | - | I don't trust AI with my stock, full stop.
objection/not_interested | - | Cute, but Excel does the job.
not_interested | - | Not for us, good luck.
not_interested | - | You've been told twice already: we're not buying.
not_interested | - | Thanks but I'm retired from that game, no robots for me.
not_interested | - | Yeah... no.
not_interested | - | We closed the warehouse last year so there is nothing to automate.
not_interested | - | I'm flattered but this isn't for a 3-person bakery.
not_interested | - | How about never? Is never good for you?
not_now | ?- | Busy season. Email me after Easter.
not_now | ?-+ | Parking this until the new CFO starts in February.
not_now | +?- | Sounds useful, though realistically it's a 2028 conversation.
not_now | ?- | Too much on at the moment, sorry, try again in a few months.
unsubscribe | - | I've asked before. Remove. My. Email.
unsubscribe | - | Strike me from your records please
unsubscribe | - | you are not welcome in my inbox, never write again
unsubscribe | - | Great newsletter but too many, I'd like off.
interested | + | Don't you dare stop emailing until we've had that demo! Wednesday?
question | + | If I sign up, how do I stop your system mailing my customers?
wrong_person | ? | I'm just the receptionist, the person you need is Karl in the back office.
wrong_person | ? | Procurement handles all new suppliers: procurement@example.com.
left_company_or_dead_mailbox | ? | Susan left us in August, her position has not been refilled.
escalate | -? | Your company has been reported to the ICO under article 14. Respond within 14 days.
other | ? | Noted.
other | ? | Thanks, will read later.
interested | + | Sehr interessant! Können Sie uns am Mittwoch besuchen?
question | + | Wie lange dauert die Einführung und wer schult unsere Leute?
not_interested/objection | - | Danke, aber wir haben erst letztes Jahr investiert.
not_now | ?-+ | Im Moment haben wir andere Prioritäten, vielleicht im Herbst.
interested | + | Oui, votre solution nous intéresse, pouvez-vous me rappeler demain matin ?
not_interested | - | Désolé, cela ne correspond pas à nos besoins.
unsubscribe | - | Arrêtez de m'envoyer des messages.
interested | + | Me gustaría ver una demostración la próxima semana.
not_interested/objection | - | No, gracias, ya trabajamos con otro proveedor.
wrong_person | ? | Yo no llevo ese tema, escriba a compras@example.com
interested | + | Interessante, mi mandi una proposta per due magazzini.
not_interested | - | No grazie, non fa per noi.
interested | + | Leuk! Wanneer kunnen jullie langskomen?
not_interested/objection | - | Nee bedankt, te duur voor ons.
question | + | Vocês atendem empresas em Portugal? Qual o valor?
unsubscribe | - | Não quero mais receber seus e-mails.
interested | + | Tak, jesteśmy zainteresowani, proszę o kontakt jutro.
not_interested | - | Nej tack, inget för oss.
"""  # noqa: E501

# Plain replies, written after both and before the rules were changed for them.
THIRD = r"""
interested | + | Hi Tom, thanks for this. We're looking at options for our second site and I'd be interested in a quick call. Would Tuesday or Wednesday suit?
interested | + | This could be relevant. Please send me some more information and I'll discuss it with the team.
interested | + | Good timing, we are reviewing this area now. What would the next step be?
interested | + | Yes, I'd like to hear more. I'm available Thursday between 10 and 12.
interested | + | We do have a requirement for this. Who should my assistant contact to arrange a meeting?
interested | + | I'm cc'ing Laura who runs our DC, she'd like to join a demo.
interested | + | Send a quote for ten units, delivery before June.
interested | + | I had a look at your site and I like what I see, let's arrange something.
question | + | Could you tell me roughly what a system for 5,000 SKUs costs?
question | + | How does this compare with a shuttle system?
question | + | What kind of support do you offer after go-live?
question | + | Do you have any customers in the pharma industry?
question | + | Is your software compatible with Microsoft Dynamics?
objection/not_interested | - | We're happy with our existing supplier and see no reason to change.
objection/not_interested | - | It's out of our price range I'm afraid.
objection/not_interested | - | We have just signed a three-year deal with another provider.
not_interested | - | Thank you for your email but this isn't something we need.
not_interested | - | We are not looking for anything like this.
not_interested | - | No thank you.
not_interested | - | I don't see how this would benefit us.
not_interested | - | Thanks, but we'll pass this time.
not_now | ?- | We won't be looking at this until next year.
not_now | ?- | It's not a priority at the moment, please get back to me in six months.
not_now | +?- | I'm interested but we have no budget before April. Can you contact me then?
unsubscribe | - | Please don't contact me again.
unsubscribe | - | Can you take me off your distribution list?
unsubscribe | - | Kindly stop sending me marketing emails.
wrong_person | ? | I no longer deal with this, please contact my colleague Ben Ward.
wrong_person | ? | You'd be better off speaking to our facilities manager.
left_company_or_dead_mailbox | ? | Ms Stone is no longer employed here.
escalate | -? | If you email me again I will take legal advice and inform the regulator.
other | ? | Thanks for your message, I'll come back to you.
interested | + | Guten Tag, das klingt interessant. Können wir nächste Woche telefonieren?
question | + | Können Sie mir eine Preisliste schicken?
not_interested | - | Vielen Dank, aber wir haben keinen Bedarf.
not_now | ?-+ | Bitte melden Sie sich im Frühjahr wieder bei uns.
interested | + | Bonjour, votre offre m'intéresse. Pouvez-vous m'appeler jeudi ?
not_interested | - | Nous n'avons pas besoin de ce type de solution.
interested | + | Hola, nos interesa. ¿Podemos agendar una reunión la semana que viene?
question | + | ¿Me puede enviar información sobre precios?
not_interested | - | Gracias, pero ya tenemos un sistema.
interested | + | Salve, saremmo interessati a una dimostrazione.
not_interested | - | Al momento non ne abbiamo bisogno, grazie.
interested | + | Dag Tom, lijkt me interessant. Heb je volgende week tijd?
unsubscribe | - | Wilt u mij uit uw mailinglijst halen?
question | + | Podem enviar-me um orçamento?
not_interested | - | Niestety nie mamy takiej potrzeby.
interested | + | Hej, det låter spännande. Kan du ringa mig imorgon?
"""  # noqa: E501
