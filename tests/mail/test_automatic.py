"""What a machine wrote is recognised and never answered; what a person wrote never counts as automatic."""

import pytest
from tests.mail.mails import dsn, mail, multipart

from leadwright.mail.automatic import Automatic, Kind, why_automatic
from leadwright.mail.parse import parse_mail
from leadwright.mail.reading import read_mail


def automatic(raw: bytes, own: tuple[str, ...] = ()) -> Automatic | None:
    return why_automatic(parse_mail(raw), own)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"auto_submitted": "auto-replied"}, Kind.AUTO_REPLY),
        ({"auto_submitted": "auto-generated (rule)"}, Kind.NOTIFICATION),
        ({"auto_submitted": "auto-notified; owner=x"}, Kind.NOTIFICATION),
        ({"x_autoreply": "yes", "in_reply_to": "<a@b>"}, Kind.AUTO_REPLY),
        ({"x_autorespond": "Offer"}, Kind.NOTIFICATION),
        ({"precedence": "auto_reply"}, Kind.AUTO_REPLY),
        ({"precedence": "bulk"}, Kind.LIST),
        ({"precedence": "List"}, Kind.LIST),
        ({"precedence": "junk"}, Kind.LIST),
        ({"list_id": "News <news.example.com>"}, Kind.LIST),
        ({"list_unsubscribe": "<https://news.example.com/u>"}, Kind.NEWSLETTER),
        ({"list_unsubscribe": "<mailto:u@example.com>", "in_reply_to": "<a@b>", "list_id": "<g.b>"}, Kind.LIST),
        ({"return_path": "<>"}, Kind.NOTIFICATION),
        ({"return_path": "<>", "in_reply_to": "<a@b>"}, Kind.AUTO_REPLY),
        ({"from": "MAILER-DAEMON@example.com"}, Kind.NO_REPLY_ADDRESS),
        ({"from": "Postmaster <postmaster@example.com>"}, Kind.NO_REPLY_ADDRESS),
        ({"from": "No Reply <noreply@example.com>"}, Kind.NO_REPLY_ADDRESS),
        ({"from": "do-not-reply@example.com"}, Kind.NO_REPLY_ADDRESS),
        ({"from": "no_reply+x1@example.com"}, Kind.NO_REPLY_ADDRESS),
        ({"from": "owner-news@example.com"}, Kind.NO_REPLY_ADDRESS),
        ({"from": "news-request@example.com"}, Kind.NO_REPLY_ADDRESS),
        ({"return_path": "<news-bounces@example.com>"}, Kind.MAILING_SERVICE),
        ({"auto_submitted": "auto-replied", "subject": "OOO until Monday"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Automatic reply: Offer"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Re: Out of Office: Offer", "x_auto_response_suppress": "All"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Abwesenheitsnotiz: Angebot"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Automatische Antwort: Angebot"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Réponse automatique : Offre"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Respuesta automática: Oferta"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Risposta automatica: Offerta"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Resposta automática: Oferta"}, Kind.OUT_OF_OFFICE),
        (
            {"subject": "Automatisch antwoord: Aanbod", "auto_submitted": "auto-replied", "body": "Ik ben afwezig"},
            Kind.OUT_OF_OFFICE,
        ),
        ({"subject": "Autosvar: Tilbud"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Odpowiedź automatyczna: Oferta"}, Kind.OUT_OF_OFFICE),
        ({"subject": "Автоответ: Предложение"}, Kind.OUT_OF_OFFICE),
        ({"subject": "自動返信：見積"}, Kind.OUT_OF_OFFICE),
        ({"subject": "自动回复: 报价"}, Kind.OUT_OF_OFFICE),
    ],
)
def test_machines_are_recognised(headers: dict[str, str], kind: Kind) -> None:
    headers = dict(headers)
    found = automatic(mail(headers.pop("body", "Hello"), **headers))
    assert found is not None
    assert found.kind is kind
    assert found.sign


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"auto_submitted": "no"},
        {"auto_submitted": "No (a person)"},
        {"x_auto_response_suppress": "All"},
        {"precedence": "first-class"},
        {"subject": "Vacation rental software"},
        {"subject": "Re: Out of office"},
        {"subject": "Absent approval we cannot go on"},
        {"from": "Norep Lyons <norep.lyons@example.com>"},
        {"from": "request@example.com"},
        {"return_path": "<ada@example.com>"},
        {"feedback_id": "42364889:user:proton"},
        {"x_loop": "ada@example.com"},
        {"list_unsubscribe": "<https://crm.example.com/u>", "subject": "Re: Offer"},
    ],
)
def test_people_are_not_taken_for_machines(headers: dict[str, str]) -> None:
    assert automatic(mail("I am away next week, but call me today.", **headers)) is None


@pytest.mark.parametrize(
    ("headers", "asks"),
    [
        ({}, True),
        ({"feedback_id": "42364889:user:proton"}, True),
        ({"list_id": "<sales.example.com>", "in_reply_to": "<a@b>", "list_unsubscribe": "<mailto:u@b>"}, True),
        ({"auto_submitted": "auto-generated"}, True),
        ({"from": "no-reply@example.com"}, True),
        ({"list_unsubscribe": "<https://news.example.com/u>"}, False),
        ({"subject": "Automatic reply: Offer"}, False),
    ],
)
def test_remove_me_is_heard_in_all_but_absence_notes_and_newsletters(headers: dict[str, str], asks: bool) -> None:
    assert (read_mail(mail("Please remove me from your list.", **headers)).opt_out != "") is asks


@pytest.mark.parametrize(
    "text",
    [
        "Do not want these messages? Reply STOP.",
        "Don't want to receive these emails? Manage your preferences.",
        "This is an automated reply. Please do not contact this address, use our portal.",
        "This mailbox is no longer monitored. Please stop sending mail to this address.",
        "Jane has left the company. Please remove her from your mailing list.",
        "Your request was received.\n\nUnsubscribe",
        "Diese E-Mail-Adresse wird nicht mehr verwendet. Bitte senden Sie keine E-Mails mehr an diese Adresse.",
    ],
)
def test_the_footer_of_an_automatic_answer_is_no_wish(text: str) -> None:
    for headers in ({"auto_submitted": "auto-replied"}, {"from": "no-reply@example.com"}):
        assert read_mail(mail(text, **headers)).opt_out == ""


@pytest.mark.parametrize(
    "text",
    [
        "Please remove me from your list.",
        "Thank you. Please unsubscribe me.",
        "Stop writing to me.",
        "Remove our address from your database.",
        "I no longer want to receive your emails.",
        "I would like to unsubscribe from your emails.",
        "No deseo recibir más correos.",
        "We do not wish to be contacted.",
        "Bitte nehmen Sie mich aus dem Verteiler.",
        "Merci de ne plus me contacter.",
        "Por favor, bórrenme de su lista.",
        "Cancellatemi dalla lista.",
        "Não me contactem mais.",
        "Не пишите мне больше",
        "配信解除希望",
    ],
)
def test_what_an_automatic_answer_asks_for_its_writer_is_one(text: str) -> None:
    assert read_mail(mail(text, auto_submitted="auto-replied")).opt_out != ""


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe",
        "STOP",
        "Hello Tom,\n\nUnsubscribe.\n\nKind regards\nAda Miller",
        "Please stop sending emails.",
        "Please unsubscribe this address.",
        "Please remove this address from your mailing list.",
        "Ticket 4711 was answered.\n\nCan you please take us off your list?",
        "Ticket 4711 was answered.\n\nPlease stop your marketing mails.",
        "Ticket 4711 was answered.\n\nDo not send further messages to this address.",
        "Ticket 4711 was answered.\n\nDo not contact this address again, use our portal.",
        "Your message was rejected as spam. Stop sending mail to this domain.",
        "Ticket 4711 wurde beantwortet.\n\nBitte keine weiteren E-Mails an diese Adresse.",
        "Ticket 4711 wurde beantwortet.\n\nBitte nehmen Sie diese Adresse aus Ihrem Verteiler.",
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated"},
        {"from": "no-reply@example.com"},
        {"return_path": "<>"},
        {"return_path": "<bounces+77@em.example.com>"},
    ],
)
def test_what_a_ticket_system_passes_on_is_a_wish(text: str, headers: dict[str, str]) -> None:
    assert read_mail(mail(text, **headers)).opt_out != ""


@pytest.mark.parametrize(
    "text",
    [
        "We have received your request. Ticket 4711\n\nManage notifications | Unsubscribe",
        "Thank you for your message.\n\nTo unsubscribe from your mailing list subscription, click here.",
        "Do you no longer want our mails?\nUnsubscribe",
        "Thank you, we answer within two days.\nNo longer interested? Stop these mails in your settings.",
        "Thank you for your message.\n\nUnsubscribe from this list\nUpdate your profile",
        "Your ticket was closed.\nThis address is not monitored. Do not send mails to this address.",
    ],
)
def test_the_footer_of_a_ticket_system_is_no_wish(text: str) -> None:
    for headers in ({"auto_submitted": "auto-replied"}, {"from": "no-reply@example.com"}, {"return_path": "<>"}):
        assert read_mail(mail(text, **headers)).opt_out == ""


@pytest.mark.parametrize(
    "text", ["Do not want these messages? Remove me.", "Please stop sending mail to this address.", "Hi! Unsubscribe"]
)
def test_what_a_person_or_a_list_says_counts_whole(text: str) -> None:
    through_a_service = {"return_path": "<bounces+77@em.example.com>"}
    for headers in ({}, {"list_id": "<sales.example.com>", "in_reply_to": "<a@b>"}, through_a_service):
        assert read_mail(mail(text, **headers)).opt_out != ""


@pytest.mark.parametrize(
    "text",
    [
        "Yes, please call me.\n\nUnsubscribe from this list",
        "Yes, please call me. Unsubscribe",
        "Hello Tom,\n\nthe offer is fine, send the contract.\n\nAbmelden",
        "No problem, Tuesday at 10 suits me.\n\n[Unsubscribe]",
        "Not interested in the small plan? On the contrary, send it.\nUnsubscribe from all emails.",
        "Thank you for your message. We answer within two days.\n\nUnsubscribe\nExample Ltd.",
    ],
)
def test_the_footer_that_a_mailing_service_puts_below_a_mail_is_no_wish(text: str) -> None:
    assert read_mail(mail(text, return_path="<bounces+77@em.example.com>")).opt_out == ""


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe\n\nWe have no need for it.",
        "Hello Tom,\n\nunsubscribe\n\nWe have no need for it.",
        "Not interested, thank you.\nUnsubscribe",
        "We are not interested in this. Unsubscribe.",
        "Kein Interesse.\n\nAbmelden",
        "I looked at your offer. It is too dear.\nPlease unsubscribe.",
        "I looked at your offer. It is too dear.\nUnsubscribe me",
        "I looked at your offer. It is too dear.\nStop.",
        "I looked at your offer.\nPlease stop sending emails.\n\nUnsubscribe from this list",
        "Ann does the buying here. I no longer want your mails.\n\nUnsubscribe",
    ],
)
def test_what_a_person_asks_through_a_mailing_service_is_a_wish(text: str) -> None:
    assert read_mail(mail(text, return_path="<bounces+77@em.example.com>")).opt_out != ""


@pytest.mark.parametrize("top", ["Unsubscribe", "Abmelden", "Unsubscribe from this list"])
def test_unsubscribe_on_top_of_what_a_machine_wrote_is_no_wish(top: str) -> None:
    for submitted in ("auto-replied", "auto-generated"):
        text = f"{top}\nTicket 4711 was received. We will call you."
        assert read_mail(mail(text, auto_submitted=submitted)).opt_out == ""
        assert read_mail(mail(top, auto_submitted=submitted)).opt_out != ""


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe\n\nAda Miller",
        "Unsubscribe.\nWe have no need for this.",
        "Hi,\nUnsubscribe\nWe have no need for this.",
        "Unsubscribe\nStop sending emails to people here.",
    ],
)
def test_unsubscribe_on_top_of_what_a_ticket_system_passes_on_is_a_wish(text: str) -> None:
    assert read_mail(mail(text, auto_submitted="auto-replied")).opt_out != ""


@pytest.mark.parametrize(
    "text",
    [
        "Not interested. Do not email again.",
        "Hello,\nI am not interested. Please stop contacting.",
        "Jane Miller wrote:\nNo further emails please.",
        "Hi John!\nPlease unsubscribe.",
        "Good morning\n\nNo more emails please.",
        "Ticket 4711\nStop.",
        "Case 4711: Re: Your offer\nJane Miller\nPlease do not contact again.",
        "Jane Miller hat geantwortet:\nBitte keine weiteren Mails.",
        "Jane Miller wrote:\n\nUnsubscribe",
        "Would you remove the address from your list?",
        "Ticket 4711 was answered.\nDo not write to this email again.",
    ],
)
def test_what_stands_above_the_words_passed_on_hides_no_wish(text: str) -> None:
    for headers in ({"auto_submitted": "auto-generated"}, {"from": "no-reply@example.com"}):
        assert read_mail(mail(text, **headers)).opt_out != ""


@pytest.mark.parametrize(
    "text",
    [
        "Ticket 4711\nUnsubscribe",
        "Ticket 4711 received\nJane Miller\nStop these emails",
        "Jane Miller wrote:\nYes, please call me.\nUnsubscribe",
        "Jane Miller wrote:\nYes, please call me.\nStop these emails.",
        "Hi John!\nYour ticket was closed.\nUnsubscribe",
        "Would you like to be removed from your mailing list?",
        "Jane Miller wrote:\nYes, call me.\nIf you have received this email in error, delete it from your system.",
        "Jane Miller wrote:\nYes, call me.\nPlease reply to this email and delete it from your system.",
    ],
)
def test_links_and_footers_below_what_is_passed_on_are_no_wish(text: str) -> None:
    for headers in ({"auto_submitted": "auto-generated"}, {"from": "no-reply@example.com"}):
        assert read_mail(mail(text, **headers)).opt_out == ""


def test_unsubscribe_as_a_sentence_beside_others_is_the_writers() -> None:
    for text, asks in (("Too dear. Unsubscribe.", True), ("Too dear.\nUnsubscribe.", False), ("Fine. Opt out", False)):
        assert bool(read_mail(mail(text, return_path="<bounces+77@em.example.com>")).opt_out) is asks


OWN = ("sales@seller.example",)
OUR_GROUP = {
    "list_id": "Sales <sales.seller.example>",
    "list_post": "<https://groups.example.net/a/seller.example/sales/post>, <mailto:sales@seller.example>",
    "list_unsubscribe": "<mailto:sales+unsubscribe@seller.example>",
    "precedence": "list",
    "return_path": "<sales+bncBABC@seller.example>",
}


def test_our_own_newsletter_is_one_and_a_lead_in_whose_place_the_group_stands_is_not() -> None:
    ours = {**OUR_GROUP, "from": "News <news@mail.seller.example>"}
    news = automatic(mail("What is new with us.", **ours), OWN)
    assert news is not None
    assert news.kind is Kind.NEWSLETTER
    via = {**OUR_GROUP, "from": "'Jo' via Sales <team@seller.example>"}
    for writer in ({"reply_to": "jo@lead.example"}, {"x_original_from": "Jo <jo@lead.example>"}):
        assert automatic(mail("Tell me more.", **via, **writer), OWN) is None
    assert automatic(mail("Tell me more.", in_reply_to="<a@b>", **ours), OWN) is None


@pytest.mark.parametrize("left", [(), ("list_post",), ("list_id",)])
def test_what_came_through_our_own_group_is_a_persons_mail(left: tuple[str, ...]) -> None:
    """A group stamps the headers of a list on what a lead writes to sales@."""
    headers = {name: value for name, value in OUR_GROUP.items() if name not in left}
    assert automatic(mail("Tell me more.", **headers), OWN) is None
    assert automatic(mail("Tell me more.", in_reply_to="<a@b>", **headers), OWN) is None
    assert read_mail(mail("Please remove me from your list.", **headers), OWN).opt_out
    away = automatic(mail("I am away.", auto_submitted="auto-replied", **headers), OWN)
    assert away is not None
    robot = automatic(mail("x", **{**headers, "from": "noreply@example.com"}), OWN)
    assert robot is not None
    assert robot.kind is Kind.NO_REPLY_ADDRESS


@pytest.mark.parametrize("domain", ["news.example.com", "otherseller.example", "seller.example.evil.example"])
def test_the_lists_of_others_stay_lists(domain: str) -> None:
    for headers in ({"list_id": f"<news.{domain}>"}, {"list_post": f"<mailto:news@{domain}>"}):
        found = automatic(mail("x", **headers), OWN)
        assert found is not None
        assert found.kind is Kind.LIST


def test_an_absence_note_in_words_needs_a_header_that_says_automatic() -> None:
    words = "I am currently out of the office until 7 January."
    assert automatic(mail(words)) is None
    found = automatic(mail(words, auto_submitted="auto-replied", subject="Re: Offer"))
    assert found is not None
    assert found.kind is Kind.OUT_OF_OFFICE


def test_more_than_fifty_hops_are_a_loop_and_our_own_address_is_ours() -> None:
    hops = b"Received: from a by b\r\n"
    assert automatic(hops * 50 + mail()) is None
    found = automatic(hops * 51 + mail())
    assert found is not None
    assert found.kind is Kind.LOOP
    found = automatic(mail(**{"from": "Sales <SALES@example.org>"}), ("sales@example.org",))
    assert found is not None
    assert found.kind is Kind.OWN


def test_a_read_receipt_is_automatic_and_no_bounce() -> None:
    raw = multipart(
        "Content-Type: text/plain\r\n\r\nYour mail was read.",
        "Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n",
        kind="report",
    )
    reading = read_mail(raw)
    assert reading.report is None
    assert reading.automatic is not None


def test_an_absence_note_that_says_a_mail_was_not_delivered_is_no_bounce() -> None:
    raw = mail("Your message has not been received by me.", subject="Automatic reply: Undeliverable", return_path="<>")
    reading = read_mail(raw)
    assert reading.report is None
    assert reading.automatic is not None
    assert reading.automatic.kind is Kind.OUT_OF_OFFICE
    assert read_mail(dsn()).report is not None
