"""The words mail programs put above a quoted mail and under a reply, in many languages."""

import re

# "On ..., ... wrote:" and what other programs say instead: verbs that end or stand in such a line.
_WROTE = (
    r"wrote|writes|said|schrieb|schrieb am|hat (?:am .{1,40} )?geschrieben|geschrieben|a [eé]crit|a écrit|"
    r"écrivait|escribi[oó]|escribió|"
    r"ha scritto|scriveva|scrisse|escreveu|schreef|geschreven|het volgende geschreven|skrev|"
    r"skrev følgende|följande|kirjoitti|napisał(?:a|\(a\))?|"
    r"napsal(?:a|\(a\))?|napísal(?:a|\(a\))?|írta|a scris|написал(?:а|\(а\))?|пишет|писал(?:а|\(а\))?|"
    r"написав(?:ла|\(ла\))?|"
    r"пише|написа|napisao|napisala|pisze|yazdı|şunu yazdı|έγραψε|έγραψεν|כתב(?:ה)?|כתב/ה|كتب|"
    r"wrote on|"
    r"viết|menulis|ditulis|เขียน|"
    r"komentoval|rašė|rakstīja|kirjutas|a scritto|ha escrit"
)
# Scripts without spaces between words have no word boundary to ask for.
WROTE = re.compile(
    rf"(?<![\w])(?:{_WROTE})(?![\w])|"
    r"写道|寫道|のメッセージ|さんは書きました|が書きました|は書いています|님이 작성|작성:",
    re.IGNORECASE,
)

# What a line of attribution begins with, when it does not begin with a name, an address or a date.
OPENING = re.compile(
    r"(?:on|at|le|el|em|il|am|op|den|dnia|w dniu|dne|på|pa|ons?|tor|fre|lør|søn|man|tir|lun|mar|mer|gio|ven|sab|dom|"
    r"la|în data|în|a|tarih|в|вт|ср|чт|пт|сб|вс|пн|від|στις|ב|في|vào|pada|в\w{0,2},|\d|20\d\d|[\"'<«]?[\w.+-]+@)",
    re.IGNORECASE,
)

# Names of header fields at the top of a mail that is included whole.
_FROM = (
    "from|von|de|da|van|fra|från|od|od:|lähettäjä|feladó|от|від|expéditeur|expediteur|remitente|mittente|"
    "发件人|寄件者|寄件人|差出人|보낸 사람|보낸사람|kimden|gönderen|από|מאת|من|dari|từ|"
    "avsender|afsender|expeditor|nadawca|"
    "odesílatel|odosielateľ"
)
_OTHER = (
    "sent|date|message du|message from|to|cc|bcc|subject|reply-to|reply to|attachments?|importance|"
    "priority|organization|message-id|gesendet|datum|an|betreff|kopie|anlagen|"
    "antwort an|envoyé|envoye|date d'envoi|à|a|objet|copie à|répondre à|enviado|enviado el|fecha|para|"
    "asunto|data|enviada em|enviado em|enviada|assunto|"
    "inviato|oggetto|per|ccn|risposta|rispondi a|verzonden|verstuurd|aan|onderwerp|kopi|sendt|dato|til|"
    "emne|skickat|till|ämne|lähetetty|päivämäärä|"
    "vastaanottaja|aihe|wysłano|do|dw|temat|odesláno|komu|předmět|kopie|dátum|elküldve|címzett|tárgy|"
    "отправлено|дата|кому|тема|копия|"
    "надіслано|копія|trimis|către|subiect|发送时间|发送日期|日期|收件人|主题|抄送|"
    "寄件日期|傳送時間|收件者|主旨|副本|送信日時|日付|宛先|件名|日時|cc|"
    "보낸 날짜|받는 사람|받는사람|날짜|제목|"
    "참조|gönderildi|tarih|kime|konu|στάλθηκε|ημερομηνία|προς|θέμα|נשלח|אל|נושא|תאריך|dikirim|kepada|"
    "perihal|đã gửi|đến|chủ đề|tới|ngày"
)
HEADER = re.compile(
    rf"[ \t>*_]{{0,12}}(?P<name>{_FROM}|{_OTHER})[*_]{{0,3}}[ \t\u3000]{{0,4}}[:：][*_]{{0,3}}(?P<value>.*)",
    re.IGNORECASE,
)
FROM_NAME = re.compile(rf"(?:{_FROM})", re.IGNORECASE)

# "-----Original Message-----", "Begin forwarded message:" and their like, alone on a line.
_ORIGINAL = (
    r"original (?:message|mail|e-?mail|appointment|nachricht|melding|meddelelse)|reply message|"
    r"replied message|reply above this line|"
    r"(?:begin |start )?forward(?:ed)? (?:message|mail|by.*)|ursprüngliche (?:nachricht|e-?mail|mail)|"
    r"originalnachricht|"
    r"(?:(?:anfang|beginn) der )?weitergeleiteten? (?:nachricht|e-?mail)|(?:début du )?message (?:d'origine|original|"
    r"transféré|"
    r"transmis)|message original|mensaje (?:original|reenviado)|"
    r"(?:inicio del )?mensaje reenviado|(?:início da )?mensagem (?:original|encaminhada)|messaggio (?:originale|"
    r"inoltrato)|inizio messaggio inoltrato|"
    r"oorspronkelijk bericht|origineel bericht|doorgestuurd bericht|begin doorgestuurd bericht|"
    r"oprindelig (?:meddelelse|besked)|"
    r"opprinnelig melding|videresendt (?:melding|besked)|ursprungligt meddelande|originalmeddelande|"
    r"vidarebefordrat (?:meddelande|brev)|"
    r"alkuperäinen viesti|välitetty viesti|edelleenlähetetty viesti|wiadomość (?:oryginalna|przekazana|"
    r"oryginalną)|oryginalna wiadomość|"
    r"původní (?:zpráva|e-?mail)|přeposlaná zpráva|pôvodná správa|eredeti üzenet|továbbított üzenet|"
    r"исходное сообщение|пересылаемое сообщение|"
    r"пересланное сообщение|(?:перенаправленное|начало переадресованного) сообщени[ея]|"
    r"вихідне повідомлення|пересл\w+ повідомлення|"
    r"mesaj original|mesaj redirecționat|原始邮件|转发邮件|回复的原邮件|邮件原件|原始郵件|"
    r"轉寄郵件|轉寄的郵件|元のメッセージ|転送メッセージ|転送されたメッセージ|"
    r"원본 메시지|전달된 메시지|orijinal (?:mesaj|ileti)|iletilen (?:mesaj|ileti)|αρχικό μήνυμα|"
    r"προωθημένο μήνυμα|הודעה מקורית|pesan asli"
)
ORIGINAL = re.compile(
    rf"[ \t>*_]{{0,8}}[-–—_=*]{{0,40}}[ \t]{{0,3}}[*_]{{0,3}}(?:{_ORIGINAL})"
    rf"[ \t*_:]{{0,6}}[-–—_=*]{{0,40}}[ \t*_]{{0,8}}",
    re.IGNORECASE,
)
PLAIN_REPLY_LINE = re.compile(
    r"reply above this line|please type your reply above|antworten sie oberhalb", re.IGNORECASE
)

# "Sent from my iPhone": lines a device or program adds, wherever they stand.
_DEVICE = (
    r"i-?phone|i-?pad|i-?pod|ios|android|samsung|galaxy|huawei|xiaomi|nokia|lumia|htc|motorola|pixel|"
    r"blackberry|windows|outlook|yahoo|mailbox|airmail|spark|"
    r"proton ?mail|gmail|inbox|mail\b|tablet|handy|mobil\w*|mobiele?|móvil|movil|celular|cellulare|"
    r"cell(?: ?phone)?|smart-?phone|phone|device|gerät|telefon\w*|"
    r"téléphone|portable|teléfono|telefono|telefoon|thunderbird|sparrow|boxer|newton|superhuman|k-9|"
    r"aquamail|bluemail|desktop|laptop|mac|pc|watch|"
    r"手机|手機|전화|スマート|携帯"
)
DEVICE_LINE = re.compile(
    rf"[<(\[*_ ]{{0,4}}(?:(?:sent|gesendet|versendet|verschickt|envoyé|envoyee|envoyée|enviado|enviada|"
    rf"enviat|inviato|inviata|verzonden|verstuurd|sendt|skickat|skickades|lähetetty|wysłan[eoy]|"
    rf"odeslán[oa]|poslan[eo]|elküldve|küldve|отправлено|надіслано|trimis|gönderildi|στάλθηκε|נשלח|dikirim|"
    rf"escrito|written|typed|tapé|composed)\b(?:.{{0,80}}\b(?:{_DEVICE})|"
    rf" (?:from|via|with|using|by|on|von|mit|aus|depuis|de|avec|desde|dal|da|met|van|vanaf|fra|med|från|z|"
    rf"ze|из|с|з)\b.{{0,80}}$)|"
    rf"(?:von meinem|from my|depuis mon|desde mi|do meu|vanaf mijn|fra min|från min|dal mio|z mojego|"
    rf"с моего|із мого|minun)\b.{{0,40}}(?:{_DEVICE})|"
    rf"diese nachricht wurde von .{{0,60}}gesendet|(?:get|hol(?:en)? (?:sie )?(?:sich )?|télécharge[rz]?|"
    rf"obtener|obtenez|ottieni|download|descargar|baixar|obter|pobierz|hämta|hent|scarica) \[?outlook\b|"
    rf".{{0,25}}\boutlook\b.{{0,15}}\b(?:ios|android)\b.{{0,60}}$|"
    rf"\S{{1,20}} (?:from|via|by) (?:my |a )?(?:mobile|phone|cell|iphone|ipad|tablet)\b|"
    rf"(?:從|从|在)我的.{{0,30}}(?:傳送|发送|發送|发出)|(?:发|發)自我的|(?:iphone|ipad|"
    rf"android|スマートフォン|携帯).{{0,10}}から送信|"
    rf"나의 .{{0,20}}에서 보냄|mobilimden|"
    rf"(?:please )?excuse (?:my |the |any )?(?:brevity|typos)|please excuse)",
    re.IGNORECASE,
)

# Words a person ends with; what follows the name under them is a contact block.
SIGN_OFF = re.compile(
    r"[ \t]{0,4}(?:(?:with )?(?:kind|best|warm|many|friendly|warmest|kindest)?(?:est)? ?(?:regards|wishes|"
    r"greetings)|best|cheers|thanks(?: a lot| again| and regards| so much)?|thank you(?: very much)?|"
    r"many thanks|"
    r"sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|respectfully|all the best|talk soon|"
    r"(?:mit |viele |liebe |beste |herzliche |schöne |freundliche )+(?:freundlichen |besten |vielen |"
    r"herzlichen |lieben )?"
    r"gr(?:ü|ue)(?:ß|ss)(?:e|en)?|mfg|vg|lg|(?:bien )?(?:cordialement|amicalement)|(?:salutations|"
    r"sincères salutations|bien à vous|respectueusement)|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|atenciosamente|att|cumprimentos|"
    r"com os melhores cumprimentos|abraços?|cordiali saluti|distinti saluti|saluti|un saluto|"
    r"met (?:vriendelijke|hartelijke) groet(?:en)?|groeten|mvg|(?:med )?vennlig hilsen|mvh|"
    r"(?:med )?venlig hilsen|(?:med )?vänliga? hälsning(?:ar)?|hälsningar|hilsen|ystävällisin terveisin|"
    r"terveisin|"
    r"pozdrawiam|z poważaniem|s pozdravem|s pozdravom|üdvözlettel|с уважением|з повагою|cu stimă|"
    r"saygılarımla|με εκτίμηση|בברכה|此致|敬礼|祝好|よろしくお願い(?:いたし|致し|し)ます。?|敬具|"
    r"감사합니다\.?)[ \t]{0,3}[,.!;:]{0,3}[ \t]{0,4}",
    re.IGNORECASE,
)
# What a person is, on the line under the name.
JOB_TITLE = re.compile(
    r"\b(?:head of|vice president|president|director|manager|chief|officer|ceo|cto|cfo|coo|founder|owner|partner|"
    r"engineer|buyer|assistant|leiter(?:in)?|leitung|geschäftsführer(?:in)?|einkäufer(?:in)?|vorstand|prokurist(?:in)?|"
    r"responsable|directeur|directrice|gérante?|acheteur|acheteuse|directora?|gerente|jef[ea]|responsabile|direttore|"
    r"direttrice|titolare|hoofd|inkoper|bedrijfsleider|diretora?|kierownik|dyrektor|prezes|chef|inköpare|direktör|"
    r"indkøber|direktør|johtaja|päällikkö|ředitel(?:ka)?|директор|начальник|руководитель|müdür[üu]?)\b|"
    r"(?:leiter|leiterin|chef|manager)\b|部長|課長|经理|總監|总监|부장|과장",
    re.IGNORECASE,
)
# What the gateway of an organisation puts above a mail from outside.
BANNER = re.compile(
    r"[ \t*_]{0,6}(?:\[ext(?:ern(?:al)?)?\b[^\]]{0,30}\]|(?:this is an )?extern(?:al|e|er)? (?:e-?mail|sender|message|"
    r"absender)\b ?[:.!-]|"
    r"(?:caution|warning|attention)[:!]?[^.]{0,60}(?:outside (?:of )?(?:your|the|our) organi[sz]ation|external)|"
    r"(?:you don't|some people who received this message don't) often (?:get|receive) email from)",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"[ \t*_]{0,6}(?:confidentiality (?:notice|note)|(?:legal )?disclaimer|confidential(?:ity)?:|"
    r"legal notice|important notice|privileged (?:and|&) confidential|"
    r"(?:this|the information (?:contained )?in this|the (?:content|contents) of this) (?:e-?mail|message|"
    r"communication|transmission)[^.]{0,120}"
    r"(?:confidential|intended (?:only|solely)|privileged)|diese e-?mail (?:enthält|"
    r"kann)[^.]{0,60}vertraulich|ce (?:message|courriel|mail)[^.]{0,80}confidentiel|"
    r"est[ea] (?:mensaje|correo|e-?mail|mensagem)[^.]{0,80}confidencia|"
    r"(?:le informazioni|il contenuto|la informaci[óo]n|las? informa[çc](?:ões|ão)|les informations|die informationen)"
    r"[^.]{0,60}(?:mess?[ae]gg?io|mensaje|mensagem|message|e-?mail|nachricht)[^.]{0,60}(?:riservat|confiden|"
    r"vertraulich)|"
    r"questo (?:messaggio|"
    r"e-?mail)[^.]{0,120}(?:riservat|confidenzial|analizzato)|dit (?:bericht|"
    r"e-?mail)[^.]{0,80}vertrouwelijk|"
    r"virus-?free\.|avast|this email has been (?:checked|scanned)|"
    r"(?:p |before printing[^.]{0,40})?(?:please )?(?:consider|think (?:of|about)) the environment|"
    r"(?:p )?(?:bitte )?(?:denken sie|prüfen sie)[^.]{0,40}(?:an die umwelt|ausgedruckt)|"
    r"(?:p )?(?:avant d'imprimer|pensez à l'environnement|antes de imprimir|prima di stampare|denk aan het milieu))",
    re.IGNORECASE,
)
