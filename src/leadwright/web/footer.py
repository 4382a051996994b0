"""The footer of the agent's mails as their readers see it, for the settings pages. Sends nothing."""

from leadwright.db.configuration import Configuration, Profile
from leadwright.db.sales import Lead
from leadwright.mail.compose import LEAVE, Letterhead, footer_lines
from leadwright.workflows.letters import why_they_get_it

_EXAMPLE = Lead(companyname="Contoso")


def footer_of(configuration: Configuration) -> tuple[str, ...]:
    """The lines under a mail to a lead of an example company; what is missing is said in its place."""
    company = configuration.company.name.strip() or "(your company's name)"
    letterhead = Letterhead(
        name=company,
        address="",
        legal_name=company,
        postal_address=configuration.email.postal_address.strip() or "(your postal address)",
        disclosure=configuration.profile.disclaimer.strip() or Profile().disclaimer,
    )
    why = configuration.sending.why or why_they_get_it(_EXAMPLE, company)
    return (*footer_lines(letterhead, why), LEAVE)
