"""Customer profiles in the words of different admins, each criterion beside its mechanical truth over the columns of
companies.csv. The truth is plain sets and comparisons; it uses no code of the product.
"""

from collections.abc import Callable, Mapping

Row = Mapping[str, str]
Truth = Callable[[Row], bool | None]
Line = tuple[str, str, Truth]


def industry(*exact: str, starts: tuple[str, ...] = ()) -> Truth:
    def truth(row: Row) -> bool | None:
        if row["industry"] == "Unspecified":
            return None
        return row["industry"] in exact or any(row["industry"].startswith(s) for s in starts)

    return truth


def not_industry(*exact: str, starts: tuple[str, ...] = ()) -> Truth:
    inside = industry(*exact, starts=starts)
    return lambda row: None if inside(row) is None else not inside(row)


def employees(low: float = 0, high: float = float("inf")) -> Truth:
    return lambda row: low <= int(row["employees"]) <= high if row["employees"] else None


def revenue(low: float = 0, high: float = float("inf")) -> Truth:
    return lambda row: low <= float(row["revenue_usd"]) <= high if row["revenue_usd"] else None


def country(*names: str) -> Truth:
    return lambda row: row["country"] in names


def us_state(*codes: str) -> Truth:
    """In the US and one of the states; unknown when the row does not say which state."""

    def truth(row: Row) -> bool | None:
        if row["country"] != "United States":
            return False
        return known_state(row) in codes if known_state(row) else None

    return truth


def known_state(row: Row) -> str:
    if len(row["state"]) == 2:
        return row["state"]
    if row["city"] == "Washington D.C.":
        return "DC"
    return row["city"] if not row["state"] and len(row["city"]) == 2 else ""


def but_not_states(inside: Truth, *codes: str) -> Truth:
    def truth(row: Row) -> bool | None:
        if not inside(row):
            return inside(row)
        excluded = us_state(*codes)(row)
        return None if excluded is None else not excluded

    return truth


def either(*truths: Truth) -> Truth:
    def truth(row: Row) -> bool | None:
        answers = [t(row) for t in truths]
        return True if True in answers else None if None in answers else False

    return truth


BAY_CITIES = (
    "San Francisco|Palo Alto|Mountain View|Menlo Park|San Jose|Santa Clara|Sunnyvale|Oakland|Berkeley|Redwood City|"
    "San Mateo|Burlingame|Cupertino|Foster City|South San Francisco|Emeryville|Fremont|San Carlos|Los Altos|Pleasanton|"
    "Los Gatos|San Ramon|Milpitas|Hayward|Campbell|Belmont|Millbrae|San Bruno|San Leandro|Walnut Creek|Stanford|"
    "Alameda|Newark|Union City|Concord|Livermore|Brisbane|Half Moon Bay|Saratoga|Orinda|Lafayette|Mill Valley|"
    "Sausalito|Dublin|Richmond|Novato|San Rafael|Petaluma|Los Altos Hills|Atherton|East Palo Alto|Corte Madera"
)


def bay_area(row: Row) -> bool | None:
    if row["country"] != "United States" or known_state(row) not in ("CA", ""):
        return False
    if not row["city"] or len(row["city"]) == 2:
        return None
    return row["city"] in BAY_CITIES.split("|")


NORTH_AMERICA = country("United States", "Canada", "Mexico")
EU = country(
    "Germany", "France", "Spain", "Netherlands", "Ireland", "Sweden", "Austria", "Denmark", "Belgium", "Poland",
    "Hungary", "Czechia", "Cyprus", "Croatia",
)  # fmt: skip
ANY = lambda row: True  # noqa: E731
NO_TITLE = lambda row: None  # noqa: E731

RETAIL = industry("Retailing", "Food & Drug Stores")
HEALTH = industry("Health Care", starts=("Healthcare",))
FINANCE = industry("Financials", starts=("Fintech",))


def tech(row: Row) -> bool | None:
    """A bare "B2B" does not say whether it is software."""
    return None if row["industry"] in ("B2B", "Unspecified") else row["industry"].startswith(("Technology", "B2B"))


PROFILES: dict[str, list[Line]] = {
    "microsoft": [
        (
            "Industries targeted",
            "Retail companies, including department stores, specialty retailers, e-commerce platforms, quick commerce, "
            "and grocery chains",
            RETAIL,
        ),
        ("Size of the customer", "1000 to 50000+ employees", employees(1000)),
        ("Job Title of the lead", "Procurement decision makers in retail industry or C-Suite executives", NO_TITLE),
        ("Annual revenue range", "$100 million to $10 billion+", revenue(1e8)),
        (
            "Location of target customers",
            "Urban and suburban areas in North America with high consumer traffic, except New York",
            but_not_states(NORTH_AMERICA, "NY"),
        ),
    ],
    "hospital software": [
        ("Target industry", "Healthcare and life sciences", HEALTH),
        ("Headcount", "between 10 and 500 people", employees(10, 500)),
        ("Geography", "United States or Canada", country("United States", "Canada")),
    ],
    "bank platform": [
        ("Vertical", "Financial services (banks, insurers, asset managers, fintech)", FINANCE),
        ("Number of employees", "5,000+", employees(5000)),
        ("Turnover", "over 5 bn USD", revenue(5e9 + 1)),
        ("Where", "US, excluding California and Texas", but_not_states(country("United States"), "CA", "TX")),
    ],
    "startup tooling": [
        ("Sector", "Technology and software companies", tech),
        ("Company size", "fewer than 50 employees", employees(0, 49)),
        ("Location", "San Francisco Bay Area", bay_area),
    ],
    "european fintech": [
        ("Industry", "Fintech", industry(starts=("Fintech",))),
        ("Employees", "11-200", employees(11, 200)),
        ("Country", "European Union and the United Kingdom", lambda r: EU(r) or r["country"] == "United Kingdom"),
    ],
    "energy services": [
        ("Industries", "Energy & utilities; oil and gas", industry("Energy", "Industrials -> Energy")),
        ("Headcount of the company", "At least 1,000 and at most 20,000 employees", employees(1000, 20000)),
        ("Annual revenue", "$1B - $20B", revenue(1e9, 2e10)),
        ("Region", "Southern US states: TX, OK, LA and AR", us_state("TX", "OK", "LA", "AR")),
    ],
    "factory automation": [
        (
            "Which industries do we sell to?",
            "Manufacturers: automotive, aerospace & defense, chemicals, industrial machinery and materials",
            industry(
                "Motor Vehicles & Parts", "Aerospace & Defense", "Chemicals", "Industrials", "Materials",
                starts=("Industrials ->",),
            ),
        ),
        ("Employee count", "more than 2,500", employees(2501)),
        ("Revenue", "from $500 million up to $50 billion", revenue(5e8, 5e10)),
        ("Location of "
         "customers", "Midwest", us_state(
            "IL", "IN", "IA", "KS", "MI", "MN", "MO", "NE", "ND", "OH", "SD", "WI")),
    ],
    "anything but finance": [
        ("Industry", "Any industry except financial services", not_industry("Financials", starts=("Fintech",))),
        ("Size", "under 1k employees", employees(0, 999)),
        ("Geographic focus", "Worldwide, but not the United States", lambda r: r["country"] != "United States"),
    ],
    "latin america": [
        ("Company location", "LATAM", country(
            "Mexico", "Brazil", "Colombia", "Chile", "Argentina", "Peru", "Venezuela", "Panama",
        )),
        ("Team size", "from 5 to 250 people", employees(5, 250)),
        ("Business sector", "Financial services, retail or consumer", either(
            FINANCE, RETAIL, industry("Consumer", "Food, Beverages & Tobacco", "Household Products", "Apparel",
                                      starts=("Consumer ->",)))),
    ],
    "logistics": [
        ("Industry "
         "served", "Transportation and logistics", industry("Transportation", "Consumer -> Transportation Services")),
        ("Company headcount", "10,000 or more employees", employees(10000)),
        ("Annual turnover", "at least $2 billion", revenue(2e9)),
        ("Territory", "East of the Mississippi does not matter: any US state", country("United States")),
    ],
    "hospitality": [
        ("Target verticals", "Hotels, restaurants and leisure", industry(
            "Hotels, Restaurants & Leisure", "Consumer -> Travel, Leisure and Tourism")),
        ("How large", "500 - 100,000 staff", employees(500, 100000)),
        ("Yearly revenue", "$250M+", revenue(2.5e8)),
        ("HQ location", "Florida, Nevada, Georgia or California", us_state("FL", "NV", "GA", "CA")),
    ],
    "food": [
        ("Industry", "Food and beverage producers, grocery stores", industry(
            "Food, Beverages & Tobacco", "Food & Drug Stores", "Consumer -> Food and Beverage")),
        ("Headcount", "≥ 1,000", employees(1000)),
        ("Revenue in USD", "no less than 1 billion", revenue(1e9)),
        ("Location", "USA except the West Coast", but_not_states(country("United States"), "CA", "OR", "WA")),
    ],
    "asia": [
        ("Region", "APAC", country(
            "India", "Indonesia", "Singapore", "China", "Australia", "Pakistan", "Philippines", "Malaysia",
            "Bangladesh",
            "Nepal", "New Zealand", "Japan", "South Korea", "Vietnam")),
        ("Size of company", "up to 300 employees", employees(0, 300)),
        ("Industry", "all industries", industry(starts=("",))),
    ],
    "medical devices": [
        ("Industry", "Medical devices, diagnostics and biotech", medical := lambda r: None if r["industry"] in (
            "Health Care", "Healthcare", "Unspecified") else r["industry"] in (
            "Healthcare -> Medical Devices", "Healthcare -> Diagnostics", "Healthcare -> Therapeutics",
            "Healthcare -> Drug Discovery and Delivery", "Healthcare -> Industrial Bio")),
        ("Employees", "5 to 1,000", employees(5, 1000)),
        ("Location", "New England, New York or California", us_state(
            "CT", "ME", "MA", "NH", "RI", "VT", "NY", "CA")),
    ],
    "africa and middle east": [
        ("Market", "Africa and the Middle East", country(
            "Nigeria", "Egypt", "Kenya", "Israel", "United Arab Emirates", "Ghana", "Saudi Arabia", "Morocco",
            "South Africa", "Zambia", "Democratic Republic of the Congo", "Senegal", "Iraq", "Algeria", "Tanzania",
            "Ivory Coast", "Bahrain", "Uganda")),
        ("Number of employees", "<= 100", employees(0, 100)),
        ("Sector", "Fintech, payments, lending and insurance", industry(starts=("Fintech",))),
    ],
    "billion club": [
        ("Annual revenue range", "1.000.000.000 USD or more", revenue(1e9)),
        ("Size of the customer", "Large enterprises with 10k–100k employees", employees(10000, 100000)),
        ("Industries targeted", "Everything other than government, education and non-profits", not_industry(
            "Government", "Education")),
        ("Location of target customers", "Northeastern United States and Mid-Atlantic (NY, NJ, PA, MA, CT)", us_state(
            "NY", "NJ", "PA", "MA", "CT")),
    ],
    "india": [
        ("Geo", "India", country("India")),
        ("Headcount", "20 to 2000", employees(20, 2000)),
        ("Industry", "B2B software, SaaS and fintech", lambda r: None if r["industry"] in ("B2B", "Unspecified") else
            r["industry"].startswith(("B2B ->", "Fintech"))),
    ],
    "insurance": [
        ("Customer industry", "Insurance, banking and other financials, but no fintech", industry("Financials")),
        ("Workforce", "Somewhere between two thousand and fifty thousand employees", employees(2000, 50000)),
        ("Sales volume", "$2bn to $30bn", revenue(2e9, 3e10)),
        ("States", "NY, CT, NJ, IL, OH", us_state("NY", "CT", "NJ", "IL", "OH")),
    ],
}  # fmt: skip


def band(profile: list[Line], row: Row) -> str:
    """The band of product.md 6, from the truth."""
    answers = [truth(row) for _, _, truth in profile]
    met, missed = sum(a is True for a in answers), sum(a is False for a in answers)
    if not met + missed:
        return "Unknown"
    share = met / (met + missed)
    return "High" if share > 0.7 else "Moderate" if share >= 0.5 else "Low"
