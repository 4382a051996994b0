"""The first mail, follow-ups and the end because nobody answered."""

from tests.engage.office import Office

from leadwright.domain.stage import Stage


def test_a_lead_that_fits_is_written_to_once_and_followed_up_until_nobody_answers(office: Office) -> None:
    leadid = office.lead()
    office.work()
    assert len(office.mails_to("ada@northwind.example")) == 1
    office.pass_days(30)
    mails = office.mails_to("ada@northwind.example")
    for m in mails:
        print(m["Date"], m["Subject"], m["In-Reply-To"])
        print(m.get_body(("plain",)).get_content())
    assert len(mails) == 4
    assert office.run_of(leadid).stage == Stage.DISQUALIFIED
