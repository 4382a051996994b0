"""What buyers say that sounds like an opt-out, and opt-outs in words seldom used."""

import time

import pytest

from leadwright.domain.opt_out import opt_out_in

GET_KEPT = """\
Can you get me pricing?
Could you get us pricing for 12 units by Friday?
Please get me numbers for 20 robots
Can you get us references in cold storage?
Can you get me on the calendar for Tuesday?
Can you get me in touch with one of your customers? Then let's talk.
Get us started.
Get me someone technical on the phone.
Can you get us details on the warranty?
Could you get me brochures?
Get me specs, please.
Drop me a line next week.
Drop me details by Friday.
Could you drop us pricing?
Can you get us from 200 to 400 picks an hour?
Can you get us off paper by June?
Can you get us off to a good start?
Can you get this e-mail address added to the quote?
Please get us prices, references and a date.
Could you please get me Tuesday at ten?
Please get this address into the contract.
Please get this account running by May.
"""

GET_ASKED = """\
Drop this address.
Get me off this list.
Get me off that.
Please get me out of your database.
Get us out of here!
drop me from the list
Please drop me from this sequence.
Please drop me.
Drop us from your mailings
Get me removed from this.
Please get me unsubscribed.
Can you get us off your mailing list, please?
Could you get me off this thing please
Please get this address off your list.
Drop this email address from your campaign
Get me right off your list.
Get me from your list, please
Just get me out.
Kindly get me off it
Get us completely off these mails
Drop me off the list
"""

BOTH_ASKED = """\
Do not call or email me
Do not email or call me.
Do not phone or write to us.
Don't call, text or email me
Please do not call, write or email.
Do not write or call
Don't mail or call us
"""

BOTH_KEPT = """\
Do not hesitate to call or email me.
We do not call or email customers.
Please do not call or text me, email is better. Send the offer.
Do not call or email before Monday, I am away
We do not write, we call.
Why not call or email me on Friday?
"""

WAYS_KEPT = """\
Please stop emailing our staff. Talk to me.
Please stop emailing our staff, I am your contact.
Please stop contacting me by phone, email is fine.
Please don't call me, email is better. Send me the proposal.
Please don't call me, email is better.
Please stop calling my cell, email is fine. And yes send the proposal.
Please stop calling my cell, email me instead.
Stop calling, just email the quote.
Stop calling me. Email is fine.
Stop calling! Please only email me.
Stop calling me and just email me the quote.
Please don't text me, email or call the office.
Not to be contacted by phone please. Email the quote.
Please do not contact me by phone, email works best.
Please do not contact me by phone. I prefer email.
Don't call me again, email only.
Don't call me any more. Please write to me instead.
Never call me, send me an email.
Email is fine, but please stop calling me.
Send me the proposal and please stop calling me.
I don't want to be contacted by phone. Just send the price list.
I do not want to be called, please send everything by email.
Please quit calling me, I prefer email.
Please do not text us. Emails are welcome.
Don't text me, I only do email.
Stop texting me, e-mail works better.
Bitte nicht mehr anrufen, E-Mail genügt.
Bitte rufen Sie mich nicht mehr an, schicken Sie mir das Angebot per E-Mail.
Bitte nicht mehr anrufen. Senden Sie mir bitte das Angebot.
Don't send any more brochures, send a contract.
Don't send me any more decks, just send us the quote.
Do not send any more samples, please send the contract.
I don't want to receive a hundred mails, but one with the price would be great.
I don't want to hear marketing, I want a price.
I don't want to get newsletters, I just need a quote.
Stop! You had me at twice the picks. Call me.
Stop! You had me at twice the picks. Send me the contract.
Please don't contact our IT department about this, deal with me only.
Please do not email our staff. Talk to me.
Please do not contact anyone else at Midland Dairy, I run this.
"""

WAYS_ASKED = """\
STOP!
Stop! No more. Call us: 312-555-0142
Please stop contacting me by phone.
I'd prefer if you didn't email me again, call me if you must.
Stop calling me.
Don't call me again
Please stop calling.
Stop calling me and stop emailing me.
Stop calling and emailing me.
Please stop calling, texting and emailing us.
Don't call me or email me.
Please don't call me, and don't send me emails.
Don't call me. Don't email me.
Don't call me again. Email me again and I call the police.
Stop calling me. Send me one more email and I will report you.
Stop calling me. I told you by email.
Stop calling me, I said so in my email.
Stop calling me. No email please.
Not to be contacted by phone or email.
Not to be contacted by phone, email or post.
Do not contact me by phone.
Don't call me, email is no better.
Stop calling me. Email is not fine either.
Please stop calling me. Email my lawyer.
Stop calling me and send no more emails.
Stop calling me. Your emails are annoying too.
Please stop calling me, I do not read your email anyway.
Don't call me, take me off your list, email is bad enough.
Stop calling me. Send me proof that my number is deleted.
Bitte nicht mehr anrufen.
Bitte nicht mehr anrufen und keine E-Mails mehr.
Bitte nicht mehr anrufen oder schreiben.
Don't send me any more brochures.
Don't send any more mails.
Don't send any more mails, send a letter to my lawyer.
I don't want to receive your mails, but one that says I am deleted would be great.
I don't want to hear from you, I want an end to this.
I don't want marketing emails, I want a confirmation.
Stop!
Stop! Call my lawyer.
Stop. Call me again and I call the police.
STOP
Stop. I said no. Don't call me.
Please stop. Call me if you must.
"""

SELDOM_ASKED = """\
I wish to no longer be contacted.
We wish to no longer receive your emails.
I want to no longer get these messages.
I would like to not be contacted in future.
We'd prefer to never be contacted again.
I choose to no longer hear from you.
I ask to no longer be emailed.
Consider this my request to opt-out.
Please consider this my opt-out.
Please treat this as my unsubscribe request.
Please treat this email as a request to be removed.
Take this as our request to unsubscribe.
Consider me unsubscribed.
This is my formal request to be removed.
Please regard this as notice to opt out.
Please accept this as our request for removal.
I'd appreciate it if you didn't write again.
I'd appreciate it if you didn't write again. Thanks, Susan
I would appreciate it if you did not contact us any more.
I'd be grateful if you didn't email me again.
I'd be grateful if you do not contact me again.
We would prefer it if you no longer contacted us.
It would be great if you stopped emailing.
I'd prefer if you wouldn't message me any further.
It would be nice if you never wrote to me again.
We'd appreciate it if you could stop writing to us.
I would be happy if you sent me nothing more.
We'd be glad if you ceased mailing.
We'd prefer not to receive these going forward
We'd prefer not to receive these going forward, thank you.
I'd rather not get these.
I no longer want to receive these.
I'd rather not receive this any more.
I don't wish to receive these in future.
We do not want to get this kind of thing any more.
Midland Dairy does not wish to receive solicitations.
Please do not email anyone at Midland Dairy again.
Do not contact anyone at our company.
Never write to anybody here again.
Please do not mail any of our people.
Please do not contact our employees again.
Please do not email our staff.
Stop emailing our people!
Please stop emailing our staff.
Please stop contacting my employees.
Kindly stop writing to anyone in our firm.
Remove all our employees from your lists.
Remove our staff from your mailing list.
Please delete all of our people from your database.
Take our whole team off your lists.
Exclude our organisation from your mailings.
Adresse bitte löschen!
Kontaktdaten löschen!
Kein Interesse, bitte Adresse löschen.
Kein Interesse. Bitte Daten löschen.
Bitte die Daten löschen.
Bitte Adresse umgehend löschen.
Daten löschen bitte
Bitte E-Mail-Adresse entfernen.
Kontaktdaten bitte löschen, danke.
Bitte diese Adresse streichen.
Danke, kein Bedarf, Adresse bitte aus dem Verteiler nehmen.
Bitte alle Daten unverzüglich löschen.
Wir wünschen keine weiteren Angebote.
Wir wünschen keine weiteren Angebote von Ihnen.
Ich möchte keine weiteren Angebote erhalten.
Wir möchten keine weiteren Zusendungen.
Wir wünschen keine weitere Kontaktaufnahme.
Bitte keine weiteren Angebote.
Keine weiteren Angebote bitte.
Bitte keine weiteren Zusendungen, danke.
Wir wollen keine weiteren Angebote mehr bekommen.
Ich wünsche keine weiteren Schreiben.
Wir sind bereits gut versorgt und möchten Sie bitten, uns künftig nicht mehr anzuschreiben.
Bitte uns in Zukunft nicht mehr anzuschreiben.
Ich bitte Sie, mir nichts mehr zuzusenden.
Wir bitten Sie, uns nicht weiter zu kontaktieren.
Wir bitten darum, uns nicht mehr anzumailen.
Ich darf Sie ersuchen, mich nicht wieder anzuschreiben.
Wir bitten Sie, uns nichts mehr zu schicken.
"""

SELDOM_KEPT = """\
Some of our customers prefer not to be emailed, that matters to us.
We would like to no longer get orders by email.
We want to never have duplicate mails again.
We do not email anyone who has opted out.
Our systems never write to anyone without consent.
Please do not email anyone at Midland Dairy yet.
I'd prefer if you didn't email me, call me instead.
I'd prefer not to be emailed, please call me.
I'd be grateful if you stopped emailing and called me.
Wir brauchen drei Schritte: Export, Daten löschen, Import.
Daten löschen: wie geht das in Ihrem System?
Bitte die Daten löschen, sobald der Pilot endet.
Bitte Adresse aus dem Angebot entfernen.
Wir wünschen keine weiteren Angebote, bitte Vertrag senden.
Wir wollen keine weiteren Angebote von anderen.
Sie müssen uns nichts mehr schicken, wir unterschreiben.
Please don't delete my address.
Löschen Sie bitte die alte Adresse, meine neue ist anna@x.example
Bitte die alte Adresse löschen, die neue lautet anna@x.example.
Diese Adresse bitte löschen, meine neue ist anna@x.example.
Bitte Adresse im Angebot korrigieren.
Bitte die Zeile löschen, dann passt das Angebot.
Kann Ihr System Daten löschen?
Bitte Daten nicht löschen.
Bitte keine Daten löschen.
Wir brauchen keine weiteren Angebote, wir nehmen Ihres.
Wir möchten keine weiteren Angebote einholen, Ihres passt.
Ich möchte keine weiteren Unterlagen, nur den Preis.
Keine weiteren Angebote nötig, wir nehmen Ihres.
Keine weiteren Fragen, bitte Vertrag schicken.
I'd prefer not to receive these as PDFs, Word is better.
I'd appreciate it if you didn't call before ten.
I'd appreciate it if you didn't email my boss.
I'd appreciate it if you didn't send the contract yet.
I'd be grateful if you no longer used the old price list.
It would be great if you wrote to me again in May.
Does your tool handle a request to opt-out?
We consider this a request for a quote.
Consider this my request to order twelve units.
Please do not email anyone else, I am your contact.
Please do not contact our staff before Monday.
We want to stop emailing our staff by hand.
Please remove our former employees from the quote.
Please remove our team from the Thursday call.
Remove our users from the trial and put them on the paid plan.
Can your tool remove our employees from our lists?
I wish to no longer be the bottleneck, let's talk.
I'd like to not miss this.
Please don't contact our team, I decide about this.
Ich habe nichts mehr zu ergänzen, bitte senden Sie den Vertrag.
"""


@pytest.mark.parametrize("text", (GET_KEPT + BOTH_KEPT + WAYS_KEPT + SELDOM_KEPT).splitlines())
def test_what_a_buyer_says_is_none(text: str) -> None:
    assert opt_out_in(text) == ""
    assert opt_out_in(f"Hi Tom,\n\nthanks for your mail. {text}\n\nBest regards\nAnn Example") == ""


@pytest.mark.parametrize("text", (GET_ASKED + BOTH_ASKED + WAYS_ASKED + SELDOM_ASKED).splitlines())
def test_what_asks_for_an_end_is_one(text: str) -> None:
    assert opt_out_in(text)
    assert opt_out_in(f"Hello,\n\nthanks for your mail.\n{text}\n\nBest regards\nAnn Example")


YES = "Yes, we need this, budget 200,000, call me.\nAda Miller\n"


@pytest.mark.parametrize(
    "text",
    [
        "This email is confidential. Please delete it from your system.",
        "This email is confidential, please delete it from your system.",
        "This message and its attachments may contain privileged information. Delete it from your records.",
        "This e-mail is confidential. Please notify us and delete it from your system immediately.",
        "Si ce message vous est parvenu par erreur, merci de le supprimer.",
        "Si ce message vous est parvenu par erreur, merci de nous en informer et de supprimer notre message.",
        "Si vous avez reçu ce courriel par erreur, merci de nous prévenir et le supprimer.",
        "Si vous n'êtes pas le destinataire, merci de nous avertir et supprimer.",
        "Si ha recibido este correo por error, le rogamos nos avise y eliminar.",
        "Se ha ricevuto questa mail per errore, la preghiamo di avvisarci e di eliminarci la copia.",
    ],
)
def test_a_line_about_secrecy_is_none(text: str) -> None:
    for automatic in (False, True):
        assert opt_out_in(YES + text, automatic=automatic) == ""


@pytest.mark.parametrize(
    "text",
    [
        "This email is confidential. Please delete me from your system.",
        "This email is confidential. Delete it from your system and remove me from your list.",
        "This address is confidential. Please delete it from your system.",
        "This email address is confidential, please delete it from your system.",
        "Si vous avez par erreur mon adresse, supprimez mon adresse.",
        "Si vous m'avez écrit par erreur, supprimez mon adresse.",
        "Si ce message m'est parvenu par erreur, supprimez-moi de votre liste.",
        "Si me escribieron por error, bórrenme de su lista.",
    ],
)
def test_secrecy_hides_no_wish(text: str) -> None:
    assert opt_out_in(text)


@pytest.mark.parametrize(
    "words",
    ["do not call me email is ", "stop calling and ", "get me off to ", "please stop calling my ", "if you did not ",
     "keine weiteren angebote ", "bitte adresse ", "this email is confidential delete ", "consider this my request ",
     "do not email our staff ", "prefer to no longer ", "si ce message par erreur "],
)  # fmt: skip
def test_words_said_over_and_over_are_read_in_no_time(words: str) -> None:
    text = (words * 2_000)[:20_000]
    begun = time.process_time()
    opt_out_in(text)
    assert time.process_time() - begun < 2
