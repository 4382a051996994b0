"""Opt-outs and what only looks like one, written for the tests before the rules were changed for them; one a line."""

ASKED = r"""
Bitte um Löschung der Adresse.
Wir bitten um umgehende Löschung unserer Daten
Um Austragung wird gebeten.
Kontaktieren Sie uns bitte nicht noch einmal.
Schreiben Sie mir nicht nochmals.
No calls or emails please.
No emails or calls, please.
Under Article 17 GDPR I request erasure of my personal data.
Enough with the emails.
No thanks, and please no follow-ups.
No more follow ups please.
Please drop me from this sequence.
Don't ever write to this address again.
I said stop.
Enough. Remove us.
Hi, could you kindly remove our company from your outreach?
We'd prefer not to be contacted any more.
Why am I still getting these after asking to be removed?
Do not add me to any list.
GDPR: delete everything you hold about me.
Please update your records, I don't wish to be emailed.
No more mails please
Nicht mehr anschreiben!
Löschen Sie meine Daten.
Bitte von weiteren Kontaktaufnahmen absehen.
Ne m'envoyez plus rien.
Retirez-moi de vos fichiers.
Bórrenme de su base de datos.
No vuelva a escribirme.
Toglietemi dalla mailing list.
Non scrivetemi più.
Stop met mailen.
Haal me van de lijst.
Pare de me enviar e-mails.
Retire-me da lista.
Proszę więcej do mnie nie pisać.
Sluta maila mig.
Fjern meg fra listen.
Why don't you just delete my address?
I do not want to be on this list and I will not ask again.
You may stop now. Thanks.
This is not of interest. Please delete our contact data and refrain from further mails.
Dear sir, remove my name at once.
Could you get me off this thing please
NO MORE EMAILS!!!
Whoever you are, stop writing to my staff.
Count me out of any future mailings.
I revoke any consent you think you have.
Not interested and please don't follow up again.
Bitte sehen Sie von weiteren Mails ab.
Ich widerspreche der Nutzung meiner Daten zu Werbezwecken.
Bitte aus Ihrer Kartei löschen.
Merci de ne plus me solliciter.
Je souhaite être retiré de votre base.
Por favor, elimine mis datos.
Cancellate il mio indirizzo, grazie.
Wilt u mijn gegevens verwijderen?
Não me contactem mais.
Proszę nie przysyłać więcej wiadomości.
Kontakta mig inte igen.
Vennligst slett meg fra listen deres.
I am not your customer, remove me.
Stop emailing me at 5 in the morning!!!
Please cease contact.
Could I ask not to be included in future emails?
I must ask you to stop.
This address is for invoices only, kindly delete it from your system.
We have a no-cold-email policy. Take us off.
Unsubscribe, thanks
I never opted in. Delete me.
Not sure how you got my address but don't use it again.
Bitte löschen Sie meine E-Mail-Adresse aus Ihrem System.
Hören Sie auf, mir zu schreiben.
Supprimez mes coordonnées de votre base s'il vous plaît.
Quiero darme de baja.
Smettetela di scrivermi.
Stuur mij geen mails meer.
Gostaria de ser removido da lista.
Nie życzę sobie takich wiadomości.
Jag vill inte ha fler mejl.
I don't want to hear from you again.
"""

KEPT = r"""
Bitte um Löschung der alten Bestellung.
Bitte um Löschung des Termins am Montag.
Bitte um Abmeldung vom Webinar am Dienstag, ein Kollege kommt.
Schreiben Sie mir bitte nicht noch einmal an die alte Adresse.
No calls or emails before Tuesday, we are at a fair.
No calls please, email is fine.
How do you prove the deletion of our data?
We request deletion of our data at the end of the contract, is that part of it?
There is no follow-up yet from your colleague.
Our contract says no follow-ups without a ticket.
I filled in your form last week. No follow-up?
I asked Anna for a quote in May but no follow-up.
Our problem is simple - lots of leads - no follow up - lost deals.
No follow-up, just send me the quote.
I am in meetings until Friday, no calls or emails, I will answer on Monday.
We tried to reach your support for a week and no calls or emails.
No calls or emails? I expected one after the demo.
Ich kann am Montag nicht kommen, bitte um Abmeldung.
Im Vertrag steht noch Klausel 7, wir bitten um Streichung.
Kunden bitten uns um Auskunft und um Löschung, kann Ihr Tool das?
Not enough of the emails we send reach the inbox, can you help?
Do you cover enough of the marketing side?
Is 5,000 a month enough of the messages for a team of ten?
If we request deletion of our data, how long do you take?
What happens if we request deletion of our records?
We ask for removal of our number from the quote, it is the wrong one.
Wieso schreiben Sie mir nicht nochmal? Ich warte auf das Angebot.
Schreiben Sie uns bitte nicht erneut den alten Preis, wir brauchen ein neues Angebot.
Kontaktieren Sie mich bitte nicht nochmal telefonisch, schreiben Sie mir eine E-Mail.
Please don't stop, these tips are useful.
I'd hate to be removed from your list!
We never want you to stop sending the newsletter.
No need to unsubscribe me, I was only on holiday.
Don't delete my details, we will order soon.
Can your tool stop sending reminders once somebody has paid?
Does the software remove duplicates from our list?
Our customers opt out a lot, can you help us with that?
Remove the installation fee and we have a deal.
Stop by our booth in Hanover!
I can't stop thinking about your demo.
Take me through the pricing.
Take us off the waiting list and put us in for March, please go ahead.
Don't contact me before Monday, I'm in meetings.
Please do not write to my colleague, write to me instead.
Bitte nicht löschen, wir sind interessiert.
Bitte hören Sie nicht auf, uns zu schreiben.
Melden Sie sich gern wieder.
N'arrêtez pas de m'écrire, c'est utile.
No deje de escribirme, me interesa.
Non smetta di scrivermi!
Stop niet met mailen, ik vind het nuttig.
Não pare de me enviar, por favor.
Proszę mnie nie usuwać z listy.
Sluta inte skicka, jag vill veta mer.
We unsubscribed from our old vendor last month, so yes, we are looking.
I want to opt out of my current contract with Acme.
How do I unsubscribe a user in your product?
Please cancel the meeting on Tuesday, Thursday is better.
Delete the second line of the quote and send it again.
Please keep me on the list.
Don't go silent on me, we're nearly there with the budget.
Can we stop the pilot after 30 days if it fails?
Remove the word 'exclusive' from clause 4 and I'll sign.
We'd like to get off paper and onto something modern.
I'll unsubscribe from Acme as soon as you deliver.
Please contact me again in May.
Do you stop deliveries over Christmas?
Our IT blocks links, so please don't send attachments.
Take my colleague off copy, he has left the project.
You can delete the old quote, the new one is fine.
Nicht vergessen: wir brauchen das Angebot bis Freitag.
Bitte melden Sie sich nicht vor Montag.
Ne vous arrêtez pas là, racontez-m'en plus.
No me llame por la mañana, mejor por la tarde.
Non mi mandi il listino, mi basta il prezzo per dieci.
Stuur de offerte niet per post maar per mail.
Não envie o contrato ainda, falta uma assinatura.
Proszę nie dzwonić rano, lepiej po południu.
Ring mig inte före klockan tio, annars går det bra.
Don't stop now, you nearly have me convinced.
Let's not remove that option from the proposal.
Do not delete the file, legal still needs it.
Stop apologising, the quote is fine.
We stopped using paper lists years ago.
Please remove Jim from the invite and add Sue.
No more questions from my side, send the contract.
I don't want to hear excuses, I want a demo.
I'd unsubscribe from half my inbox, but yours is worth reading.
Please take us through the numbers once more.
Never mind the mail from yesterday, we found the budget.
Bitte schicken Sie keine Anhänge über 5 MB, sonst gerne.
Ne m'envoyez pas le contrat avant lundi.
No me envíe la factura todavía.
Non cancellate l'appuntamento di giovedì!
Bel me niet voor tienen.
Não cancele a reunião, por favor.
Proszę nie anulować spotkania.
Skicka inte offerten än, vi ändrar antalet.
Opt-out rates are what worry us most, how do you handle them?
"""
