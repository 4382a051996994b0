"""What the store says of a lead at the start of its research: its records, and what it is judged by. Read once."""

from dataclasses import dataclass

from leadwright.analyst import Offering
from leadwright.db.configuration import Configuration
from leadwright.db.sales import Lead
from leadwright.domain.fit import Criterion
from leadwright.errors import NotFound
from leadwright.research.company import Company, company_of
from leadwright.research.fields import PERSONAL, Records, field_text, read_records
from leadwright.research.means import Means


@dataclass(frozen=True, slots=True)
class Dossier:
    """One lead being researched.

    Args:
        key: id of the run or of the trial; under it the journal keeps what was asked about the lead.
        configuration: the version the lead is processed with.
        records: the lead and the records it is linked to, for looking only.
        company: whom it works for.
    """

    key: str
    configuration: Configuration
    records: Records
    company: Company

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The ideal customer profile."""
        return tuple(c.criterion() for c in self.configuration.criteria)

    @property
    def offering(self) -> Offering:
        """What we sell."""
        ours = self.configuration.company
        return Offering(ours.name, ours.website, ours.value_proposition, ours.benefits, ours.price_list)


def open_dossier(means: Means, key: str, leadid: str, configuration: Configuration) -> Dossier:
    """Read the lead and its linked records.

    Raises:
        NotFound: the lead is gone.
    """
    with means.database.reading() as session:
        lead = session.get(Lead, leadid)
        if lead is None:
            raise NotFound("This lead does not exist any more.")
        records = read_records(session, lead)
        session.expunge_all()
    return dossier_of(key, records, configuration)


def dossier_of(key: str, records: Records, configuration: Configuration) -> Dossier:
    """The dossier of records that were read already."""
    return Dossier(key, configuration, records, _company(records, configuration))


def _company(records: Records, configuration: Configuration) -> Company:
    lead, account = records.lead, records.account
    searched = [field_text(records, name if "." in name else f"lead.{name}") for name in _harmless(configuration)]
    return company_of(
        lead.companyname or (account.name if account else None),
        lead.websiteurl or (account.websiteurl if account else None),
        lead.emailaddress1,
        chosen=tuple(filter(None, searched)),
    )


def _harmless(configuration: Configuration) -> list[str]:
    """Columns that may go to a search provider: the admin's, but never a person's."""
    return [n for n in configuration.search_fields if n.rsplit(".", 1)[-1] not in PERSONAL]
