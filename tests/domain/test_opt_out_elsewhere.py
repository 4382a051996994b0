"""What the wrong reader of a mail is to do, and where to write instead, is no opt-out; doubt is one."""

import pytest

from leadwright.domain.opt_out import opt_out_in

YES = "Yes, we need this, budget 200,000, call me.\nAda Miller\n"


@pytest.mark.parametrize(
    "text",
    [
        "If you have received this email in error, please notify the sender and delete it from your system.",
        "If you are not the intended recipient, please notify us and delete it from your system.",
        "If this message reached you by mistake, please destroy it and remove it from your records.",
        "If received in error please delete this email and remove it from your system.",
        "Should you have received this in error, please tell us. Please delete it from your system.",
        "Received in error? Please delete it from your system.",
        "This email is confidential. Please delete it from your system if you received it in error.",
        "Sollten Sie diese E-Mail irrtümlich erhalten haben, benachrichtigen Sie uns und löschen Sie diese E-Mail.",
        "Falls Sie nicht der Adressat sind, löschen Sie bitte diese E-Mail aus Ihrer Datenbank.",
        "Si vous avez reçu ce message par erreur, merci de nous en informer et de le supprimer de vos fichiers.",
        "Indien u dit bericht ten onrechte hebt ontvangen, wilt u ons inlichten en het uit uw systeem verwijderen?",
        "Si usted no es el destinatario, le rogamos nos lo comunique y borre este mensaje de su base de datos.",
        "Se avete ricevuto questa mail per errore, vi preghiamo di informarci e di cancellarla dal vostro sistema.",
        "If this wasn't you, remove this email address from your account.",
        "Not your account? Remove this email address.",
        "You have received this email because you asked Acme. If this was not you, delete this from your system.",
    ],
)
def test_what_the_wrong_reader_of_a_mail_is_to_delete_is_no_wish(text: str) -> None:
    for below in ("", "Jane Miller replied to your request:\n"):
        assert opt_out_in(below + YES + text) == ""
        assert opt_out_in(below + YES + text, automatic=True) == ""
        assert opt_out_in(below + YES + text, footed=True) == ""


def test_an_entry_in_an_account_of_the_reader_is_no_list_of_ours() -> None:
    assert opt_out_in(YES + "Remove this email address from your account.", automatic=True) == ""
    assert opt_out_in(YES + "Remove this email address from your mailing list.", automatic=True)
    assert opt_out_in("Please remove this email address from your account.")


@pytest.mark.parametrize(
    "text",
    [
        "Delete my address from your system.",
        "We are not the right contact, delete us from your list.",
        "I got this by mistake, remove me from your list.",
        "You sent this to me by mistake, delete my address from your system.",
        "Remove me from your list if I am on it by mistake.",
        "Remove me if this was sent in error.",
        "If this reached me in error, remove me from your list.",
        "If you got my address by mistake, delete it from your system.",
        "If you mistakenly have my address, remove it from your system.",
        "If this is not the correct recipient, please remove this address from your list.",
        "We are not the intended recipient. Remove us from your list.",
        "Please remove this from your list.",
        "Wenn Sie irrtümlich meine Adresse haben, löschen Sie sie aus Ihrem Verteiler.",
        "Falls Sie uns irrtümlich angeschrieben haben, löschen Sie uns aus dem Verteiler.",
        "Si no soy el destinatario correcto, bórrenme de su lista.",
        "Se non sono il destinatario giusto, cancellatemi dalla lista.",
        "Si vous avez par erreur mon adresse, supprimez mon adresse.",
        "Als Empfänger Ihrer Mails bitte ich Sie: löschen Sie mich.",
        "Verwijder mij uit uw lijst, als ontvanger wil ik dit niet.",
    ],
)
def test_whoever_was_written_to_by_mistake_asks_all_the_same(text: str) -> None:
    assert opt_out_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please don't send emails to me, call me on 312 555 0100",
        "Please do not email me. Call me on 312 555 0100.",
        "Don't email me. I am in the car all day, call me on 555.",
        "do not send emails to this address, use ada.miller@northwind.example",
        "We want it. Don't email me, call me.",
        "Don't email, call.",
        "Do not write to this address, use ada@x.example",
        "Do not contact me here, write to me at ada@x.example.",
        "Please do not write to this address, my new one is ada@x.example.",
        "Please don't write to me. Write to anna@x.example.",
        "Please don't email me, please call.",
        "Please do not email me, I prefer the phone.",
        "Please don't email me. I'd rather talk by phone.",
        "Don't mail me, use my assistant's address.",
        "Please do not contact me, contact my assistant Tom.",
        "Please do not send mails to me, write to Anna, she decides.",
        "Please don't send me attachments larger than 5 MB.",
        "Please do not send me emails with attachments larger than 5 MB.",
        "Don't call me, email me.",
        "Bitte senden Sie mir keine E-Mails, rufen Sie mich an.",
        "Ne m'envoyez pas d'e-mails, appelez-moi.",
        "No me envíe correos, llámeme.",
        "Non mi scriva a questo indirizzo, scriva a ada@x.example.",
        "Mejla mig inte, ring mig.",
        "Please do not contact my domain registrar before we talk.",
        "Please do not call my account manager directly.",
    ],
)
def test_to_be_told_where_or_how_to_write_instead_is_none(text: str) -> None:
    assert opt_out_in(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Don't call me, don't email me.",
        "Never email me, text me or call me!",
        "Do not email, call or text me.",
        "Do not email, call, or write.",
        "Do not contact this email.",
        "Bitte keine E-Mails schreiben, anrufen oder faxen.",
        "Bitte keine E-Mails, bitte nicht anrufen.",
        "Do not write to me again, call my lawyer.",
        "Do not write to me, call my lawyer.",
        "Do not write to me. Write to somebody else.",
        "Stop emailing me. My lawyer is x@law.example",
        "Do not send me emails any more, call me.",
        "Do not email me ever, call me if you must.",
        "Do not write to this address again, use x@y.example.",
        "Do not contact me. Contact me again and I call the police.",
        "Do not email me. Email me once more and I report you.",
        "Do not email me, remove me from your list, call me instead.",
        "Do not contact me or my colleagues.",
        "Please do not send e-mails to me or my colleagues.",
        "Please do not send mails to me, as I told you.",
        "Please don't email me. I will call you.",
        "Do not email me. By phone I told you already to stop.",
        "No me escriban, no me llamen.",
        "Non mi scrivete e non mi telefonate.",
    ],
)
def test_a_wish_for_an_end_counts_whatever_stands_beside_it(text: str) -> None:
    assert opt_out_in(text)


@pytest.mark.parametrize(
    "signature",
    [
        "Ada Miller\nPhone 312 555 0100\nada@x.example",
        "Phone 312 555 0100",
        "Call: 312 555 0100",
        "Email ada@desk.example",
        "Contact info@x.example",
        "Please contact info@x.example for orders.",
        "For press enquiries please call our office.",
    ],
)
def test_a_signature_tells_nobody_where_to_write(signature: str) -> None:
    for wish in ("Do not email me", "Do not email me.", "Do not email me again."):
        assert opt_out_in(f"{wish}\n{signature}")
