"""Opt-outs both ways: none is missed, and no wish to go on, no other list and no contract is taken for one."""

import pytest
from tests.domain import opt_out_letters as letters
from tests.domain.opt_out_traps import ASKED, KEPT

from leadwright.domain.opt_out import opt_out_in


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize("text", [*ASKED.strip().splitlines(), "Take. Me. Off. This. List."])
def test_a_request_to_stop_is_found(text: str) -> None:
    assert opt_out_in(text)


@pytest.mark.parametrize("text", lines(letters.ASKED + letters.ASKED_AFTER + letters.ASKED_LAST))
def test_a_request_in_a_letter_is_found(text: str) -> None:
    assert opt_out_in(text)


@pytest.mark.parametrize("text", lines(letters.KEPT + letters.KEPT_AFTER + letters.KEPT_LAST))
def test_talk_of_leaving_lists_offers_and_suppliers_is_none(text: str) -> None:
    assert not opt_out_in(text)


@pytest.mark.parametrize("text", KEPT.strip().splitlines())
def test_what_only_sounds_like_a_request_to_stop_is_none(text: str) -> None:
    assert not opt_out_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Don't take me off your list yet, we have money in spring.",
        "Please don't unsubscribe me!",
        "Bitte nehmen Sie mich nicht aus dem Verteiler.",
        "Ne me retirez pas de votre liste.",
        "No me borre de la lista.",
        "Non mi cancelli dalla lista.",
        "Haal mij niet van de lijst.",
        "De baja por paternidad, me reincorporo el 11 de enero.",
    ],
)
def test_a_denied_request_is_none(text: str) -> None:
    assert not opt_out_in(text)


def test_a_reproach_is_a_request_all_the_same() -> None:
    assert opt_out_in("Why don't you take me off your list?")
    assert opt_out_in("Don't contact me again, and don't keep me in your database.")
    assert opt_out_in("Please remove ann@example.com and bob@example.com from your mailings.")


def test_it_is_an_address_only_when_the_sentence_before_names_one() -> None:
    assert opt_out_in("You got my address from a colleague. Delete it, please.") == "Delete it, please."
    assert opt_out_in("Woher haben Sie meine Daten? Löschen Sie sie bitte.")
    assert not opt_out_in("The second module is of no use to us. Get rid of it.")


@pytest.mark.parametrize(
    "text",
    [
        "Yes, please take us off the trial and onto the paid plan.",
        "Could you remove us from the free tier, we want the business plan.",
        "We want to be taken off the pilot and get started.",
        "Please get us off the old contract and onto the new one.",
        "Take me off your trial plan, we want to buy.",
        "Please remove us from the pilot program and send the contract for the full product.",
        "We want to be taken off the trial of your tool.",
        "Take us off this order, our Berlin office pays for it.",
    ],
)
def test_to_be_taken_off_a_plan_is_a_purchase_and_none(text: str) -> None:
    assert not opt_out_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please remove me from the updates.",
        "Please remove me from the notifications.",
        "Take me off the alerts please.",
        "Remove me from the promotions.",
        "Please remove me from the follow-ups.",
        "remove me from the distro",
        "Please remove me from the loop.",
        "Please take us off the pitch.",
        "remove me from the announcements",
        "Remove me from the bulletin.",
        "Please remove me from the advertising",
        "Please remove me from the solicitations.",
        "Kindly remove me from the automated follow up.",
        "remove me from the sales pitches",
        "Take me off the database",
        "Remove me from your updates",
        "Remove me from your beta emails",
        "Remove me from your trial offers",
        "Remove me from your version updates emails",
        "Please remove me from this plan of emails",
        "Remove me from the trial emails.",
        "Take me off the list for demos.",
        "Remove me from the order updates.",
        "Remove me from the plan to email me.",
        "Please remove me from the service",
        "Please take me off the service.",
        "I want to be removed from the platform.",
        "please delete me from the site",
        "drop me from the notification service",
        "Please take us off the distribution.",
        "Remove me from the trial mailing list.",
        "Take me off the weekly sales email list.",
        "Get me off that.",
        "Take us off this.",
        "Remove us from your system.",
        "Take us off the trial and stop emailing me.",
    ],
)
def test_to_be_taken_off_anything_else_is_one(text: str) -> None:
    assert opt_out_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please do not contact this address, use our portal.",
        "This mailbox is not monitored. Please do not send any mails to this address.",
        "Happy to talk. Do not write to this address, it is an unattended mailbox; call me.",
        "Please do not write to this address, it only sends notifications.",
        "This address is only used for outgoing mail. Please do not send mails to this address.",
        "Please do not send mails to this email address. Contact support@desk.example instead.",
        "Do not send mails to this email address. Call +49 30 1234567 instead.",
        "Tom no longer works here. Please do not use this email address any more; write to anna@desk.example.",
        "Tom has left the company. Please don't write to this address, e-mail anna@desk.example.",
        "Tom arbeitet nicht mehr bei uns. Bitte schreiben Sie nicht mehr an diese Adresse.",
        "Bitte keine E-Mails an diese Adresse, sie versendet nur Benachrichtigungen.",
        "Bitte senden Sie keine E-Mails an diese Adresse. Wenden Sie sich an hilfe@desk.example.",
    ],
)
def test_an_address_that_a_machine_calls_unread_is_no_wish_to_be_left_alone(text: str) -> None:
    assert not opt_out_in(text, automatic=True)


@pytest.mark.parametrize(
    "text",
    [
        "Do not write to this address. Please use our contact form for vendors.",
        "We told you twice: do not email this address. If you need anything go to our web site.",
        "Don't send any more emails to this address. My account is not monitored for sales pitches.",
        "Do not contact this email address. Visit our website if you want to know why.",
        "Please do not contact this address, use our portal.",
        "Do not send emails to this address. Use our supplier portal.",
        "Please do not send messages to us.",
    ],
)
def test_a_person_who_names_a_form_or_portal_beside_the_wish_still_asks(text: str) -> None:
    assert opt_out_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Do not contact this address again, use our portal.",
        "Do not contact this address.",
        "This mailbox is not monitored. Do not write to this address and remove us from your list.",
        "This mailbox is not read by anybody. Please stop emailing me.",
        "This is Tom's wife. Please do not write to this address again.",
        "This is Tom's wife. He no longer works. Please do not write to this address again.",
        "Tom has left the company. Please do not write to this address any more. Contact anna@desk.example instead.",
        "Tom has left the company. Please remove this address.",
        "Please do not use this email address any more.",
        "Tom arbeitet nicht mehr bei uns. Schreiben Sie nie wieder an diese Adresse, bitte keine E-Mails mehr.",
        "Your company only sends spam. Do not write to this address.",
        "Do not contact this address or write to anna@desk.example.",
        "Do not send further messages to this address.\nEmail ada@desk.example",
    ],
)
def test_an_address_that_is_not_to_be_written_to_again_is_one(text: str) -> None:
    assert opt_out_in(text)
    assert opt_out_in(text, automatic=True)


@pytest.mark.parametrize(
    "text",
    [
        "Please don't send mails to me, send them to Anna (anna@x.example), she decides.",
        "Do not send emails to this address but to tom@private.example, I am interested.",
        "Never send mail to this address after 6pm please, otherwise fine. Let's talk.",
        "Please do not send e-mails to me and my colleague separately; one is enough.",
    ],
)
def test_to_be_written_to_elsewhere_or_otherwise_is_none(text: str) -> None:
    assert opt_out_in(text) == ""
