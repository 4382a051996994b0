"""A small knowledge set of a made-up seller, and questions with the heading of the passage that answers each.

`SAME` asks with words of the passage, `OTHER` as people ask who have not read it. Written before anything was measured.
"""

PAPERS = {
    "platform.md": """
# Harbour Planning platform

## Overview
Harbour Planning is a production scheduling suite for discrete manufacturers. It turns customer orders into a
feasible sequence of jobs for every work centre and shows planners where a due date is at risk.

## Finite capacity
The sequencer respects machine calendars, tooling, crew skills and changeover matrices. A plan of 40,000
operations is recalculated in under two minutes.

## What-if scenarios
Planners copy the live schedule into a sandbox, drop in a rush job or a breakdown, and compare lateness,
overtime and stock side by side before anything is released to the shop floor.

## Material availability
Each operation is checked against on-hand inventory and open purchase orders. Shortages are listed with the
supplier and the promised receipt, so that buyers can expedite what really blocks a job.

## Shop-floor terminals
Operators clock on and off, scrap is booked with a reason, and the sequence updates within five seconds. The
screen works with gloves and in eleven languages.
""",
    "commercial.md": """
# Commercial terms

## Price list
The subscription is 1,900 dollars per plant and month for up to 25 planners. Further planners are 40 dollars
each.

## Volume discount
Groups that sign for five plants or more pay 15 percent less; from twelve plants on, 22 percent.

## Contract length
The initial term is twelve months and renews yearly. Either side may terminate with 60 days of notice.

## Invoicing
Invoices are issued quarterly in advance, in dollars, euros or pounds, payable within 30 days. Purchase orders
are accepted.

## Pilot
A paid pilot covers one line for eight weeks at 6,000 dollars, credited in full if the plant goes live
afterwards.

## Service credits
If monthly availability falls below 99.7 percent, 10 percent of the fee of that month is credited for each
full hour of outage.
""",
    "security.md": """
# Security and privacy

## Certificates
The service is audited every year against ISO 27001 and SOC 2 Type II. Reports are shared under a
confidentiality agreement.

## Hosting regions
Tenants run in Frankfurt, Dublin, Ohio or Sydney. Records never leave the chosen region, backups included.

## Encryption
Traffic uses TLS 1.3, storage AES-256 with keys per tenant that customers may bring themselves and revoke at
any time.

## Signing in
Users authenticate through SAML or OpenID Connect with the customer's own directory; accounts are created and
removed by SCIM.

## Retention
When a contract ends everything is exported as CSV, and erased from all copies within 45 days.

## Penetration tests
An outside firm attacks the service twice a year. Critical findings are mended within three working days.
""",
    "delivery.md": """
# Going live

## Roll-out
A first plant takes nine weeks: two for master data, four for configuration and training, three of parallel
running. Each further plant takes about four.

## Team
From the customer a lead planner is needed half of the time and somebody from IT one day a week. We bring a
solution architect and a trainer.

## ERP connectors
Certified connectors exist for SAP S/4HANA, Infor LN, Microsoft Dynamics 365 and Oracle Fusion. Others are
linked through a REST interface or nightly flat files.

## Data cleaning
Routings with missing times are found by a checker. Where nothing is known, durations are learnt from the last
six months of bookings.

## Training
Planners get two days in class and a certificate. Operators need forty minutes, most of it a video.

## Support
The desk is staffed around the clock in English and German. A stopped plant is answered within fifteen
minutes.
""",
    "results.md": """
# Results of customers

## Valve maker
Ostrava Valves raised on-time delivery from 71 to 94 percent within two quarters, with the same machines and
crew.

## Caravan builder
Lakeside Caravans cut work in progress by 38 percent and freed one of its three halls.

## Medical devices
Pruitt Medical halved overtime and passed its next audit by the authorities without a finding on traceability.

## Packaging
Two people at Delmar Packaging now do in a morning what a crew of six did in three days in spreadsheets.

## Aerospace supplier
At Kestrel Forge the payback period was five months, mostly from fewer changeovers of the presses.

## Energy use
Moving heat-treatment batches into hours of low tariffs saved Brandt Steelworks 410,000 euros of electricity
in a year.
""",
    "company.md": """
# About us

## History
Harbour was founded in 2009 in Gdansk by three engineers of a shipyard. It is owned by its staff and has been
profitable since 2014.

## People
We are 240, of whom 130 build the product. Average tenure is six years.

## Sustainability
Our offices run on wind power, and travel is offset. An annual report follows the GRI standard.

## Partners
Nineteen consultancies in Europe and North America implement the suite; each has at least four certified
staff.

## Roadmap
The next releases bring maintenance planning, a carbon figure for each order and a voice assistant for
supervisors.

## Who should not buy
Process industries with recipes and tanks, and shops with fewer than fifteen machines, are better served by
others.
""",
}

SAME = (
    ("What is the subscription price per plant and month?", "Price list"),
    ("Which ERP connectors are certified?", "ERP connectors"),
    ("ISO 27001 and SOC 2 Type II reports", "Certificates"),
    ("How long does the first plant take to roll out?", "Roll-out"),
    ("What did Ostrava Valves achieve in on-time delivery?", "Valve maker"),
    ("Does the sequencer respect tooling and crew skills?", "Finite capacity"),
    ("What is the notice to terminate?", "Contract length"),
    ("When was Harbour founded?", "History"),
    ("What does the paid pilot cost?", "Pilot"),
    ("How many days of training do planners get?", "Training"),
    ("Are penetration tests done?", "Penetration tests"),
    ("Which releases are next on the roadmap?", "Roadmap"),
)
OTHER = (
    ("How expensive is it?", "Price list"),
    ("Is it cheaper if we buy for all our factories?", "Volume discount"),
    ("Are we locked in, or can we cancel early?", "Contract length"),
    ("Can we be billed in sterling?", "Invoicing"),
    ("May we try it before committing?", "Pilot"),
    ("Do we get money back when the service is down?", "Service credits"),
    ("Where is our data stored geographically?", "Hosting regions"),
    ("Can European customers keep their information inside the EU?", "Hosting regions"),
    ("Does it do single sign-on with Azure AD?", "Signing in"),
    ("What happens to our files once we leave?", "Retention"),
    ("Do ethical hackers examine the product?", "Penetration tests"),
    ("Can we manage our own cryptographic secrets?", "Encryption"),
    ("Who vouches that you handle information safely?", "Certificates"),
    ("How soon could we be up and running?", "Roll-out"),
    ("How much of our employees' time does the project eat?", "Team"),
    ("Will it talk to our existing business software?", "ERP connectors"),
    ("Our routing times are rubbish; is that a problem?", "Data cleaning"),
    ("How do machine workers learn to use it?", "Training"),
    ("Whom do we ring at night when everything stands still?", "Support"),
    ("Have you helped anyone ship punctually?", "Valve maker"),
    ("Has it lowered anybody's inventory?", "Caravan builder"),
    ("References in a regulated healthcare business", "Medical devices"),
    ("Does it replace Excel?", "Packaging"),
    ("What return on investment may we expect, and when?", "Aerospace supplier"),
    ("Can it reduce our power bill?", "Energy use"),
    ("Are you a start-up that might go bankrupt?", "History"),
    ("How big is your development team?", "People"),
    ("Are you an environmentally responsible vendor?", "Sustainability"),
    ("Is there a local integrator in Canada?", "Partners"),
    ("Will there be something for repairs of equipment?", "Roadmap"),
    ("Is this right for a chemical or beverage producer?", "Who should not buy"),
    ("Can we simulate an urgent order without disturbing the real plan?", "What-if scenarios"),
    ("How does it cope with late components from vendors?", "Material availability"),
    ("How do workers report progress and rejects?", "Shop-floor terminals"),
    ("Can it handle a very large number of tasks quickly?", "Finite capacity"),
    ("What does the product do in one sentence?", "Overview"),
)
