"""Replies as mail programs lay them out, written for the tests before any rule was changed for them.

A reply starts with `# program, language`. Each line of it carries a mark: `+` is new and must stay, `-` is quote,
signature, disclaimer or forwarded mail and must go, `?` is a closing or a name that may do either. Nobody in them is
real; `~` at the end of a line stands for a blank there.
"""

FIRST = """
# Outlook desktop, English
+Hi Tom,
+
+Thursday works for us.
+
?Best regards,
?Ann Miller
-Head of Purchasing
-Miller Tools Ltd
-T +44 20 7946 0000 | ann@example.com
-
-From: Tom Seller <tom@example.org>
-Sent: 12 November 2026 09:14
-To: Ann Miller <ann@example.com>
-Subject: Your warehouse
-
-Dear Ann,
-we build robots.
# Outlook desktop, German
+Hallo Herr Seller,
+
+bitte schicken Sie uns ein Angebot.
+
?Mit freundlichen Grüßen
?Anna Muster
-Leiterin Einkauf
-
-Muster GmbH | Musterstraße 1 | 10115 Berlin
-Tel.: +49 30 1234567
-Geschäftsführer: Max Muster | Amtsgericht Berlin HRB 12345
-
-Von: Tom Seller <tom@example.org>
-Gesendet: Donnerstag, 12. November 2026 09:14
-An: Anna Muster <anna@example.com>
-Betreff: Ihr Lager
-
-Sehr geehrte Frau Muster,
# Outlook desktop, French
+Bonjour,
+
+Merci, je suis intéressée par une démonstration.
+
?Cordialement,
?Anne Exemple
-Responsable achats
-
-De : Tom Seller <tom@example.org>
-Envoyé : jeudi 12 novembre 2026 09:14
-À : Anne Exemple <anne@example.com>
-Objet : Votre entrepôt
-
-Bonjour Anne,
# Outlook web, English
+Please call me tomorrow.
-________________________________
-From: Tom Seller <tom@example.org>
-Sent: Thursday, November 12, 2026 9:14 AM
-To: Ann Miller <ann@example.com>
-Subject: Your warehouse
-
-Dear Ann,
# Outlook web, Spanish
+Gracias, no nos interesa.
-________________________________
-De: Tom Seller <tom@example.org>
-Enviado: jueves, 12 de noviembre de 2026 9:14
-Para: Ana Ejemplo <ana@example.com>
-Asunto: Su almacén
-
-Hola Ana:
# Outlook mobile, English
+Sounds good, send it over.
+
-Get Outlook for iOS<https://aka.ms/o0ukef>
-________________________________
-From: Tom Seller <tom@example.org>
-Sent: Thursday, November 12, 2026 9:14:22 AM
-To: Ann Miller <ann@example.com>
-Subject: Your warehouse
-
-Dear Ann,
# Outlook mobile, Dutch
+Prima, donderdag om 10 uur.
+
-Outlook voor Android downloaden<https://aka.ms/AAb9ysg>
-________________________________
-Van: Tom Seller <tom@example.org>
-Verzonden: donderdag 12 november 2026 09:14
-Aan: Anna Voorbeeld <anna@example.com>
-Onderwerp: Uw magazijn
-
-Beste Anna,
# Gmail, English
+Not now, maybe in spring.
+
-On Thu, Nov 12, 2026 at 9:14 AM Tom Seller <tom@example.org> wrote:
-
-> Dear Ann,
-> we build robots.
-> To unsubscribe click here
# Gmail, German, with a signature
+Danke, wir haben schon einen Anbieter.
+
---~
-Anna Muster
-Muster GmbH
-
-Am Do., 12. Nov. 2026 um 09:14 Uhr schrieb Tom Seller <tom@example.org>:
-
-> Sehr geehrte Frau Muster,
# Gmail, Portuguese
+Obrigado, podemos falar na quinta-feira.
+
-Em qui., 12 de nov. de 2026 às 09:14, Tom Seller <tom@example.org>
-escreveu:
-
-> Olá Ana,
# Gmail, Polish, interleaved
+Dzień dobry,
+
-czw., 12 lis 2026 o 09:14 Tom Seller <tom@example.org> napisał(a):
-
-> Czy mają Państwo budżet?
+
+Tak, na przyszły rok.
+
-> Kto decyduje?
+
+Nasz dyrektor.
# Gmail, Japanese
+木曜日でお願いします。
+
-2026年11月12日(木) 9:14 Tom Seller <tom@example.org>:
-
-> こんにちは
# Apple Mail, English
+Yes please.
+
?Ann
+
-> On 12 Nov 2026, at 09:14, Tom Seller <tom@example.org> wrote:
->~
-> Dear Ann,
# Apple Mail, iPhone, French
+Oui, rappelez-moi lundi.
+
-Envoyé de mon iPhone
-
-> Le 12 nov. 2026 à 09:14, Tom Seller <tom@example.org> a écrit :
->~
-> Bonjour Anne,
# Apple Mail, iPad, Swedish
+Tack, vi hör av oss.
+
-Skickat från min iPad
-
-> 12 nov. 2026 kl. 09:14 skrev Tom Seller <tom@example.org>:
->~
-> Hej Anna,
# Apple Mail, Italian, comma and name
+No grazie, abbiamo già un fornitore.
+
?Saluti,
?Anna
+
-Il giorno 12 nov 2026, alle ore 09:14, Tom Seller <tom@example.org> ha scritto:
-
-> Gentile Anna,
# Thunderbird, English, bottom-posted
-On 12/11/2026 09:14, Tom Seller wrote:
-> Dear Ann,
->
-> do you have ten minutes?
+
+Sure, tomorrow at ten.
# Thunderbird, German, interleaved
-Am 12.11.26 um 09:14 schrieb Tom Seller:
-> Haben Sie einen Etat?
+Ja, 40.000 Euro.
-> Wann soll es losgehen?
+Im Mai.
# Thunderbird, Russian
+Спасибо, пришлите прайс-лист.
+
-12.11.2026 09:14, Tom Seller пишет:
-> Здравствуйте!
# Thunderbird, Danish, bottom-posted with a signature
-Den 12.11.2026 kl. 09.14 skrev Tom Seller:
-> Hej Anna
+
+Vi er ikke interesserede.
+
---~
-Anna Eksempel
-Eksempel A/S
# K-9, English
+Wrong person, ask our CTO.
-
-On 12 November 2026 09:14:00 CET, Tom Seller <tom@example.org> wrote:
->Dear Ann,
->we build robots.
-
---~
-Sent from my Android device with K-9 Mail. Please excuse my brevity.
# K-9, German
+Bitte nächstes Jahr wieder melden.
-
-Am 12. November 2026 09:14:00 MEZ schrieb Tom Seller <tom@example.org>:
->Sehr geehrte Frau Muster,
-
---~
-Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
# Proton, English
+I would like a quote for 20 seats.
+
-Sent with Proton Mail secure email.
-
-On Thursday, November 12th, 2026 at 9:14 AM, Tom Seller <tom@example.org> wrote:
-
-> Dear Ann,
# Proton mobile, English
+Please stop writing to me.
+
-Sent from Proton Mail for iOS.
-
--------- Original Message --------
-On Thursday, 11/12/26 at 09:14 Tom Seller <tom@example.org> wrote:
-
-> Dear Ann,
# Lotus Notes, English
+We are interested. Please call Ms Wood.
+
?Regards
?Ann
-
-
-
-From:        "Tom Seller" <tom@example.org>
-To:        "Ann Miller" <ann@example.com>
-Date:        12/11/2026 09:14
-Subject:        Your warehouse
-
-
-Dear Ann,
# Lotus Notes, German
+Kein Bedarf.
+
-Von:	Tom Seller <tom@example.org>
-An:	anna@example.com
-Datum:	12.11.2026 09:14
-Betreff:	Ihr Lager
-
-Sehr geehrte Frau Muster,
# Lotus Notes on the web, English
+Let us talk in January.
+
------Tom Seller <tom@example.org> wrote: -----
-To: ann@example.com
-From: Tom Seller <tom@example.org>
-Date: 11/12/2026 09:14AM
-Subject: Your warehouse
-
-Dear Ann,
# Outlook desktop, English, disclaimer
+Thanks, but we are fine as we are.
+
?Ann
+
-This email and any attachments are confidential and intended solely for the addressee. If you have received this email in error please notify the sender and delete it.
# Outlook desktop, German, disclaimer
+Vielen Dank, wir melden uns.
+
-Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte sofort den Absender und vernichten Sie diese E-Mail.
# Outlook desktop, French, disclaimer
+Merci de me rappeler.
+
-Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention exclusive de ses destinataires. Si vous avez reçu ce message par erreur, merci de le détruire.
# Outlook desktop, Spanish, disclaimer
+Envíenos una oferta, por favor.
+
-Este mensaje y sus archivos adjuntos son confidenciales y van dirigidos exclusivamente a su destinatario. Si ha recibido este mensaje por error, le rogamos que nos lo comunique y lo elimine.
# Outlook desktop, English, think of the trees
+Ok for Monday.
+
-P Please consider the environment before printing this email.
# Outlook, forwarded with a word
+Tom, see below, Bob will answer you.
+
----------- Forwarded message ---------
-From: Tom Seller <tom@example.org>
-Date: Thu, Nov 12, 2026 at 9:14 AM
-Subject: Your warehouse
-To: Ann Miller <ann@example.com>
-
-Dear Ann,
# Apple Mail, forwarded with a word
+Bob, is this for you?
+
-Begin forwarded message:
-
-From: Tom Seller <tom@example.org>
-Subject: Your warehouse
-Date: 12 November 2026 at 09:14:00 CET
-To: ann@example.com
-
-Dear Ann,
# Apple Mail, German, forwarded
+Das ist etwas für meine Kollegin, ich leite es weiter.
+
-Anfang der weitergeleiteten Nachricht:
-
-Von: Tom Seller <tom@example.org>
-Betreff: Ihr Lager
-Datum: 12. November 2026 um 09:14:00 MEZ
-An: anna@example.com
-
-Sehr geehrte Frau Muster,
# Thunderbird, French, forwarded
+Je transmets à mon collègue.
+
--------- Message transféré --------
-Sujet : Votre entrepôt
-Date : Thu, 12 Nov 2026 09:14:00 +0100
-De : Tom Seller <tom@example.org>
-Pour : anne@example.com
-
-Bonjour Anne,
# Gmail, Italian
+Grazie, mandatemi il listino.
+
-Il giorno gio 12 nov 2026 alle ore 09:14 Tom Seller <tom@example.org> ha
-scritto:
-
-> Gentile Anna,
# Outlook, Italian
+Non ci interessa.
+
-Da: Tom Seller <tom@example.org>~
-Inviato: giovedì 12 novembre 2026 09:14
-A: Anna Esempio <anna@example.com>
-Oggetto: Il vostro magazzino
-
-Gentile Anna,
# Outlook, Portuguese
+Não temos interesse neste momento.
+
-De: Tom Seller <tom@example.org>
-Enviada em: quinta-feira, 12 de novembro de 2026 09:14
-Para: Ana Exemplo <ana@example.com>
-Assunto: O seu armazém
-
-Olá Ana,
# Outlook, Polish
+Proszę o kontakt w styczniu.
+
?Pozdrawiam
?Anna Przykład
-
-From: Tom Seller <tom@example.org>
-Sent: Thursday, November 12, 2026 9:14 AM
-To: anna@example.com
-Subject: Magazyn
-
-Dzień dobry,
# Outlook, Polish headings
+Dziękuję, nie jesteśmy zainteresowani.
+
-Od: Tom Seller <tom@example.org>
-Wysłano: czwartek, 12 listopada 2026 09:14
-Do: Anna Przykład <anna@example.com>
-Temat: Magazyn
-
-Dzień dobry,
# Outlook, Swedish
+Ring mig på måndag.
+
-Från: Tom Seller <tom@example.org>
-Skickat: den 12 november 2026 09:14
-Till: Anna Exempel <anna@example.com>
-Ämne: Ert lager
-
-Hej Anna,
# Outlook, Danish
+Nej tak.
+
-Fra: Tom Seller <tom@example.org>
-Sendt: 12. november 2026 09:14
-Til: Anna Eksempel <anna@example.com>
-Emne: Jeres lager
-
-Hej Anna,
# Outlook, Finnish
+Emme ole kiinnostuneita.
+
-Lähettäjä: Tom Seller <tom@example.org>
-Lähetetty: torstai 12. marraskuuta 2026 9.14
-Vastaanottaja: Anna Esimerkki <anna@example.com>
-Aihe: Varastonne
-
-Hei Anna,
# Outlook, Chinese
+请把报价发给我。
+
-发件人: Tom Seller <tom@example.org>
-发送时间: 2026年11月12日 9:14
-收件人: Anna <anna@example.com>
-主题: 仓库
-
-您好
# QQ Mail, Chinese
+谢谢，不需要。
+
-------------------&nbsp;原始邮件&nbsp;------------------
-发件人: "Tom Seller" <tom@example.org>;
-发送时间: 2026年11月12日(星期四) 上午9:14
-收件人: "Anna" <anna@example.com>;
-主题: 仓库
-
-您好
# Outlook, Japanese
+お世話になっております。
+資料を送ってください。
+
-差出人: Tom Seller <tom@example.org>
-送信日時: 2026年11月12日 9:14
-宛先: Anna <anna@example.com>
-件名: 倉庫
-
-こんにちは
# Outlook, Russian
+Нам это не интересно.
+
-От: Tom Seller <tom@example.org>
-Отправлено: 12 ноября 2026 г. 9:14
-Кому: Анна <anna@example.com>
-Тема: Склад
-
-Здравствуйте!
# Yandex Mail, Russian
+Позвоните мне завтра.
+
-12.11.2026, 09:14, "Tom Seller" <tom@example.org>:
-
-Здравствуйте!
# Yahoo, English
+Please send a price list.
+
-    On Thursday, November 12, 2026 at 09:14:22 AM EST, Tom Seller <tom@example.org> wrote:~
-~
- Dear Ann,
-we build robots.
# GMX, German
+Danke, kein Interesse.
-~
-~
-Gesendet: Donnerstag, 12. November 2026 um 09:14 Uhr
-Von: "Tom Seller" <tom@example.org>
-An: anna@example.com
-Betreff: Ihr Lager
-
-Sehr geehrte Frau Muster,
# Samsung Mail, English
+Call me after lunch.
+
-Sent from my Galaxy
-
--------- Original message --------
-From: Tom Seller <tom@example.org>
-Date: 12/11/2026 09:14 (GMT+00:00)
-To: ann@example.com
-Subject: Your warehouse
-
-Dear Ann,
# Samsung Mail, German
+Melde mich morgen.
+
-Von meinem/meiner Galaxy gesendet
-
--------- Ursprüngliche Nachricht --------
-Von: Tom Seller <tom@example.org>
-Datum: 12.11.26 09:14 (GMT+01:00)
-An: anna@example.com
-Betreff: Ihr Lager
-
-Sehr geehrte Frau Muster,
# Plain text, a reply that talks of headings
+Two things matter to us:
+From: the first of May we need two lines.
+To: the end of June we can wait with the third.
+On Monday Bob wrote: we need it cheaper.
# Plain text, a list with greater-than signs in numbers
+We need a solution for
+- > 500 users
+- 3 sites
+and a budget of >40k is fine.
# Plain text, dashes between paragraphs
+First, thank you.
+
+-----
+
+Second, how much is it?
# Plain text, a postscript after the name
+Please send me the deck.
+
?Thanks
?Ann
+
+PS: only mornings suit me.
# Plain text, signature without marks
+We might need this in Q3.
+
?Kind regards
?
?Ann Miller
-Chief Operating Officer
-Miller Tools Ltd, 12 Mill Lane, Leeds LS1 1AA
-M: +44 7700 900000
-www.miller.example
# Plain text, bottom-posted without an introduction
-> Dear Ann,
-> do you have ten minutes?
+
+No, and please do not write again.
# Gmail, Korean
+목요일이 좋습니다.
+
-2026년 11월 12일 (목) 오전 9:14, Tom Seller <tom@example.org>님이 작성:
-
-> 안녕하세요
# Gmail, Turkish
+Fiyat listesini gönderir misiniz?
+
-Tom Seller <tom@example.org>, 12 Kas 2026 Per, 09:14 tarihinde şunu yazdı:
-
-> Merhaba
"""  # noqa: E501

# Written after the trimming had been changed for the first ones, and before it was changed for these.
SECOND = """
# Outlook desktop, Spanish, signature with a title
+Perfecto, el martes a las once.
+
?Un saludo,
?Ana Ejemplo
-Directora de Compras
-Ejemplo S.A.
-
-De: Tom Seller <tom@example.org>
-Enviado el: jueves, 12 de noviembre de 2026 9:14
-Para: Ana Ejemplo
-CC: Bob Builder
-Asunto: RE: Su almacén
-
-Hola Ana:
# Outlook desktop, Dutch, signature without marks
+Graag een offerte.
+
?Met vriendelijke groet,
?Anna Voorbeeld
-Hoofd Inkoop
-Voorbeeld BV
-
-Van: Tom Seller <tom@example.org>
-Verzonden: donderdag 12 november 2026 09:14
-Aan: Anna Voorbeeld
-Onderwerp: Uw magazijn
-
-Beste Anna,
# Outlook mobile, French
+Ok pour jeudi.
+
-Télécharger Outlook pour iOS<https://aka.ms/o0ukef>
-________________________________
-De : Tom Seller <tom@example.org>
-Envoyé : Thursday, November 12, 2026 9:14:22 AM
-À : Anne Exemple <anne@example.com>
-Objet : Votre entrepôt
-
-Bonjour
# Outlook mobile, Polish
+Proszę zadzwonić.
+
-Pobierz aplikację Outlook dla systemu Android<https://aka.ms/AAb9ysg>
-________________________________
-From: Tom Seller <tom@example.org>
-Sent: Thursday, November 12, 2026 9:14:22 AM
-To: Anna <anna@example.com>
-Subject: Magazyn
-
-Dzień dobry
# Gmail, Czech
+Děkuji, nemáme zájem.
+
-čt 12. 11. 2026 v 9:14 odesílatel Tom Seller <tom@example.org> napsal:
-
-> Dobrý den
# Gmail, French, wrapped
+Oui, avec plaisir.
+
-Le jeu. 12 nov. 2026 à 09:14, Tom Seller de Leadwright Robotics International
-<tom.seller.at.a.long.address@example.org> a écrit :
-
-> Bonjour Anne,
# Apple Mail, German, iPhone
+Passt, bis Montag!
+
-Von meinem iPhone gesendet
-
-> Am 12.11.2026 um 09:14 schrieb Tom Seller <tom@example.org>:
->~
->
-> Hallo
# Apple Mail, Italian, forwarded
+Marco, se ne occupi tu?
+
-Inizio messaggio inoltrato:
-
-Da: Tom Seller <tom@example.org>
-Oggetto: Il vostro magazzino
-Data: 12 novembre 2026 alle ore 09:14:00 CET
-A: anna@example.com
-
-Gentile Anna,
# Apple Mail, Dutch
+Nee, dank je.
+
-> Op 12 nov 2026, om 09:14 heeft Tom Seller <tom@example.org> het volgende geschreven:
->~
-> Beste Anna,
# Thunderbird, Spanish
+No, gracias.
+
-El 12/11/26 a las 9:14, Tom Seller escribió:
-> Hola Ana
# Thunderbird, Norwegian, interleaved
-Den 12.11.2026 09:14, skrev Tom Seller:
-> Har dere budsjett?
+Ja, fra januar.
-> Hvem bestemmer?
+Det gjør jeg.
# Thunderbird, Portuguese, forwarded
+Encaminho para o colega.
+
--------- Mensagem encaminhada --------
-Assunto: Armazém
-Data: Thu, 12 Nov 2026 09:14:00 +0000
-De: Tom Seller <tom@example.org>
-Para: ana@example.com
-
-Olá
# Zoho, English
+Interested. Call me.
+
-
----- On Thu, 12 Nov 2026 09:14:00 +0000 Tom Seller <tom@example.org> wrote ---
-
-Dear Ann,
# Fastmail, English
+Yes, go ahead.
+
-On Thu, Nov 12, 2026, at 9:14 AM, Tom Seller wrote:
-> Dear Ann,
# Mutt, English, interleaved with a signature
-On Thu, Nov 12, 2026 at 09:14:00AM +0000, Tom Seller wrote:
-> Budget?
+
+40k.
+
-> Timing?
+
+May.
+
---~
-ann
# HEY, English
+We went with somebody else.
+
-On November 12, 2026, Tom Seller <tom@example.org> wrote:
-
-> Dear Ann,
# Web.de, German
+Bitte melden Sie sich im Frühjahr.
+
-Gesendet mit der WEB.DE Mail App
-
-Am 12.11.26 um 09:14 schrieb Tom Seller
-
-> Sehr geehrte Frau Muster,
# Outlook, Czech
+Pošlete nabídku.
+
-Od: Tom Seller <tom@example.org>
-Odesláno: čtvrtek 12. listopadu 2026 9:14
-Komu: Anna <anna@example.com>
-Předmět: Sklad
-
-Dobrý den,
# Outlook, Norwegian
+Ikke aktuelt nå.
+
-Fra: Tom Seller <tom@example.org>
-Sendt: torsdag 12. november 2026 09:14
-Til: Anna <anna@example.com>
-Emne: Lager
-
-Hei
# Outlook, Hungarian
+Köszönöm, nem érdekel.
+
-Feladó: Tom Seller <tom@example.org>
-Elküldve: 2026. november 12., csütörtök 9:14
-Címzett: Anna <anna@example.com>
-Tárgy: Raktár
-
-Kedves Anna!
# Outlook, Turkish
+Teşekkürler, ilgilenmiyoruz.
+
-Kimden: Tom Seller <tom@example.org>
-Gönderildi: 12 Kasım 2026 Perşembe 09:14
-Kime: Anna <anna@example.com>
-Konu: Depo
-
-Merhaba
# Plain text, sign-off and a last request
+Send me the deck.
+
?Best
?Ann
+
+Could you also add the price list?
# Plain text, external-mail banner on top
-[EXTERNAL] This message came from outside your organisation. Do not click links unless you trust the sender.
+
+Happy to talk on Friday.
# Outlook desktop, Italian, disclaimer
+Ci interessa.
+
-Le informazioni contenute in questo messaggio sono riservate e destinate esclusivamente al destinatario. Se avete ricevuto questo messaggio per errore, vi preghiamo di cancellarlo.
# Outlook desktop, English, long disclaimer
+Sounds good.
+
-The contents of this e-mail are confidential to the ordinary user of the e-mail address to which it was addressed and may also be privileged.
# Outlook desktop, Portuguese, disclaimer
+Vamos marcar.
+
-Esta mensagem pode conter informação confidencial. Se não é o destinatário, por favor elimine-a.
"""  # noqa: E501
