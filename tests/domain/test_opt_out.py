"""Opt-out in words: plain ones in many languages are found, talk about the product is not."""

import pytest

from leadwright.domain.opt_out import opt_out_in, own_sentences

PLAIN = """\
Please take my email off your mailing list.
I would like to unsubscribe from your emails.
pls remove
Remove me pls
REMOVE
Un-subscribe
unsubscribe!!
Unsubscribe me from this list immediately.
I want off this list
I want to be off your list
Get me off this list
Don't ever email me again
Do not write me any more
Don't message me again.
No further emails, please.
Kindly stop.
Just stop
Stop it
stop contacting us
please quit emailing me
Please stop messaging me
Stop sending me stuff
Stop following up.
Please refrain from contacting me
Please exclude me from future mailings.
Please discontinue sending emails to this address.
Do not contact this address again.
Don't send me any emails
We don't want any more mails from you.
I'm not interested in receiving your emails
I never subscribed to this. Remove.
Never signed up, please delete my data.
Not interested, remove from list
no more
No more mails.
No thanks, unsubscribe
Please opt me out of all communications
Please unsubscribe this address
please unsubscribe info@acme.example
unsub
Unsub please
How can I opt out?
how do i stop these emails?
Could you stop emailing me?
can you please take us off
You don't have my consent. Delete my details.
I do not consent to receiving marketing emails.
Please add me to your do not contact list.
Put me on your do-not-email list
Please blacklist this domain
Spam. Remove me.
Bitte keine weiteren Nachrichten.
Bitte entfernen Sie meine Adresse aus Ihrer Datenbank
Bitte abmelden.
Nehmen Sie mich bitte von der Liste
Nicht mehr schreiben!
Hören Sie auf, mir zu schreiben.
Bitte austragen
Keine Werbung mehr bitte
Kontaktieren Sie mich nicht mehr
Schreiben Sie mir bitte nicht mehr
Ich möchte keine E-Mails mehr von Ihnen
STOPP
Desabonnez moi
Merci de m'enlever de votre liste
Je ne veux plus recevoir vos mails
Arrêtez de m'envoyer des mails
Stop aux mails
Merci d'arrêter
Supprimez mon adresse
No me escriba más
Deje de enviarme correos
Quiero cancelar la suscripción
Borrar mis datos por favor
No molesten
Por favor quítenme de la lista
Não me envie mais e-mails
Quero sair da lista
Cancelar inscrição
Retirem o meu email
Smettetela di scrivermi
Vorrei essere cancellato
Cancellate il mio indirizzo
Toglietemi dalla lista
Basta email
Niet meer mailen aub
Stop met mailen
Graag verwijderen uit jullie bestand
Ik wens geen mails meer
Usuńcie mój adres
Nie życzę sobie takich maili
Wypiszcie mnie
Ta bort oss
Jag vill inte ha fler mail
Avregistrera mig
Slet min mail
Fjern meg
Send ikke flere mails
Ikke send meg flere e-poster
Poistakaa osoitteeni
Prosím odhlásit
Vyřaďte mě ze seznamu
Kérem töröljenek a listáról
Vă rog să mă dezabonați
Lütfen artık mail atmayın
Не пишите мне больше
Прошу удалить мой адрес
Уберите меня из базы
Διαγράψτε με από τη λίστα
メール不要
もう送らないでください
配信解除希望
今後のご連絡はご遠慮ください
取消订阅
别再发了
不要再联系我
請停止寄送
메일 그만 보내주세요
더 이상 연락하지 마세요
الرجاء إزالتي من القائمة
הסירו אותי
Vui lòng hủy đăng ký
Tolong hapus saya dari daftar
unsubscribe
Unsubscribe.
UNSUBSCRIBE please
unsubscirbe
unsubcribe me
Unsuscribe
stop
STOP!
Please stop.
Please remove me
Remove me.
Take me off this list please
Not interested — please remove me.
take us off your mailing list
Kindly delete my email address from your database
Please don't contact me again.
Do not email me
dont email me again
Stop emailing me!
Please stop sending these emails
Plz stop reaching out
Not intrested, plz stop.
I don't want to receive any more emails from you
I no longer wish to receive your newsletter.
no more emails please
We'd like to opt out.
opt-out
I withdraw my consent to be contacted.
I want to be removed from your list
Please take my name off your list.
How do I unsubscribe?
Could you please unsubscribe me?
Leave me alone
never contact us again
I already unsubscribed twice and still get this.
Hi Tom, thanks for the note. We're set for now. Can you take me off your list? Best, Ann
Cease and desist.
please remove this email address from your system
remove
Bitte nehmen Sie mich aus dem Verteiler.
Bitte nicht mehr anschreiben
Bitte schreiben Sie mich nicht mehr an.
Bitte löschen Sie meine Daten
Ich möchte keine weiteren E-Mails erhalten.
Abmelden
Bitte keine Mails mehr
Ich widerspreche der Nutzung meiner Daten zu Werbezwecken.
Lassen Sie mich in Ruhe.
Désinscrire
Merci de me désinscrire de votre liste
Merci de ne plus me contacter.
Veuillez ne plus m'envoyer d'e-mails
Ne m'écrivez plus
Retirez-moi de votre liste
Baja
Quiero darme de baja
Por favor, no me escriban más
No deseo recibir más correos.
Elimíneme de su lista por favor
Cancellami
Cancellatemi dalla lista
Non voglio più ricevere le vostre email
non scrivetemi più
Afmelden
Graag afmelden
Schrijf mij uit aub
Ik wil geen mails meer ontvangen
Verwijder mij uit uw bestand
Proszę mnie wypisać
Proszę o usunięcie mojego adresu
Proszę nie pisać
Não quero mais receber e-mails
Por favor, remova-me da lista
Descadastrar
Parem de me enviar mensagens
Ta bort mig från listan
Sluta mejla mig
Kontakta mig inte igen
Fjern mig fra listen
Vennligst fjern meg fra listen
Afmeld mig
Ikke kontakt meg mer
配信停止をお願いします
今後メールは不要です
連絡しないでください
リストから削除してください
退订
请不要再给我发邮件
請將我從名單中移除
수신거부
메일 보내지 마세요
Отпишите меня
Удалите меня из рассылки
Больше не пишите мне
Leiratkozás
Lütfen beni listeden çıkarın
Bana bir daha mail göndermeyin
Poistakaa minut listalta
إلغاء الاشتراك
Odhlásit
Už mi neposílejte e-maily
I'm not interested. Please do not send me any more mail.
Not a fit. Remove us from your cadence.
GDPR request: erase my data.
stop spamming us
""".splitlines()

OTHER_TALK = """\
Please remove the comma in our company name on the quote.
Stop me if I'm wrong, but the price looks low.
We stopped using Northwind last year.
Can I unsubscribe at any time or is there a minimum term?
Please do not send it to my private address, use this one.
Don't email the quote, bring it along.
No more changes from our side.
Do not contact my boss about this, I decide.
Delete the old file, here is the new one.
We want to stop paying for three tools.
Please remove me from the Thursday call, but keep Sam.
Keine Sorge, wir melden uns.
Haben Sie noch weitere Fragen? Ich nicht mehr.
Die E-Mail ist nicht mehr aktuell, bitte schicken Sie eine neue.
Nous ne pouvons plus attendre, envoyez le contrat.
No puedo abrir el archivo, ¿me lo envías otra vez?
Non ho più domande.
Ik heb geen vragen meer.
請發報價給我
資料を送ってください
견적을 보내 주세요
Пришлите прайс, пожалуйста
We will take you up on that.
Take me to your leader :)
I'd rather not receive the full deck, a summary will do.
Please stop by our booth at the fair on Tuesday.
Could you stop by on Thursday?
Does your product handle unsubscribe requests?
How do unsubscribes work in your tool?
Can recipients unsubscribe from campaigns with one click?
Do you offer one-click unsubscribe?
Sounds interesting, tell me more.
To unsubscribe, click here.
If you no longer wish to receive these emails, reply STOP.
Unsubscribe | Privacy policy
You can unsubscribe at any time.
Don't hesitate to contact me.
Please do not contact my colleague, talk to me directly.
Can your tool remove duplicates from our list?
Can you take us through a demo?
We want to stop emailing customers by hand.
How would we remove a user from the account?
Please don't send the contract yet, legal is still on it.
I am not interested in the newsletter module, only the CRM.
The plane makes a stop in Dallas.
Drop me a line next week.
Wir haben noch keine E-Mails von Ihnen erhalten.
Können Sie mich bitte zurückrufen?
Melden Sie mich gern für die Demo an.
Bitte melden Sie sich nächste Woche.
Puis-je avoir une démo ?
¿Cuánto cuesta?
What is your opt-out rate?
We do not want to receive a fixed price, hourly is fine.
Do not contact me before March, budget opens then.
Our old vendor can't stop sending us invoices.
I'd like to get off the phone by 3, otherwise fine.
Can you remove the setup fee?
I don't want to miss this, send me the details.
Do you support list-unsubscribe headers?
非常感兴趣，请发报价
ぜひデモをお願いします
Delete the second line of the quote and we sign.
No more questions from my side, let's go ahead.
I don't need more emails to be convinced, let's sign.
We get too many support emails, can your tool help us to stop this?
Take me through the pricing please
I never got your mail.
Non ho ricevuto il preventivo.
Ik mail je morgen.
Send me more information
Stop-loss features are what we need
Can I cancel at any time?
""".splitlines()


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_opt_out_is_never_missed(text: str) -> None:
    assert opt_out_in(text) in text
    assert opt_out_in(text)


@pytest.mark.parametrize("text", PLAIN)
def test_an_opt_out_is_found_within_a_longer_mail(text: str) -> None:
    assert opt_out_in(f"Hello Tom,\n\nthanks for your mail. We looked at it.\n{text}\n\nBest regards\nAnn Example")


@pytest.mark.parametrize("text", PLAIN)
def test_capitals_and_invisible_characters_hide_no_opt_out(text: str) -> None:
    assert opt_out_in(text.upper())
    assert opt_out_in("\u200b".join(text.split(" ")) if " " not in text else text.replace(" ", "\u00a0 "))


@pytest.mark.parametrize("text", OTHER_TALK)
def test_talk_about_the_product_or_a_footer_is_no_opt_out(text: str) -> None:
    assert not opt_out_in(text)


@pytest.mark.parametrize(
    "header",
    ["On Tue, JN wrote:", "Am 3. Mai 2026 schrieb Jo Muster <jo@example.com>:", "-----Original Message-----"],
)
def test_what_is_quoted_is_no_opt_out(header: str) -> None:
    assert not opt_out_in(
        f"Sounds interesting, tell me more.\n\n{header}\nReply unsubscribe to opt out.\nUnsubscribe\n"
    )
    assert not opt_out_in("Sounds interesting, tell me more.\n> unsubscribe\n> Please remove me")


def test_an_opt_out_above_a_quote_counts() -> None:
    assert opt_out_in("Remove me.\n\nOn Tue, JN wrote:\n> hello") == "Remove me."


def test_the_subject_alone_may_ask_but_a_reply_subject_is_ours() -> None:
    assert opt_out_in("", "Unsubscribe") == "Unsubscribe"
    assert not opt_out_in("", "Re: Stop")


def test_a_line_broken_by_the_mail_program_is_one_sentence() -> None:
    text = "Thank you for the mail, but we really do not want this and I ask you to remove\nme from your list."
    assert opt_out_in(text)


def test_endless_and_odd_text_is_read_in_no_time() -> None:
    for text in ("stop " * 200_000, "a" * 1_000_000, "\x00\ud800", ">" * 50_000, "remove my " * 50_000, "(" * 40_000):
        assert isinstance(opt_out_in(text), str)


def test_own_sentences_are_word_for_word() -> None:
    text = "Yes. We  need it!\n> old\nCall me?"
    assert own_sentences(text) == ["Yes.", "We  need it!", "Call me?"]
