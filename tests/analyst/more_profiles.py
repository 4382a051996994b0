# ruff: noqa: PLW0108
"""More profiles with mechanical truth: written after the rules, and first scored before any rule was changed for them.

docs/evaluation.md gives the first score and the score now.
"""

from tests.analyst.profiles import (
    EU,
    HEALTH,
    Line,
    but_not_states,
    country,
    employees,
    industry,
    known_state,
    not_industry,
    revenue,
    us_state,
)

US = country("United States")

WRITTEN_LATER: dict[str, list[Line]] = {
    "health suppliers": [
        ("Which sectors", "Healthcare (hospitals, payers, pharma, biotech) as well as medical technology", HEALTH),
        ("Staff", "at least 50, at most 5000", employees(50, 5000)),
        ("Home country", "The US or the UK", country("United States", "United Kingdom")),
    ],
    "plant parts": [
        (
            "Industry focus",
            "Chemicals / Materials / Industrials",
            industry("Chemicals", "Materials", "Industrials", starts=("Industrials ->",)),
        ),
        ("Minimum number of employees", "1500", employees(1500)),
        ("Annual sales", "USD 1bn – USD 15bn", revenue(1e9, 1.5e10)),
        ("Headquarters", "Ohio, Pennsylvania, Michigan, Wisconsin or Indiana", us_state("OH", "PA", "MI", "WI", "IN")),
    ],
    "core banking": [
        (
            "Target industries",
            "We focus on banks, credit unions and insurance companies. No crypto.",
            lambda r: (
                True
                if r["industry"] in ("Financials", "Fintech -> Insurance", "Fintech -> Banking and Exchange")
                else None
                if r["industry"] in ("Fintech", "Unspecified")
                else False
            ),
        ),
        ("Firm headcount", "1K to 60K", employees(1000, 60000)),
        ("Company revenue", "$750M or higher", revenue(7.5e8)),
        ("Country", "United States only", US),
    ],
    "wholesale systems": [
        ("Segment", "Retailers and wholesalers", industry("Retailing", "Food & Drug Stores", "Wholesalers")),
        ("Size", "5001+ employees", employees(5001)),
        ("Turnover", "exceeding $3 billion", revenue(3e9 + 1)),
        (
            "Location",
            "Anywhere in the United States apart from the Northeast",
            but_not_states(US, *["CT", "ME", "MA", "NH", "RI", "VT", "NY", "NJ", "PA"]),
        ),
    ],
    "brand owners": [
        (
            "Industries",
            "Food, beverage, consumer goods and apparel brands",
            industry(
                "Food, Beverages & Tobacco",
                "Household Products",
                "Apparel",
                "Consumer -> Food and Beverage",
                "Consumer -> Apparel and Cosmetics",
                "Consumer -> Home and Personal",
                "Consumer -> Consumer Electronics",
            ),
        ),
        ("Number of people employed", "Not fewer than 2,000", employees(2000)),
        ("Revenue band", "$1.5 billion-$25 billion", revenue(1.5e9, 2.5e10)),
        (
            "Regions",
            "Southeast and Midwest US",
            us_state(
                *[
                    "AL",
                    "FL",
                    "GA",
                    "MS",
                    "NC",
                    "SC",
                    "TN",
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
                ]
            ),
        ),
    ],
    "builders": [
        (
            "Vertical markets",
            "Real estate & construction",
            industry("Engineering & Construction", starts=("Real Estate and Construction",)),
        ),
        ("Company size (employees)", "10-1,000", employees(10, 1000)),
        (
            "Geography",
            "Everywhere except Europe",
            lambda r: (
                not (
                    EU(r) or r["country"] in ("United Kingdom", "Norway", "Switzerland", "Ukraine", "Georgia", "Turkey")
                )
            ),
        ),
    ],
    "schools": [
        ("Sector", "Education technology or education", industry("Education")),
        ("Team", "2 to 25 people", employees(2, 25)),
        ("Country", "Canada, Mexico, Brazil", country("Canada", "Mexico", "Brazil")),
    ],
    "flight": [
        (
            "Industry vertical",
            "Aerospace, defense, aviation and drones",
            industry(
                "Aerospace & Defense",
                "Industrials -> Aviation and Space",
                "Industrials -> Defense",
                "Industrials -> Drones",
            ),
        ),
        ("Headcount", "20+", employees(20)),
        (
            "Where are they located?",
            "California, Washington state, Virginia, Texas, Colorado",
            us_state("CA", "WA", "VA", "TX", "CO"),
        ),
    ],
    "tech giants": [
        (
            "Business",
            "Technology hardware, software, telecoms and media",
            lambda r: (
                None
                if r["industry"] in ("B2B", "Unspecified")
                else r["industry"]
                in (
                    "Technology",
                    "Telecommunications",
                    "Media",
                    "Consumer -> Content",
                    "Consumer -> Gaming",
                    "Consumer -> Social",
                    "Consumer -> Consumer Electronics",
                    "Consumer -> Virtual and Augmented Reality",
                )
                or r["industry"].startswith("B2B ->")
            ),
        ),
        ("Employees", "between 5,000 and 250,000", employees(5000, 250000)),
        ("Yearly turnover", "5 - 100 billion dollars", revenue(5e9, 1e11)),
        (
            "Location",
            "Silicon Valley, Seattle, New York City or Texas",
            lambda r: (
                False
                if r["country"] != "United States"
                else True
                if known_state(r) == "TX"
                or r["city"] in ("Seattle", "New York")
                or r["city"]
                in [
                    "Palo Alto",
                    "Mountain View",
                    "Menlo Park",
                    "San Jose",
                    "Santa Clara",
                    "Sunnyvale",
                    "Cupertino",
                    "Los Gatos",
                    "Milpitas",
                    "Campbell",
                    "Saratoga",
                    "Los Altos",
                    "Redwood City",
                    "Fremont",
                    "Foster City",
                    "San Mateo",
                    "Stanford",
                    "Newark",
                    "San Carlos",
                    "Belmont",
                    "Union City",
                ]
                else False
                if r["city"] and len(r["city"]) > 2
                else None
            ),
        ),
    ],
    "not those": [
        (
            "Industries to avoid",
            "Not government, not energy, not financial services",
            not_industry("Government", "Energy", "Financials", "Industrials -> Energy", starts=("Fintech",)),
        ),
        ("Size", "Small businesses with less than 100 employees", employees(0, 99)),
        (
            "Market",
            "Nigeria, Kenya, Ghana, Egypt and South Africa",
            country("Nigeria", "Kenya", "Ghana", "Egypt", "South Africa"),
        ),
    ],
    "staffing": [
        (
            "Line of business",
            "Business services, staffing, consulting",
            lambda r: None if r["industry"] in ("B2B", "Unspecified") else r["industry"] in ("Business Services",),
        ),
        ("Employee range", "3,000 up to 80,000", employees(3000, 80000)),
        ("Revenue (USD)", "≥ 1,000,000,000", revenue(1e9)),
        ("States", "Illinois; New Jersey; New York; Georgia; Virginia", us_state("IL", "NJ", "NY", "GA", "VA")),
    ],
    "power": [
        ("Type of company", "Energy producers and utilities", industry("Energy", "Industrials -> Energy")),
        ("How many people work there", "over five hundred", employees(501)),
        ("Money", "revenue not below $2 billion and not above $40 billion", revenue(2e9, 4e10)),
        ("Place", "Texas & Oklahoma", us_state("TX", "OK")),
    ],
    "indian fintech": [
        ("industry", "fintech startups (payments, lending, insurance, banking)", industry(starts=("Fintech",))),
        ("size", "1-50", employees(1, 50)),
        (
            "location",
            "india or southeast asia",
            country("India", "Singapore", "Indonesia", "Philippines", "Malaysia", "Vietnam"),
        ),
    ],
    "anything but shops": [
        (
            "Ideal customer industry",
            "Any kind of business, provided it isn't in retail or hospitality",
            not_industry(
                "Retailing",
                "Food & Drug Stores",
                "Hotels, Restaurants & Leisure",
                "Consumer -> Travel, Leisure and Tourism",
            ),
        ),
        ("Ideal customer size", "500 to 10,000 FTEs", employees(500, 10000)),
        ("Ideal customer revenue", "below $5bn", revenue(0, 5e9 - 1)),
        (
            "Ideal customer location",
            "Mountain West, Southwest",
            lambda r: us_state(*["AZ", "CO", "ID", "MT", "NV", "NM", "UT", "WY", "OK", "TX"])(r),
        ),
    ],
    "consumer brands": [
        (
            "Primary industries",
            "Retail & consumer goods; hospitality",
            lambda r: (
                None
                if r["industry"] in ("Unspecified", "Consumer")
                else r["industry"]
                in (
                    "Retailing",
                    "Food & Drug Stores",
                    "Food, Beverages & Tobacco",
                    "Household Products",
                    "Apparel",
                    "Hotels, Restaurants & Leisure",
                    "Consumer -> Food and Beverage",
                    "Consumer -> Apparel and Cosmetics",
                    "Consumer -> Home and Personal",
                    "Consumer -> Consumer Electronics",
                    "Consumer -> Travel, Leisure and Tourism",
                )
            ),
        ),
        ("Org size", "2,500–75,000 FTE", employees(2500, 75000)),
        ("Annual revenues", "USD 2,000,000,000 to 40,000,000,000", revenue(2e9, 4e10)),
        ("Geographical scope", "Lower 48 states without California", but_not_states(US, "CA", "AK", "HI")),
    ],
    "lenders abroad": [
        (
            "Industry verticals we serve",
            "Insurance companies, banks and wealth managers, lending",
            lambda r: (
                None
                if r["industry"] in ("Financials", "Fintech", "Unspecified")
                else r["industry"]
                in (
                    "Fintech -> Insurance",
                    "Fintech -> Banking and Exchange",
                    "Fintech -> Asset Management",
                    "Fintech -> Credit and Lending",
                )
            ),
        ),
        ("Minimum company size", "25 employees", employees(25)),
        (
            "Territories",
            "UK, Ireland, France, Germany, Spain",
            country("United Kingdom", "Ireland", "France", "Germany", "Spain"),
        ),
    ],
    "makers without arms": [
        (
            "Vertical",
            "Manufacturing (excluding aerospace and defense)",
            lambda r: (
                None
                if r["industry"] == "Unspecified"
                else r["industry"] in ("Industrials", "Chemicals", "Materials", "Motor Vehicles & Parts")
                or (
                    r["industry"].startswith("Industrials ->")
                    and r["industry"] not in ("Industrials -> Aviation and Space", "Industrials -> Defense")
                )
            ),
        ),
        ("Employees", "Above 4,000", employees(4001)),
        ("Sales revenue", "1.5B - 60B USD", revenue(1.5e9, 6e10)),
        ("Location", "Illinois, Ohio, Michigan, Texas & Connecticut only", us_state("IL", "OH", "MI", "TX", "CT")),
    ],
    "small b2b": [
        (
            "Who",
            "Software companies selling B2B",
            lambda r: (
                None if r["industry"] in ("Unspecified", "Technology", "B2B") else r["industry"].startswith("B2B")
            ),
        ),
        ("Number of staff", "3-30", employees(3, 30)),
        (
            "City",
            "San Francisco or New York City",
            lambda r: (
                False
                if r["country"] != "United States"
                else True
                if r["city"] in ("San Francisco", "New York")
                else False
                if len(r["city"]) > 2
                else None
            ),
        ),
    ],
    "gulf energy": [
        (
            "Industries targeted",
            "Energy companies, utilities, chemicals",
            industry("Energy", "Chemicals", "Industrials -> Energy"),
        ),
        ("Size of the customer", "No fewer than 800 and no more than 30000 employees", employees(800, 30000)),
        ("Annual revenue range", "Between five hundred million and twenty billion dollars", revenue(5e8, 2e10)),
        (
            "Location of target customers",
            "United States (Texas, Louisiana, Oklahoma, Colorado, Pennsylvania)",
            us_state("TX", "LA", "OK", "CO", "PA"),
        ),
    ],
    "latin startups": [
        (
            "Markets",
            "Latin America and the Caribbean, without Brazil",
            lambda r: (
                None
                if r["country"] == "Puerto Rico"
                else r["country"] in ("Mexico", "Colombia", "Chile", "Argentina", "Peru", "Venezuela", "Panama")
            ),
        ),
        ("Headcount band", "1-10, 11-50", employees(1, 50)),
        ("Vertical", "B2B or fintech", industry("B2B", starts=("B2B", "Fintech"))),
    ],
    "digital health": [
        (
            "Industry",
            "health tech, digital health and diagnostics",
            lambda r: (
                None
                if r["industry"] in ("Healthcare", "Health Care", "Unspecified")
                else r["industry"] in ("Healthcare -> Healthcare IT", "Healthcare -> Diagnostics")
            ),
        ),
        ("Company size", "micro (1-9) or small (10-49)", employees(1, 49)),
        ("Location", "Massachusetts, California, New York and Washington", us_state("MA", "CA", "NY", "WA")),
    ],
    "movers": [
        (
            "Sectors",
            "transport, logistics, wholesale trade and distribution",
            lambda r: (
                r["industry"] in ("Transportation", "Wholesalers", "Consumer -> Transportation Services")
                if r["industry"] not in ("Unspecified", "B2B -> Supply Chain and Logistics")
                else None
            ),
        ),
        ("Employee numbers", "six thousand or more", employees(6000)),
        ("Global revenue", "$4B plus", revenue(4e9)),
        ("Headquartered in", "FL, GA, TN, TX, CA or IL", us_state("FL", "GA", "TN", "TX", "CA", "IL")),
    ],
    "founders in asia": [
        (
            "Excluded industries",
            "None: all industries welcome",
            lambda r: None if r["industry"] == "Unspecified" else True,
        ),
        ("Team size", "solo founders up to 5 people", employees(0, 5)),
        (
            "Geo",
            "Asia, excluding India and China",
            country(
                "Indonesia",
                "Singapore",
                "Pakistan",
                "Philippines",
                "Malaysia",
                "Bangladesh",
                "Nepal",
                "Japan",
                "South Korea",
                "Vietnam",
                "Israel",
                "United Arab Emirates",
                "Saudi Arabia",
                "Iraq",
                "Bahrain",
            ),
        ),
    ],
    "consumer abroad": [
        (
            "Sector of activity",
            "Consumer: apparel, cosmetics, travel, gaming, content",
            lambda r: (
                None
                if r["industry"] in ("Unspecified", "Consumer", "Media")
                else r["industry"]
                in (
                    "Apparel",
                    "Consumer -> Apparel and Cosmetics",
                    "Consumer -> Travel, Leisure and Tourism",
                    "Consumer -> Gaming",
                    "Consumer -> Content",
                    "Consumer -> Home and Personal",
                    "Consumer -> Food and Beverage",
                    "Consumer -> Social",
                    "Consumer -> Consumer Electronics",
                    "Household Products",
                    "Food, Beverages & Tobacco",
                    "Consumer -> Transportation Services",
                    "Consumer -> Virtual and Augmented Reality",
                )
            ),
        ),
        ("Headcount", "ten or fewer", employees(0, 10)),
        (
            "Country",
            "Not in the United States, the UK or Canada",
            lambda r: r["country"] not in ("United States", "United Kingdom", "Canada"),
        ),
    ],
    "contractors": [
        (
            "Business type",
            "Engineering and construction firms, homebuilders",
            lambda r: (
                r["industry"]
                in (
                    "Engineering & Construction",
                    "Real Estate and Construction -> Construction",
                    "Real Estate and Construction",
                )
            ),
        ),
        ("Workforce size", "from 1,000 employees", employees(1000)),
        ("Annual revenue", "> $1B", revenue(1e9 + 1)),
        ("Region", "West Coast, Texas and Florida", us_state("CA", "OR", "WA", "TX", "FL")),
    ],
    "media and telecom": [
        (
            "Customer industries",
            "Telecommunications, media, entertainment, and technology",
            lambda r: (
                None
                if r["industry"] in ("B2B", "Unspecified")
                else r["industry"]
                in (
                    "Telecommunications",
                    "Media",
                    "Technology",
                    "Consumer -> Content",
                    "Consumer -> Gaming",
                    "Consumer -> Social",
                    "Consumer -> Consumer Electronics",
                    "Consumer -> Virtual and Augmented Reality",
                )
                or r["industry"].startswith("B2B ->")
            ),
        ),
        ("Employees worldwide", "10000 - 200000", employees(10000, 200000)),
        ("Revenue per year", "north of $3 billion", revenue(3e9 + 1)),
        ("State", "California, Washington, New York, New Jersey or Virginia", us_state("CA", "WA", "NY", "NJ", "VA")),
    ],
}
