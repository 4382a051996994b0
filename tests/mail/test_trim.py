"""The new part of a reply, whatever program and language it was written in."""

import json
import time
from pathlib import Path

import pytest

from leadwright.mail.parse import parse_mail
from leadwright.mail.trim import trim_reply

ABOVE_A_QUOTE = [
    "On Mon, Feb 1, 2026 at 6:32 PM, Ada Example <ada@example.com> wrote:",
    "On Mon, Feb 1, 2026 at 6:32 PM, Ada Example <\nada@example.com> wrote:",
    "On 01/02/26 7:07 PM, Ada Example wrote:",
    "Am 03.02.2026 um 15:35 schrieb Ada Beispiel <ada@example.com>:",
    "Ada Beispiel <ada@example.com> schrieb am Fr., 28. Apr. 2026 um 11:53 Uhr:",
    "Le lun. 3 févr. 2026 à 10:12, Ada Exemple <ada@example.com> a écrit :",
    "El mar, 3 feb 2026 a las 10:12, Ada Ejemplo (<ada@example.com>) escribió:",
    "Il giorno mar 3 feb 2026 alle ore 10:12 Ada Esempio <ada@example.com> ha scritto:",
    "Em ter., 3 de fev. de 2026 às 10:12, Ada Exemplo <ada@example.com> escreveu:",
    "Op di 3 feb. 2026 om 10:12 schreef Ada Voorbeeld <ada@example.com>:",
    "Den tir. 3. feb. 2026 kl. 10.12 skrev Ada Eksempel <ada@example.com>:",
    "tis 3 feb. 2026 kl. 10:12 skrev Ada Exempel <ada@example.com>:",
    "ti 3. helmik. 2026 klo 10.12 Ada Esimerkki (ada@example.com) kirjoitti:",
    "wt., 3 lut 2026 o 10:12 Ada Przykład <ada@example.com> napisał(a):",
    "út 3. 2. 2026 v 10:12 odesílatel Ada Příklad <ada@example.com> napsal:",
    "вт, 3 февр. 2026 г. в 10:12, Ada <ada@example.com>:",
    "3 февраля 2026 г., 10:12 пользователь Ada <ada@example.com> написал:",
    "вт, 3 лют. 2026 р. о 10:12 Ada <ada@example.com> пише:",
    "Ada <ada@example.com>, 3 Şub 2026 Sal, 10:12 tarihinde şunu yazdı:",
    "2026年2月3日(火) 10:12 Ada <ada@example.com>:",
    "Ada <ada@example.com> 于2026年2月3日周二 10:12写道：",
    "2026년 2월 3일 (화) 오전 10:12, Ada <ada@example.com>님이 작성:",
    "Στις Τρί 3 Φεβ 2026 στις 10:12 ο χρήστης Ada <ada@example.com> έγραψε:",
    "2026. 02. 03. 10:12 keltezéssel, Ada <ada@example.com> írta:",
]


@pytest.mark.parametrize("line", ABOVE_A_QUOTE)
def test_a_marked_quote_goes_with_the_line_above_it(line: str) -> None:
    assert trim_reply(f"Sounds good.\nCall me on Friday.\n\n{line}\n\n> Hello\n> unsubscribe here\n") == (
        "Sounds good.\nCall me on Friday."
    )


@pytest.mark.parametrize("line", ABOVE_A_QUOTE)
def test_a_quote_without_marks_goes_with_the_line_above_it(line: str) -> None:
    assert trim_reply(f"Sounds good.\n\n{line}\n\nHello,\n\nreply STOP to unsubscribe\n") == "Sounds good."


@pytest.mark.parametrize(
    "block",
    [
        "From: Ada <ada@example.com>\nSent: Monday, 2 February 2026 10:12\nTo: Bob\nSubject: Offer",
        "*From:* Ada <ada@example.com>\n*Sent:* 2026-02-02\n*To:* bob@example.net\n*Subject:* Offer",
        "Von: Ada <ada@example.com>\nGesendet: Montag, 2. Februar 2026 10:12\nAn: Bob\nBetreff: Angebot",
        "De : Ada <ada@example.com>\nEnvoyé : lundi 2 février 2026 10:12\nÀ : Bob\nObjet : Offre",
        "De: Ada <ada@example.com>\nEnviado el: lunes, 2 de febrero de 2026 10:12\nPara: Bob\nAsunto: Oferta",
        "Da: Ada <ada@example.com>\nInviato: lunedì 2 febbraio 2026 10:12\nA: Bob\nOggetto: Offerta",
        "Van: Ada <ada@example.com>\nVerzonden: maandag 2 februari 2026 10:12\nAan: Bob\nOnderwerp: Aanbod",
        "Od: Ada <ada@example.com>\nWysłano: poniedziałek, 2 lutego 2026 10:12\nDo: Bob\nTemat: Oferta",
        "Från: Ada <ada@example.com>\nSkickat: den 2 februari 2026 10:12\nTill: Bob\nÄmne: Erbjudande",
        "Fra: Ada <ada@example.com>\nSendt: 2. februar 2026 10:12\nTil: Bob\nEmne: Tilbud",
        "От: Ada <ada@example.com>\nОтправлено: 2 февраля 2026 г. 10:12\nКому: Bob\nТема: Предложение",
        "发件人: Ada <ada@example.com>\n发送时间: 2026年2月2日 10:12\n收件人: Bob\n主题: 报价",
        "差出人: Ada <ada@example.com>\n送信日時: 2026年2月2日 10:12\n宛先: Bob\n件名: 見積",
        "-----Original Message-----\nFrom: Ada",
        "-------- Ursprüngliche Nachricht --------\nVon: Ada",
        "-----Message d'origine-----\nDe : Ada",
        "________________________________\nFrom: Ada <ada@example.com>\nSent: Monday 10:12\nTo: Bob\nSubject: x",
        "Begin forwarded message:\n\nFrom: Ada",
    ],
)
def test_a_mail_that_is_included_whole_is_cut(block: str) -> None:
    assert (
        trim_reply(f"We have no budget this year.\n\n{block}\n\nDear Bob,\nour offer\n")
        == "We have no budget this year."
    )


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Enviado do meu iPhone",
        "Verstuurd vanaf mijn iPad",
        "Sendt fra min iPad",
        "Skickat från min iPhone",
        "Lähetetty iPhonesta",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "iPhoneから送信",
        "Get Outlook for Android<https://aka.ms/x>",
        "Gesendet mit der GMX Mail App",
        "--\nAda Example\nCEO, Example Ltd",
        "-- \nAda Example",
        "________________\nAda Example, Example Ltd",
        "CONFIDENTIALITY NOTICE: this message is for the addressee only.",
        "This e-mail is confidential and intended solely for the addressee.",
    ],
)
def test_what_a_device_or_program_adds_at_the_end_is_cut(line: str) -> None:
    assert trim_reply(f"Please send prices for 40 seats.\n\n{line}\n") == "Please send prices for 40 seats."


def test_the_contact_block_under_the_name_is_cut_and_the_name_stays() -> None:
    text = (
        "Let us talk.\n\nBest regards,\nAda Example\nHead of Purchasing\nExample Ltd\n+49 30 1234567\nwww.example.com"
    )
    assert trim_reply(text) == "Let us talk.\n\nBest regards,\nAda Example"
    assert trim_reply("Passt.\n\nViele Grüße\nAda\nTel. +49 30 1234567") == "Passt.\n\nViele Grüße\nAda"
    assert trim_reply("Thanks,\nBob") == "Thanks,\nBob"


def test_answers_between_and_under_quotes_are_kept() -> None:
    text = "On 2 Feb 2026, at 10:12, Ada <ada@example.com> wrote:\n> How many seats?\n40\n\n> When?\nIn May.\n"
    assert trim_reply(text) == "40\n\nIn May."


def test_a_short_line_that_says_who_wrote_is_enough_above_a_quote() -> None:
    assert trim_reply("Please call.\n\nOn Friday our agent wrote:\n> Offer for May") == "Please call."
    assert trim_reply("Our CFO wrote:\nno budget.") == "Our CFO wrote:\nno budget."


def test_only_a_quote_leaves_nothing_so_that_our_own_words_are_never_read_as_an_answer() -> None:
    assert trim_reply("> Reply STOP to unsubscribe.\n> Yours, the agent") == ""
    assert trim_reply("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "On Thursday we decide. Our CFO wrote: no budget before May.",
        "He said: call me.\nSo please call.",
        "From: our side it is fine\nTo: be honest, the price is high",
        "Prices:\n- 10 seats\n- 40 seats --- see below",
        "Use this:\n```\n> not a quote\n--\nnot a signature\n```\nThanks",
        "Dates: 2026-01-15 14:30\n15.01.2026 14:30\nBoth work.",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert trim_reply(text) == text


def test_quotes_of_an_html_mail_are_cut_as_well() -> None:
    raw = (
        b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<div>Yes, "
        b"Friday.</div><div class=gmail_quote>"
        b"<div>On Mon, Feb 2, 2026 at 10:12 AM Ada &lt;<a "
        b"href='mailto:ada@example.com'>ada@example.com</a>&gt; wrote:<br></div>"
        b"<blockquote>Hello<br>unsubscribe</blockquote></div>"
    )
    assert trim_reply(parse_mail(raw).text) == "Yes, Friday."


def test_bait_costs_linear_time() -> None:
    started = time.process_time()
    for text in (
        "On " + "a " * 200_000,
        "From: a\nTo: b\n" * 50_000,
        "```\n" * 20_000,
        ">" * 1_000_000,
        "x <a@b> 10:12 2026-01-01 wrote\n" * 20_000,
        "-" * 500_000,
    ):
        trim_reply(text)
    assert time.process_time() - started < 5


def test_at_least_80_of_100_real_replies_are_trimmed_exactly(shared_data: Path) -> None:
    rows = [json.loads(line) for line in (shared_data / "email_reply_parsing" / "pairs.jsonl").read_text().splitlines()]
    right = sum(" ".join(trim_reply(r["text"]).split()) == " ".join(r["expected"].split()) for r in rows)
    assert right / len(rows) >= 0.8, f"{right} of {len(rows)}"
