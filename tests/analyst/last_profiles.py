"""Ten profiles written after the rules were finished, in wordings nobody had tried, and four to check the mending.

Truths as in `profiles`. docs/evaluation.md gives the first score and the score now.
"""

from tests.analyst.profiles import (
    EU,
    NORTH_AMERICA,
    Line,
    Row,
    but_not_states,
    country,
    employees,
    industry,
    known_state,
    revenue,
    us_state,
)

US = country("United States")
MIDDLE_EAST = country("Israel", "United Arab Emirates", "Saudi Arabia", "Iraq", "Bahrain", "Turkey", "Egypt")
AFRICA = country(
    "Nigeria", "Egypt", "Kenya", "Ghana", "Morocco", "South Africa", "Zambia", "Democratic Republic of the Congo",
    "Senegal", "Algeria", "Tanzania", "Ivory Coast", "Uganda",
)  # fmt: skip


def europe(row: Row) -> bool:
    return bool(EU(row)) or row["country"] in (
        "United Kingdom", "Norway", "Switzerland", "Ukraine", "Georgia", "Turkey"
    )  # fmt: skip


def emea(row: Row) -> bool:
    return bool(europe(row) or MIDDLE_EAST(row) or AFRICA(row))


VALLEY = (
    "Palo Alto|Mountain View|Menlo Park|San Jose|Santa Clara|Sunnyvale|Cupertino|Redwood City|Los Altos|Los Gatos|"
    "Milpitas|Campbell|Saratoga"
)
DISPUTED = (
    "San Mateo|San Carlos|Fremont|Burlingame|Livermore|Millbrae|Foster City|San Ramon|Dublin|Pleasanton|Stanford|"
    "San Leandro|East Palo Alto|Newark|Union City|Hayward|Belmont|South San Francisco|San Bruno|Half Moon Bay|Remote"
)


def beyond_the_valley(row: Row) -> bool | None:
    if row["country"] != "United States" or known_state(row) not in ("CA", ""):
        return row["country"] == "United States"
    if not row["city"] or len(row["city"]) == 2 or row["city"] in DISPUTED.split("|"):
        return None
    return row["city"] not in VALLEY.split("|")


def elsewhere(row: Row) -> bool | None:
    inside = us_state("NY", "NJ", "CT")(row)
    return None if inside is None else not inside


def no_banks_or_schools(row: Row) -> bool | None:
    if row["industry"] in ("Financials", "Fintech", "Unspecified"):
        return None
    return row["industry"] not in ("Government", "Education", "Fintech -> Banking and Exchange", "Fintech -> Insurance")


def care(row: Row) -> bool | None:
    """Whether a biotech is "pharma" is in dispute, and a bare "Health Care" may be anything."""
    if row["industry"] in (
        "Health Care",
        "Healthcare",
        "Healthcare -> Drug Discovery and Delivery",
        "Healthcare -> Therapeutics",
        "Unspecified",
    ):
        return None
    return row["industry"] in (
        "Healthcare -> Healthcare Services",
        "Healthcare -> Medical Devices",
        "Healthcare -> Healthcare IT",
    )


WRITTEN_LAST: dict[str, list[Line]] = {
    "emea platform": [
        ("Where they sit", "EMEA w/o Russia and Turkey", lambda r: emea(r) and r["country"] != "Turkey"),
        ("How many heads", "a dozen to roughly 400 heads", employees(12, 400)),
        (
            "What they do",
            "anything financial: banking, payments, insurtech, lending",
            industry("Financials", starts=("Fintech",)),
        ),
    ],
    "big manufacturers": [
        ("Size bracket", "5k+ staff, no mega-corps above 150k", employees(5000, 150000)),
        ("Top line", "Fortune-500-size, i.e. six billion dollars and up", revenue(6e9)),
        (
            "Makes",
            "Makers of cars, planes, machinery, chemicals or metals",
            industry(
                "Motor Vehicles & Parts",
                "Aerospace & Defense",
                "Industrials",
                "Chemicals",
                "Materials",
                "Industrials -> Manufacturing and Robotics",
                "Industrials -> Automotive",
                "Industrials -> Aviation and Space",
            ),
        ),
        (
            "Home market",
            "Anywhere in the States bar the West Coast and Hawaii",
            but_not_states(US, "CA", "OR", "WA", "HI"),
        ),
    ],
    "mid-market care": [
        ("Company tier", "mid-market (100-1,000 people)", employees(100, 1000)),
        ("Space", "Care providers, pharma, medtech, digital health", care),
        (
            "Footprint",
            "NORAM or Western Europe's big three (UK, France, Germany)",
            lambda r: bool(NORTH_AMERICA(r)) or r["country"] in ("United Kingdom", "France", "Germany"),
        ),
    ],
    "seed stage": [
        ("Headcount ceiling", "40", employees(0, 40)),
        (
            "Domain",
            "Dev tools, infrastructure, security and analytics vendors",
            lambda r: (
                None
                if r["industry"] in ("B2B", "Unspecified", "Technology")
                else r["industry"]
                in (
                    "B2B -> Engineering, Product and Design",
                    "B2B -> Infrastructure",
                    "B2B -> Security",
                    "B2B -> Analytics",
                )
            ),
        ),
        ("Geo", "Silicon Valley excluded; otherwise the U.S. of A.", beyond_the_valley),
    ],
    "distribution": [
        ("Payroll", "at least 2.5k employees but not more than 40k", employees(2500, 40000)),
        (
            "Kind of customer",
            "Distributors, wholesalers, truckers, railroads, airlines",
            industry("Wholesalers", "Transportation"),
        ),
        ("Annual receipts", "a billion or more, topping out at fifty billion dollars", revenue(1e9, 5e10)),
        ("State of HQ", "Any but New York, New Jersey & Connecticut", elsewhere),
    ],
    "latin fintech": [
        (
            "Market",
            "Spanish- or Portuguese-speaking Latin America (Mexico through Argentina, Brazil too)",
            country("Mexico", "Brazil", "Colombia", "Chile", "Argentina", "Peru", "Venezuela", "Panama"),
        ),
        ("Crew", "no more than 120 people on the payroll", employees(0, 120)),
        ("Verticals we like", "fintechs of any flavour", industry(starts=("Fintech",))),
    ],
    "restaurants and stores": [
        (
            "Branch of trade",
            "Hospitality, dining, supermarkets and brick-and-mortar shops",
            industry("Hotels, Restaurants & Leisure", "Retailing", "Food & Drug Stores"),
        ),
        ("Number of colleagues", "four-digit headcount or larger", employees(1000)),
        ("Sales per annum", "between $800M and $90B", revenue(8e8, 9e10)),
        (
            "Based in",
            "the Midwest, the Southeast or Texas",
            us_state(
                "IA",
                "IL",
                "IN",
                "KS",
                "MI",
                "MN",
                "MO",
                "ND",
                "NE",
                "OH",
                "SD",
                "WI",
                "AL",
                "FL",
                "GA",
                "MS",
                "NC",
                "SC",
                "TN",
                "TX",
                "AR",
                "KY",
                "LA",
                "VA",
                "WV",
            ),
        ),
    ],
    "anything but": [
        ("Industry fit", "We sell to everyone save banks, insurers, schools and public bodies", no_banks_or_schools),
        ("Size", "SMB, up to 250 people", employees(0, 250)),
        (
            "Regions served",
            "Europe (EU + UK + Switzerland + Norway)",
            lambda r: bool(EU(r)) or r["country"] in ("United Kingdom", "Switzerland", "Norway"),
        ),
    ],
    "property and build": [
        (
            "Sector of activity",
            "Proptech, real estate, builders",
            industry("Engineering & Construction", starts=("Real Estate and Construction",)),
        ),
        ("FTE", "15 thru 30000", employees(15, 30000)),
        ("Nation", "USA, Canada, UK, India", country("United States", "Canada", "United Kingdom", "India")),
    ],
    "power and oil": [
        ("Trade", "Utilities, oil & gas, pipelines, renewables", industry("Energy", "Industrials -> Energy")),
        ("People on staff", "1.2k-35k", employees(1200, 35000)),
        ("Revenues", "2-60 bn. USD", revenue(2e9, 6e10)),
        ("HQ region", "Gulf states (TX, LA, MS, AL, FL) plus Oklahoma", us_state("TX", "LA", "MS", "AL", "FL", "OK")),
    ],
}

# Written after the rules were mended for the ten above.
WRITTEN_TO_CHECK: dict[str, list[Line]] = {
    "base materials": [
        ("Company bulk", "upwards of 900 employees, 25k tops", employees(900, 25000)),
        (
            "Whom we serve",
            "Chemical firms, packaging and metals companies, miners",
            lambda r: (
                None if r["industry"] in ("Unspecified", "Industrials") else r["industry"] in ("Chemicals", "Materials")
            ),
        ),
        ("Turnover p.a.", "USD 1.2bn to 18bn", revenue(1.2e9, 1.8e10)),
        (
            "Where HQ is",
            "Great Lakes states and the South Atlantic aside from Florida",
            us_state("IL", "IN", "MI", "MN", "NY", "OH", "PA", "WI", "DE", "GA", "MD", "NC", "SC", "VA", "WV", "DC"),
        ),
    ],
    "health start-ups": [
        ("Team", "single-digit to 60 people", employees(1, 60)),
        (
            "Vertical focus",
            "health startups: diagnostics, therapeutics, telemedicine, devices",
            lambda r: (
                None
                if r["industry"] in ("Healthcare", "Health Care", "Unspecified")
                else r["industry"]
                in (
                    "Healthcare -> Diagnostics",
                    "Healthcare -> Therapeutics",
                    "Healthcare -> Drug Discovery and Delivery",
                    "Healthcare -> Medical Devices",
                    "Healthcare -> Healthcare IT",
                    "Healthcare -> Healthcare Services",
                )
            ),
        ),
        ("Countries", "North America; no Mexico", country("United States", "Canada")),
    ],
    "brands": [
        ("Employees (min-max)", "300/15,000", employees(300, 15000)),
        (
            "Line of business",
            "Consumer brands: food, drinks, clothes, household",
            lambda r: (
                None
                if r["industry"] in ("Consumer", "Unspecified")
                else r["industry"]
                in (
                    "Food, Beverages & Tobacco",
                    "Household Products",
                    "Apparel",
                    "Consumer -> Food and Beverage",
                    "Consumer -> Apparel and Cosmetics",
                    "Consumer -> Home and Personal",
                )
            ),
        ),
        ("Yearly sales", "half a billion dollars at the very least", revenue(5e8)),
    ],
    "freight tech": [
        ("Headcount", "small and mid-size, i.e. not above 500", employees(0, 500)),
        (
            "Industry",
            "Logistics tech, freight, supply chain",
            lambda r: (
                None
                if r["industry"] in ("Unspecified", "Transportation", "B2B")
                else r["industry"] in ("B2B -> Supply Chain and Logistics",)
            ),
        ),
        (
            "Continent",
            "Asia or Africa, leave out China",
            lambda r: (
                r["country"]
                in (
                    "India",
                    "Indonesia",
                    "Singapore",
                    "Israel",
                    "United Arab Emirates",
                    "Pakistan",
                    "Saudi Arabia",
                    "Philippines",
                    "Turkey",
                    "Malaysia",
                    "Bangladesh",
                    "Nepal",
                    "Japan",
                    "Iraq",
                    "South Korea",
                    "Bahrain",
                    "Vietnam",
                    "Georgia",
                    "Nigeria",
                    "Egypt",
                    "Kenya",
                    "Ghana",
                    "Morocco",
                    "South Africa",
                    "Zambia",
                    "Democratic Republic of the Congo",
                    "Senegal",
                    "Algeria",
                    "Tanzania",
                    "Ivory Coast",
                    "Uganda",
                )
            ),
        ),
    ],
}
