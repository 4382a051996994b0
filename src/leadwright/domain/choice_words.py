"""Words that CRM exports and people use for the choices of a lead, beside the published labels. Pure.

Sources: the standard picklists of Salesforce (Lead Source, Lead Status, Rating) and the default properties of HubSpot
(Original Traffic Source, Lead Status), in English, German, French and Spanish.
"""

import re
from collections.abc import Mapping
from typing import Any

from leadwright.domain.country_gates import Basis
from leadwright.domain.lead import STATE_OF_STATUS
from leadwright.domain.optionsets import LeadRating, LeadSource, LeadState, LeadStatus, choices
from leadwright.domain.spelling import plain, spelled

_SOURCES: dict[LeadSource, str] = {
    LeadSource.ADVERTISEMENT: "Advertising, Ad, Ads, Paid Search, Paid Social, Google Ads, Google AdWords, AdWords, "
    "Direct Mail, Print, Radio, TV, Anzeige, Werbung, Publicité, Publicidad, Anuncio",
    LeadSource.EMPLOYEE_REFERRAL: "Employee, Internal Referral, Mitarbeiterempfehlung, Empfehlung eines Mitarbeiters, "
    "Recommandation d'un employé, Parrainage d'un employé, Referencia de empleado",
    LeadSource.EXTERNAL_REFERRAL: "Referral, Referrals, Customer Referral, Customer, Client Referral, Empfehlung, "
    "Externe Empfehlung, Kundenempfehlung, Recommandation, Recommandation externe, Referencia, Referencia externa",
    LeadSource.PARTNER: "Partner Referral, Channel Partner, Reseller, Partnerempfehlung, Partenaire, Socio, Asociado",
    LeadSource.PUBLIC_RELATIONS: "PR, Press, Media, Öffentlichkeitsarbeit, Presse, Relations publiques, "
    "Relaciones públicas, Prensa",
    LeadSource.SEMINAR: "Seminar - Internal, Seminar - Partner, Webinar, Workshop, Training, Séminaire, Webinaire, "
    "Seminario",
    LeadSource.TRADE_SHOW: "Event, Events, Trade Fair, Tradeshow, Conference, Exhibition, Expo, Messe, Fachmesse, "
    "Veranstaltung, Salon, Salon professionnel, Feria, Feria comercial, Evento",
    LeadSource.WEB: "Website, Web Site, Web Form, Website Form, Webform, Online, Internet, Organic Search, "
    "Organic Social, Direct Traffic, Social, Social Media, Web Download, Web Research, Chat, Live Chat, Contact Us, "
    "Inbound, AI Referrals, LinkedIn, Webseite, Webformular, Site web, Sitio web, Página web",
    LeadSource.WORD_OF_MOUTH: "Mundpropaganda, Bouche à oreille, Bouche-à-oreille, Boca a boca",
    LeadSource.OTHER: "Phone Inquiry, Phone, Telephone, Inbound Call, Cold Call, Purchased List, List, Bought List, "
    "Offline Sources, Offline, Email, Email Marketing, Newsletter, Other Campaigns, Campaign, Existing Customer, "
    "Self Generated, Outbound, Prospecting, In-Store, On Site, Import, Others, Miscellaneous, Sonstige, Sonstiges, "
    "Andere, Telefon, Telefonanfrage, Autre, Autres, Téléphone, Otro, Otros, Otra, Teléfono",
}
_RATINGS: dict[LeadRating, str] = {
    LeadRating.HOT: "High, A, Heiß, Chaud, Caliente",
    LeadRating.WARM: "Medium, B, Tiède, Tibio, Templado",
    LeadRating.COLD: "Low, C, Kalt, Froid, Frío",
}
_STATUSES: dict[LeadStatus, str] = {
    LeadStatus.NEW: "Open, Open - Not Contacted, Not Contacted, Unread, Neu, Offen, Nouveau, Ouvert, Nuevo, Abierto",
    LeadStatus.CONTACTED: "Working, Working - Contacted, In Progress, Attempted to Contact, Attempting, Connected, "
    "Engaged, Nurture, Nurturing, Kontaktiert, In Bearbeitung, Contacté, En cours, Contactado, En curso",
    LeadStatus.QUALIFIED: "Closed - Converted, Converted, Open Deal, Customer, Closed Won, Qualifiziert, Konvertiert, "
    "Qualifié, Converti, Calificado, Cualificado, Convertido",
    LeadStatus.LOST: "Closed, Closed - Not Converted, Not Converted, Unqualified, Disqualified, Not Qualified, "
    "Closed Lost, Dead, Verloren, Disqualifiziert, Nicht qualifiziert, Perdu, Disqualifié, Non qualifié, Perdido, "
    "Descalificado",
    LeadStatus.CANNOT_CONTACT: "Do Not Contact, Unreachable, Kein Kontakt möglich, Impossible à contacter, "
    "No se puede contactar",
    LeadStatus.NO_LONGER_INTERESTED: "Not Interested, Bad Timing, Nicht mehr interessiert, Kein Interesse, "
    "Plus intéressé, Pas intéressé, Ya no le interesa, No interesado",
    LeadStatus.CANCELED: "Cancelled, Storniert, Abgebrochen, Annulé, Cancelado",
}
_CLOSED = re.compile(
    r"closed|lost|dead|disqualif|unqualif|not qualif|reject|junk|spam|duplicate|archiv|not interested|do not|inactive|"
    r"geschlossen|verloren|fermé|perdu|cerrad|perdid",
    re.IGNORECASE,
)
_INDUSTRIES = {"Banking": 16, "Finance": 16, "Financial Services": 16, "Utilities": 31, "Agriculture": 2, "Legal": 21}


def reads_closed(word: str) -> bool:
    """A status that is no choice, but says that nobody works the lead any more: "Closed - Duplicate"."""
    return bool(_CLOSED.search(word))


def _of(table: Mapping[Any, str]) -> dict[str, int]:
    return {word: int(value) for value, words in table.items() for word in spelled(words)}


def _states() -> dict[str, int]:
    """Salesforce calls the status reason Status: the state that goes with it."""
    reasons = {plain(label): value for value, label in choices(LeadStatus).items()} | _of(_STATUSES)
    return {word: int(STATE_OF_STATUS[value]) for word, value in reasons.items()} | {
        word: int(LeadState.OPEN) for word in spelled("Active, Offen, Ouvert, Abierto")
    }


_BASES: dict[Basis, str] = {
    Basis.EXPRESS: "Express, Consent, Opt-in, Opted in, Double opt-in, Explicit consent, "
    "Freely given consent from contact, Einwilligung, Ausdrückliche Einwilligung, Eingewilligt, "
    "Consentement, Consentement explicite, Consentement exprès, Consentimiento, Consentimiento expreso, "
    "Consentimiento explícito",
    Basis.CUSTOMER: "Existing customer, Contract, Performance of a contract, Existing business relationship, "
    "Legitimate interest – existing customer, Legitimate interest - existing customer, Kunde, Bestandskunde, Vertrag, "
    "Client, Client existant, Contrat, Cliente, Cliente existente, Contrato",
    Basis.INQUIRY: "Enquiry, Request, Asked us, Inbound request, Anfrage, Demande, Demande entrante, Consulta, "
    "Solicitud",
    Basis.PUBLISHED: "Published, Public, Conspicuous publication, Published business address, "
    "Veröffentlicht, Veröffentlichte Adresse, Publiée, Adresse publiée, Publicada, Dirección publicada",
}

TEXT_WORDS: dict[str, dict[str, str]] = {
    "lw_consentbasis": {word: str(basis) for basis, words in _BASES.items() for word in spelled(words)},
}
"""Words for columns of fixed text, logical name -> word -> what is stored."""

WORDS: dict[str, dict[str, int]] = {
    "leadsourcecode": _of(_SOURCES),
    "leadqualitycode": _of(_RATINGS),
    "statuscode": _of(_STATUSES),
    "statecode": _states(),
    "industrycode": {plain(word): value for word, value in _INDUSTRIES.items()},
}
