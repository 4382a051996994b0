"""Opt-outs as people write them and what only sounds like one, each set written before any rule was changed for it.

One a line. HINTS belong to ASKED_AFTER: not plain enough for a rule.
"""

ASKED = r"""
I'm going to block you if this keeps up. Lose my address.
Thanks but this isn't for us and we'd rather not get any further messages about it.
You've got my email from somewhere and I never agreed to that. Get rid of it.
That's the fourth one this month. Quit it.
Whatever list I ended up on, I'd like out.
Would you be so kind as to leave me off future mailings?
I retired in 2021, there's no point mailing me, please scrub my record.
Do us both a favour and forget my email address.
Can you make sure this is the last email I get from you?
Please stop. I mean it.
No need to follow up, now or later. Remove me from whatever this is.
Let this be the last message you send here.
We have asked three times already to be left alone.
Not interested, and don't bother trying again next quarter either.
I want nothing from you in my inbox from now on.
Please mark me as do not contact.
I'd appreciate not hearing from your company again.
Wrong audience. Take my name out of your system, please.
Kindly refrain from emailing any of our staff.
Your messages are not wanted here.
Cut it out with the mails.
Could you switch off these emails for me? They clog up my mailbox.
I do not give permission to use my address for marketing.
My assistant has better things to do than deleting your mails. No further contact please.
Please purge my details under Article 17.
Under the CCPA I opt out and want my information erased.
I'm exercising my right to be forgotten.
Blacklist me, or whatever it takes for you to stop.
No thanks. Remove from list. Regards, Colin
Is there some way of not getting these? If so do that for me.
Sorry, but I need you to discontinue these mails.
Hi Anna, nothing personal, but I'd ask you to leave it at that and not write to me again.
I keep unsubscribing and you keep coming back. Fix it.
Your last mail went to my private address, which I did not give you. Take it off.
if you email me once more i am reporting you to the ICO
Please exclude all addresses at our domain from your campaigns.
UNSUBSCRIBE!!!! how hard can it be
We don't accept solicitations by email. Please respect that and strike us from your records.
Ich bitte darum, mich künftig nicht mehr zu behelligen.
Wir wünschen keinerlei Zusendungen dieser Art.
Sparen Sie sich weitere Mails, wir haben kein Interesse.
Nehmen Sie unsere Adresse bitte aus Ihrem System.
Hören Sie endlich auf, uns zu schreiben.
Das reicht jetzt. Löschen Sie mich.
Ich habe dem nie zugestimmt und möchte, dass meine Daten gelöscht werden.
Kein Interesse, bitte von weiteren Anfragen absehen. MfG
Bitte tragen Sie mich aus, ich bin schon lange nicht mehr im Einkauf.
Ab sofort bitte keine Post mehr von Ihnen.
Woher haben Sie meine Adresse? Bitte umgehend entfernen.
Verschonen Sie mich mit solchen Angeboten.
Bitte nicht wieder melden, danke.
Hiermit widerrufe ich meine Einwilligung.
Schicken Sie mir so etwas nie wieder.
Wir möchten in Zukunft nicht mehr angeschrieben werden.
Lassen Sie es gut sein und streichen Sie unsere Firma von der Liste.
Setzen Sie mich bitte auf Ihre Sperrliste.
Ich fordere Sie auf, jede weitere Kontaktaufnahme zu unterlassen.
Bitte nehmt uns raus, wir machen sowas intern.
Je ne veux plus recevoir vos messages, merci d'en prendre note.
Oubliez mon adresse, s'il vous plaît.
Merci de me sortir de votre liste de diffusion.
Nous ne souhaitons pas être démarchés par mail.
Veuillez effacer mes coordonnées de vos fichiers.
C'est le troisième message en deux semaines, arrêtez s'il vous plaît.
Inutile de me recontacter, ni maintenant ni plus tard.
Je m'oppose à l'utilisation de mes données à des fins de prospection.
Vous pouvez me rayer de vos contacts.
Ne me relancez pas, je ne suis pas intéressé.
Je vous prie de cesser tout envoi à cette adresse.
Pas intéressé. Merci de ne pas insister et de supprimer mon mail.
Je vous demande de ne plus m'écrire.
Comment fait-on pour ne plus recevoir ces mails ?
Je n'ai jamais donné mon accord, retirez mon adresse.
Fichez-moi la paix.
Plus de messages de votre part, merci.
Je souhaite exercer mon droit à l'effacement.
Les prochains courriels seront signalés comme spam. Désinscrivez-moi.
Por favor no me manden más información.
Sáquenme de la lista, se lo pido por favor.
Prefiero que no me vuelvan a escribir.
Les ruego que dejen de enviarme correos.
No deseo seguir recibiendo sus mensajes.
Borre mi dirección, nunca les di permiso.
¿Cómo hago para que dejen de escribirme?
Ya está bien. No escriban más a este correo.
Solicito la supresión de mis datos personales.
Les agradecería que no volvieran a contactarme.
No insistan más, por favor.
Quiero que me quiten de su lista de contactos.
Retiro mi consentimiento para recibir publicidad.
Olvídense de mi correo.
Ejerzo mi derecho de oposición, no me envíen nada más.
Gracias, pero no queremos más mails suyos.
Vi prego di non contattarmi più.
Non desidero più ricevere le vostre email.
Cancellatemi, grazie.
Vi chiedo di eliminare i miei dati dal vostro archivio.
Basta così, non scrivete più a questo indirizzo.
Come faccio a non ricevere più queste mail?
Non ho mai dato il consenso, togliete il mio nominativo.
Lasciatemi in pace.
Gradirei non essere più contattato.
Smettetela di mandarmi pubblicità.
La invito a non inviarmi ulteriori comunicazioni.
Revoco il consenso al trattamento dei miei dati.
Niente più mail per favore.
Toglieteci dai vostri contatti, non siamo interessati.
Graag geen berichten meer van jullie.
Kunt u mij uit het bestand halen?
Ik wil niet meer benaderd worden.
Wil je me alsjeblieft van die maillijst afhalen?
Laat ons voortaan met rust.
Hou op met mailen.
Ik heb hier nooit toestemming voor gegeven, verwijder mijn adres.
Gelieve onze gegevens te wissen.
Stuur mij niets meer.
Dit is de laatste keer dat ik het vraag: schrijf me uit.
Niet geïnteresseerd en ook niet meer mailen svp.
Ik trek mijn toestemming in.
We stellen verdere mails niet op prijs.
Não quero mais receber estes emails.
Peço que retirem o meu contacto da vossa base de dados.
Favor não enviar mais mensagens.
Me tira dessa lista, por favor.
Parem de me escrever.
Agradeço que não voltem a contactar-me.
Quero cancelar o recebimento desses e-mails.
Esqueçam o meu endereço.
Solicito a exclusão dos meus dados conforme a LGPD.
Não autorizo o uso do meu e-mail para publicidade.
Chega de mensagens, por favor.
Deixem-me em paz.
Proszę o usunięcie moich danych z bazy.
Nie życzę sobie takich wiadomości.
Proszę już do mnie nie pisać.
Wypiszcie mnie z tej listy.
Przestańcie wysyłać mi maile.
Cofam zgodę na przetwarzanie moich danych.
Prosimy o zaprzestanie wysyłania ofert.
Dajcie mi spokój.
Nie chcemy więcej takich ofert.
Proszę zapomnieć o moim adresie.
Skicka inget mer till mig.
Jag vill inte bli kontaktad igen.
Ta bort min adress ur ert register, tack.
Snälla, inga fler mejl.
Lämna mig i fred.
Hur slipper jag de här utskicken?
Sluta upp med att mejla oss.
Jag återkallar mitt samtycke.
Vänligen radera mina uppgifter.
"""

KEPT = r"""
Please take me off speaker when we talk, the line is awful. Tuesday at ten works.
Don't stop now, that is the first useful mail I got all week.
We had to stop the old project, so your timing is perfect.
I unsubscribed from your competitor last month and am looking for something better.
Can your tool remove people from our list automatically?
How many customers opt out of the second module?
Please send no more than three references.
Remove the training days from the quote and we have a deal.
My boss does not want to be contacted before the budget is approved in March.
We never get emails from our current supplier, that is the problem.
No more spreadsheets, that is what I want to hear!
Could you take this off my hands entirely, installation included?
I'd be sorry if you stopped sending these.
Our works council asks how personal data is deleted at the end of the contract.
Block my calendar on Thursday, please.
Forget the price for a moment, does it run offline?
Please stop by our stand in Hall 4.
We do not want to lose contact, write to me again in May.
Please delete my previous mail, the figures were wrong; these are the right ones.
Could you leave the hardware out of the offer?
Bitte löschen Sie Position 3 aus dem Angebot.
Hören Sie nicht auf, mir zu schreiben, ich komme nur gerade nicht dazu.
Können sich unsere Kunden selbst vom Verteiler abmelden?
Wir wollen keine Werbung, wir wollen ein Angebot.
Bitte nicht per Post, sondern per Mail.
Meine Mail von gestern können Sie vergessen, hier die richtigen Zahlen.
Bitte melden Sie sich nicht vor Januar, dann aber gern.
Nehmen Sie mich bitte in den Verteiler auf.
Merci d'arrêter la date avec mon assistante.
Retirez l'option formation et nous signons.
Comment vos clients se désinscrivent-ils de la plateforme ?
N'hésitez pas à me recontacter en septembre.
Nous avons arrêté de travailler avec notre ancien fournisseur.
Je ne veux pas recevoir trois devis, un seul suffit.
Quiten la instalación del presupuesto, por favor.
Dimos de baja al proveedor anterior en junio.
No dejen de enviarme la propuesta.
¿Se pueden borrar los datos al final del contrato?
Non mandatemi il contratto per posta, basta una mail.
Togliete pure la formazione dall'offerta.
Abbiamo smesso di usare il vecchio sistema.
Haal de training maar uit de offerte.
Kan ik mijn medewerkers zelf afmelden in het systeem?
Stuur me niet alles, alleen de prijslijst.
Retirem a instalação da proposta, por favor.
Os nossos clientes podem cancelar a subscrição sozinhos?
Proszę usunąć szkolenie z oferty.
Czy klienci mogą sami wypisać się z newslettera?
Ta bort utbildningen ur offerten så köper vi.
Sluta inte höra av dig, vi vill bara vänta till mars.
"""

ASKED_AFTER = r"""
This is getting tiresome. No more, thank you.
We are not a prospect and don't care to become one; please close our file.
Could you please not email me about this any longer?
I am formally requesting that you cease processing my personal data.
Thank you, but kindly leave our team out of your outreach.
Who gave you my email? Erase it.
Do not reply to this. Just take us off.
Please respect my wish and send nothing else.
Once and for all: no.  And no more mail either.
I don't want to be part of your campaign.
You are on thin ice with the GDPR, stop it.
Bitte verzichten Sie künftig auf solche Mails.
Wir haben Ihnen schon zweimal abgesagt, bitte respektieren Sie das und schreiben Sie uns nicht mehr.
Ich will aus Ihrem Verteiler raus.
Bitte sperren Sie meine Adresse für weitere Werbung.
Ich untersage Ihnen die weitere Nutzung meiner Daten.
Meine Kollegin und ich möchten solche Nachrichten nicht mehr bekommen.
Je vous saurais gré de ne plus me faire parvenir ce genre de mails.
Merci de nous oublier définitivement.
Enlevez-nous de votre fichier prospects.
Je refuse tout démarchage commercial par courriel.
Nous avons déjà dit non, n'écrivez plus.
Bloquez mon adresse dans votre outil, merci.
Le pido que me excluya de sus envíos.
No nos interesa y no queremos que nos contacten otra vez.
Elimínenme ya de la base de datos.
Por favor, basta de correos.
No autorizo que usen mi correo.
Chiedo la cancellazione dei miei dati ai sensi del GDPR.
Per cortesia, non contattateci più in futuro.
Non gradisco queste email, eliminatemi dalla lista.
Vorrei non ricevere altre comunicazioni.
Ik wil van deze mails af.
Graag mijn e-mailadres uit jullie systeem halen.
Neem alstublieft geen contact meer met ons op.
Wij ontvangen liever geen reclame via de mail.
Peço desculpa, mas não quero ser contactado novamente.
Apaguem os meus dados, por favor.
Por favor, removam-nos dos vossos envios.
Rezygnuję z dalszych wiadomości.
Proszę więcej nie wysyłać mi ofert.
Nie wyrażam zgody na kontakt.
Vi undanber oss fler utskick.
Jag vill bli borttagen från listan.
Hör inte av er igen.
Kan du ta bort mig ur registret?
"""

HINTS = r"""
I'd be grateful if this address could be taken out of circulation.
Kann man das irgendwo abstellen? Dann tun Sie das bitte für mich.
"""

KEPT_AFTER = r"""
We want out of our contract with Globex, so send us an offer.
I'd rather not get a quote before we know the volume.
Please make sure this is your last price, I have to present it on Friday.
Our customers keep unsubscribing, can your tool help?
How do I turn off the weekly emails your tool sends to users?
If you email me again on Friday I can send you the signed order.
Can you wipe our data when the contract ends?
Does GDPR apply, i.e. who handles the right to erasure, you or we?
My old address is dead, use this one please.
Please leave us out of the case study, but go ahead with the order.
Quit worrying, we will sign.
Inutile de me relancer lundi, je vous réponds mardi.
Oubliez ma dernière question, j'ai trouvé la réponse sur votre site.
Nous avons cessé de travailler avec notre ancien éditeur.
Pouvez-vous supprimer la ligne 4 du devis ?
Comment ne plus recevoir de factures papier de nos fournisseurs ?
Vergessen Sie bitte die Preisliste nicht!
Wir wollen nicht mehr mit Excel arbeiten.
Hören Sie sich gern mal bei unserem Einkauf um.
Wie setzen Sie das Recht auf Löschung technisch um?
Nie wieder Papierlisten, das wäre ein Traum!
Entfernen Sie bitte die Schulung aus dem Angebot.
No escriba a compras, escríbame a mí directamente.
Olvidé responderle, ¿sigue en pie la demo?
No nos manden más de dos ofertas.
¿Cómo gestionan el derecho de supresión de los datos de nuestros clientes?
Non mi chiami più tardi delle 17, grazie.
Dimenticavo: quanto costa la formazione?
Non vogliamo più usare fogli Excel.
Lasci stare la versione base, mi interessa quella completa.
Bel me niet meer vandaag, morgen kan wel.
Vergeet mijn vorige mail, dit is het juiste aantal.
We willen af van ons oude systeem.
Não me ligue mais hoje, amanhã de manhã posso.
Chega de planilhas, queremos algo moderno.
Nie chcemy więcej pracować w Excelu.
Proszę zapomnieć o poprzednim pytaniu.
Przestaliśmy używać starego systemu.
Skicka inget avtal än, vi väntar på chefen.
Vi vill slippa manuella utskick, kan ni hjälpa oss?
"""

ASKED_LAST = r"""
Thanks, we are all set. Please take us off your list.
Hi, please stop contacting our office, we have no budget for this and never will.
I am not the right person and don't want to be contacted again.
Please don't send me any more of these.
Not relevant for us, please do not follow up.
We don't need it. Kindly remove my address from your database.
Who are you and how did you get my address? Do not write again.
Please delete all data you hold on our company.
Kein Bedarf. Bitte keine weiteren Mails.
Bitte kontaktieren Sie mich nicht mehr, wir haben einen festen Partner.
Bitte entfernen Sie mich aus Ihrem Verteiler, Danke.
Ich möchte keine E-Mails mehr von Ihnen erhalten.
Wir bitten Sie, unsere Daten zu löschen und uns nicht mehr anzuschreiben.
Bonjour, merci de me retirer de votre liste, cordialement.
Nous n'avons pas besoin de vos services, merci de ne plus nous contacter.
Je ne souhaite plus recevoir d'e-mails de votre part.
Veuillez supprimer mes données personnelles.
Buenos días, les pido que no me envíen más correos.
No me interesa, por favor no vuelva a contactarme.
Deseo darme de baja de sus comunicaciones.
Por favor, eliminen mis datos de su base.
Buongiorno, vi chiedo di non inviarmi più email.
Non siamo interessati, vi prego di rimuovere il nostro indirizzo.
Desidero cancellarmi dalla vostra newsletter.
Beste, gelieve mij niet meer te mailen.
Wij hebben geen interesse, verwijder ons uit uw bestand.
Ik wens geen e-mails meer te ontvangen.
Bom dia, por favor não me enviem mais emails.
Não tenho interesse, retirem o meu email da lista.
Gostaria de deixar de receber as vossas mensagens.
Dzień dobry, proszę o usunięcie mojego adresu z listy mailingowej.
Nie jesteśmy zainteresowani, proszę nie kontaktować się więcej.
Nie chcę otrzymywać od Państwa wiadomości.
Hej, vänligen ta bort mig från er lista.
Vi är inte intresserade, kontakta oss inte mer.
Jag vill inte ha fler mejl från er.
"""

KEPT_LAST = r"""
Please take the setup fee off the invoice.
Can we be removed from the reference list if we leave?
Do not write the offer yet, we change the quantities.
We don't want any more delays, when can you deliver?
We are not interested in the basic plan, only in the full one.
How long do you keep our data?
Wir wollen keine weiteren Verzögerungen, wann können Sie liefern?
Bitte entfernen Sie den Rabatt nicht, der war abgesprochen.
Schreiben Sie bitte nicht an info@, sondern an mich.
Wie melden sich Nutzer im System ab?
Nous ne voulons plus de retards, quand pouvez-vous livrer ?
Ne supprimez pas l'option, nous la prenons.
Nous n'avons plus de budget cette année, mais en janvier oui.
No queremos más retrasos, ¿cuándo pueden entregar?
No eliminen la opción, la queremos.
Non vogliamo altri ritardi, quando potete consegnare?
Non toglietemi lo sconto!
We willen geen vertraging meer, wanneer kunt u leveren?
Mail mij niet de offerte, stuur die naar inkoop.
Não queremos mais atrasos, quando podem entregar?
Nie chcemy więcej opóźnień, kiedy możecie dostarczyć?
Vi vill inte ha fler förseningar, när kan ni leverera?
Ta inte bort rabatten, den var avtalad.
Wir haben uns beim alten Anbieter abgemeldet und suchen etwas Neues.
"""
