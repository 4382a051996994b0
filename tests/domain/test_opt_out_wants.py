"""An end of the mails and a contract in one breath: a person looks. An end alone ends it, data of a product do not."""

import pytest
from tests.analyst.test_replies import read
from tests.domain.test_opt_out_traps import lines

from leadwright.domain.opt_out import opt_out_in, torn_in
from leadwright.domain.replies import Heard, Move, Standing, decide

TORN = """\
Please, no follow ups. We buy. Send invoice.
Please no follow-ups, just send the contract.
Enough of the emails. Call me tomorrow at 10, I want to buy.
Schreiben Sie mir nicht noch einmal, rufen Sie bitte an. Wir bestellen.
Kontaktieren Sie mich nicht erneut, ich melde mich mit der Bestellung am Montag.
Enough emails, let's talk. Call me.
No follow-up please, I will call you on Monday with my order.
Please no more calls or texts, email me the quote instead.
No more calls or emails please - I have signed the contract already!
Enough of these emails! Let us meet.
No emails or calls please, just come by our office on Tuesday at 10.
Schreiben Sie mir nicht noch einmal, rufen Sie bitte an.
No more mails please, ring me instead and we will sign.
No more emails. Please give me a ring.
Please send us the quote. No more reminders please.
Send the invoice, no more follow-ups needed please.
We want the demo. Please no more emails until then.
No more reminders please, the order is on its way.
Keine weiteren E-Mails bitte, schicken Sie einfach den Vertrag.
Bitte keine Mails mehr, rufen Sie mich morgen an.
Bitte nicht noch einmal schreiben, wir bestellen am Montag.
Schreiben Sie mir nicht noch einmal. Schicken Sie die Rechnung.
Plus d'e-mails, s'il vous plaît, appelez-moi demain.
Ne me relancez plus, envoyez-moi le contrat.
Ne m'écrivez plus, appelez-moi : nous voulons commander.
No más correos, por favor, llámeme mañana.
No me escriba más, envíeme el contrato.
Basta email, chiamatemi domani.
Non scrivetemi più, mandatemi il contratto e la fattura.
Geen e-mails meer alstublieft, bel mij morgen.
Geen herinneringen meer, stuur de offerte.
No more emails please, we sign on Friday.
Please no more follow-ups, we will order next week.
Please no more emails, just get me the contract.
No more messages please. Could you send the agreement?
Enough of these mails, I want to buy.
Keine weiteren Mails bitte, wir unterschreiben am Freitag.
Keine Erinnerungen mehr bitte, senden Sie die Rechnung.
Plus de mails s'il vous plaît, nous signons vendredi.
Plus de mails, envoyez-moi simplement le devis.
Basta mail, vogliamo ordinare venti robot.
Niente più mail, mandate il preventivo.
Geen mails meer, wij bestellen maandag.
Geen mails meer graag, stuur gewoon de factuur.
No más correos, queremos comprar.
No más mensajes, mande la factura.
"""

ENDS = """\
Remove my details from your database.
No more emails please.
Please delete all my data from your system and don't write again.
We request erasure of our contact details from your CRM.
No follow-ups please. We are not interested.
Please, no follow ups.
Enough of these emails.
Enough of your emails! I am not interested.
Please no more calls or emails.
I request deletion of my personal data under GDPR.
No more follow ups, thank you. We have a supplier.
I've had enough of your emails. Goodbye.
We have signed a contract with another vendor, please no more emails.
No more emails please. We do not want a quote.
No more emails please. We never asked for a quote.
Enough of the emails. Do not call me either.
I request removal of my details. How did you get my address?
We ask for deletion of our data from your list. Did you buy it somewhere?
I request deletion of all data you hold about me.
I request removal from your mailing list.
No more emails or calls please, we have a meeting every week with our current vendor.
Keine weiteren E-Mails bitte.
Löschen Sie meine Daten aus Ihrer Datenbank.
Ich bitte um Löschung meiner Daten.
Wir bitten um Löschung unserer Adresse aus Ihrem Verteiler.
Wir bitten um Löschung unserer Adresse. Woher haben Sie die?
Schreiben Sie mir nicht noch einmal.
Schreiben Sie mir nicht noch einmal. Wir haben kein Interesse an einem Angebot.
Kontaktieren Sie mich nicht erneut.
Kontaktieren Sie uns nicht erneut, wir haben kein Interesse.
Kontaktieren Sie uns nicht noch einmal, wir haben bereits einen Vertrag.
Bitte um Austragung aus dem Verteiler.
Schreiben Sie mir nicht noch einmal und rufen Sie auch nicht an.
Plus d'e-mails, s'il vous plaît.
Ne m'écrivez plus.
Je demande la suppression de mes données de votre base.
Merci de supprimer mon adresse de votre liste.
Ne me recontactez plus, nous avons déjà un contrat.
Je demande l'effacement de mes données personnelles.
No más correos, por favor.
No me escriba más.
Solicito la supresión de mis datos de su base de datos.
No vuelva a contactarme.
Borre mi dirección de su lista.
No vuelva a escribirme, ya tenemos un contrato.
Basta email, per favore.
Non scrivetemi più.
Chiedo la cancellazione dei miei dati dal vostro database.
Non contattatemi più, abbiamo già un contratto.
Chiediamo la cancellazione del nostro indirizzo dalla vostra lista.
Geen e-mails meer alstublieft.
Stuur mij geen mails meer.
Ik verzoek om verwijdering van mijn gegevens uit uw bestand.
Neem geen contact meer met ons op.
Neem niet opnieuw contact met mij op.
No more emails, please. We order from Acme.
No more emails please. We buy everything from Acme.
No more emails. If we want to buy we will call you.
Please no more emails. Send your contract to somebody else.
Enough of these emails. I will call you if we need anything.
Enough of these emails. Do not call me either, we sign nothing.
No follow-ups please. We have an order with your competitor.
No more emails please. I do not want to buy.
Please stop emailing me. We will not order.
Don't email me again. We buy nothing from you.
No more emails. Take the contract and leave us alone.
Keine weiteren E-Mails bitte. Wir bestellen nichts.
Keine Mails mehr bitte, wir kaufen bei der Konkurrenz.
Kontaktieren Sie uns nicht erneut. Wenn wir bestellen, melden wir uns.
Schreiben Sie mir nicht noch einmal. Rufen Sie mich nicht an.
Schreiben Sie mir nicht noch einmal, sonst rufen Sie meinen Anwalt an.
Ne m'écrivez plus, ne m'appelez plus.
Ne m'écrivez plus. Nous n'achetons rien.
No me escriba más, no me llame.
No me escriban más. No queremos comprar.
Non scrivetemi più, non chiamatemi.
Non scrivetemi più. Non vogliamo comprare.
Stuur mij geen mails meer. Wij kopen niets.
Stuur mij geen mails meer, bel me niet.
Remove me from your list. Send the invoice to Anna.
Unsubscribe. We want to buy nothing.
Please do not contact me again. Please call me only if you have a legal reason.
Stop emailing me. I never asked you to send a quote.
You keep telling me to sign. No more emails please.
No more emails please. Best regards, Anna, Contract and Invoice Desk
"""

NO_END = """\
We ask for deletion of our data in the cloud after 30 days. Do you support that?
I request removal of my details from the quote and put Anna as contact.
Wir bitten um Löschung der Adresse Hauptstr. 5, wir sind umgezogen nach Hafenweg 2.
Wir bitten um Löschung der alten Adresse und ein neues Angebot.
Please no calls or emails before 9 am.
No calls or emails please until Monday, then call me.
Um Löschung der Adresse wird gebeten: bitte neue Adresse verwenden.
Schreiben Sie mir bitte nicht noch mal dieselbe Mail, sondern das Angebot.
We request deletion of our data from your trial system once the pilot ends, as agreed. Please send the contract.
We demand erasure of our data after the project. Is that possible with your product?
We insist on deletion of all personal data from the system after the test. Can you do that?
I had enough of your competitor's emails. Yours was good, send the quote.
We require erasure of our data at the end of the contract.
We would ask for removal of the old robots from our hall. Do you do that?
Our auditors demand deletion of personal data after two years. Can your software do it?
I request removal of line 3 from the quote.
Please remove my colleague Bob from the offer and add me.
Wir verlangen die Löschung unserer Daten nach Vertragsende. Können Sie das zusichern?
Wir bitten um Löschung der Position 4 aus dem Angebot.
Wir verlangen Löschung unserer Daten in der Cloud nach 30 Tagen. Geht das?
Nous demandons la suppression de nos données dans le cloud après 30 jours. Est-ce possible ?
Nous demandons la suppression de la ligne 3 du devis.
Exigimos la supresión de nuestros datos en la nube a los 30 días. ¿Lo ofrecen?
Chiediamo la cancellazione dei nostri dati nel cloud dopo 30 giorni. È possibile?
Chiediamo la cancellazione della riga 3 dal preventivo.
Wij eisen verwijdering van onze gegevens in de cloud na 30 dagen. Kan dat?
Ik vraag om verwijdering van regel 3 uit de offerte.
"""


def move_of(text: str) -> Move:
    said = read(text)
    heard = Heard(
        said.kind, said.interest, said.bant, opt_out=said.opt_out is not None, knowledge=said.knowledge,
        refuses=said.refuses, authenticated=True,
    )  # fmt: skip
    return decide(heard, Standing()).move


@pytest.mark.parametrize("text", lines(TORN))
def test_whoever_wants_no_more_mails_and_a_contract_is_shown_to_a_person(text: str) -> None:
    assert opt_out_in(text) == ""
    assert move_of(text) in (Move.HAND_OVER, Move.BLOCKED)


@pytest.mark.parametrize("text", lines(ENDS))
def test_what_is_refused_or_bought_elsewhere_is_no_wish_for_more(text: str) -> None:
    for below in ("", "\nAnna Miller\nPlease call our office on 555", "\nAnna Miller, Contracts and Invoices"):
        assert opt_out_in(text + below)
        assert torn_in(text + below) == ""


@pytest.mark.parametrize("text", lines(NO_END))
def test_what_is_to_be_deleted_of_a_product_a_quote_or_later_is_none(text: str) -> None:
    assert opt_out_in(text) == ""


def test_whoever_leaves_a_list_has_left_whatever_else_he_asks_for() -> None:
    assert move_of("No more emails. Remove me from your list. Send the invoice to Anna.") is Move.SUPPRESS
    assert move_of("Unsubscribe me, please. Then send the invoice.") is Move.SUPPRESS
