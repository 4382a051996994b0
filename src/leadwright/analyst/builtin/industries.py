# ruff: noqa: E501
"""The taxonomy of industries: names and kin, after NAICS, GICS, Fortune sectors, start-up directories and Dataverse
labels. Data and its index only; judging is in `industry`.
"""

from functools import cache

from leadwright.analyst.builtin.words import stem

# One line an industry: id < parents: names. A name under several ids may mean any of them.
_TREE = """
retail: retail, retailer, retailing, merchant, store, shop, retail trade, chain store, retail chain, b2c retail
ecommerce < retail: e-commerce, ecommerce, online retail, online retailer, online shop, online store, online seller, internet retail, internet and direct marketing retail, direct to consumer, d2c, dtc, web shop, digital commerce, online marketplace, marketplace, etail, e-tail, e-tailer, mail order, electronic shopping
quick_commerce < ecommerce: quick commerce, q-commerce, instant delivery, rapid delivery, on-demand delivery
department_store < retail: department store, broadline retail, general merchandise, general merchandiser, general merchandise store, big box, mass merchandiser, hypermarket, consumer staples merchandise retail, warehouse club, discount store, discounter, variety store, superstore, general retailer
specialty_retail < retail: specialty retail, specialty retailer, specialty store, specialist retailer, specialised retail, specialized retail, other specialty retail, computer and electronics retail, homefurnishing retail, home improvement retail, home improvement, building supply retail, entertainment retail, apparel retail, fashion retail, clothing store, vehicle retail, automotive retail, car dealer, car dealership, auto dealer, dealership, non-durable merchandise retail, service retail, bookstore, book store, jewelry store, jeweler, furniture store, toy store, pet store, sporting goods store, electronics store, hardware store, boutique, luxury retail
grocery < retail: grocery, supermarket, food retail, food retailer, grocery chain, grocery store, convenience store, food store, grocer, food and drug store
pharmacy_retail < retail: drug store, drugstore, pharmacy, drug retail, pharmacy chain, food and drug store

finance: financial service, financial, finance, financials, financial institution, financial sector, financial company, financial firm, bfsi, finance and accounting, multi-sector holdings, diversified financials, diversified financial
banking < finance: bank, banking, retail bank, retail banking, commercial bank, commercial banking, regional bank, diversified bank, credit union, lender, savings institution, thrift, community bank, custody bank, digital bank, neobank, challenger bank, banking and exchange
insurance < finance: insurance, insurer, reinsurance, reinsurer, insurtech, life and health insurance, life insurance, property and casualty insurance, property insurance, multi-line insurance, insurance broker, insurance company, insurance carrier, underwriter, assurance
fintech < finance: fintech, financial technology, fin tech, regtech, wealthtech
payments < fintech: payment, payment processing, payment processor, payment service, payment provider, transaction and payment processing service, digital wallet
crypto < fintech: crypto, cryptocurrency, blockchain, web3, digital asset, defi
consumer_finance < finance: consumer finance, credit and lending, lending, mortgage, credit card, consumer lending, mortgage finance, loan, microfinance
asset_management < finance: asset management, asset manager, wealth management, wealth manager, hedge fund, investment management, investment manager, private equity, venture capital, vc fund, asset management and custody bank, investment firm, pension fund, fund management, investment company
capital_markets < finance: investment banking, investment bank, brokerage, brokerage firm, broker, stock exchange, exchange, financial exchanges and data, securities, capital market, investment banking and brokerage, trading platform, banking and exchange

healthcare: health care, healthcare, health, medical, medicine, health sector, health industry
life_sciences < healthcare: life science, life sciences tools and services, life sciences tool, contract research organization, cro, laboratory, lab equipment
biotech < life_sciences: biotech, biotechnology, bio tech, therapeutics, genomics, drug discovery, drug discovery and delivery, drug development, biopharma, biopharmaceutical, synthetic biology, industrial bio, bioscience
pharma < life_sciences: pharma, pharmaceutical, drug maker, drug manufacturer, drug company, biopharma, biopharmaceutical, pharmaceutical preparation, medicines
medical_devices < healthcare: medical device, med device, medtech, med tech, medical technology, medical equipment, health care equipment, healthcare equipment, health care equipment and supplies, health care supplies, medical supplies, medical product, medical instrument, surgical equipment
providers < healthcare: hospital, clinic, health system, healthcare provider, health care provider, care provider, medical practice, doctor's offices and clinics, doctor, physician, health care facility, healthcare facility, health care service, healthcare service, dental, dentist, nursing home, senior living, home health, ambulatory, behavioral health, mental health, healthcare delivery, hospitals and clinics, urgent care
health_it < healthcare: healthcare it, health it, health tech, healthtech, digital health, health care technology, healthcare technology, health information technology, e-health, ehealth, telehealth, telemedicine, healthcare software, health software, medical software
diagnostics < healthcare: diagnostic, medical imaging, imaging center
health_plans < healthcare: managed health care, health insurance, health insurer, health plan, managed care, payer, payor
wellness < healthcare: consumer health, consumer health and wellness, health and wellness, wellness, fitness
health_distribution < healthcare wholesale: health care distributor, healthcare distributor, drug wholesaler, pharmaceutical distributor, medical distributor

technology: technology, tech, it, information technology, high tech, hi-tech, technology company, tech company, ict, technology sector, it and technology
software < technology: software, saas, software as a service, application software, systems software, cloud software, cloud, cloud computing, software publisher, enterprise software, business software, b2b software, b2b saas, b2b technology, b2b tech, productivity software, software development, app developer, software vendor, isv, paas, platform as a service, low code
artificial_intelligence < software: artificial intelligence, ai, machine learning, generative ai, ai company, ai startup
analytics < software: analytics, data analytics, business intelligence, big data, data platform, data science
cybersecurity < software: cybersecurity, cyber security, cyber, information security, it security, network security, data security, infosec
developer_tools < software: developer tool, dev tool, devtools, devops, engineering product and design, engineering, product and design, api
infrastructure_software < software: cloud infrastructure, it infrastructure, software infrastructure, internet infrastructure, hosting, web hosting
it_services < technology: it service, it consulting, it consulting and other service, information technology service, information technology consulting, managed service provider, managed it service, msp, system integrator, systems integrator, systems integration, computer service, it outsourcing, computer systems design, tech consulting, technology consulting, data center
internet < technology: internet, internet services and infrastructure, internet company, web company, internet service, dotcom
hardware < technology: computer hardware, technology hardware, technology hardware storage and peripherals, technology hardware, storage and peripherals, computer, peripheral, electronic, electronic component, electronic equipment, electronic equipment and instruments, electronic equipment and instrument, electronic manufacturing service, electronics manufacturing, communications equipment, networking equipment, computer equipment, hardware company, hardware, network and communications equipment, computers office equipment
semiconductors < hardware: semiconductor, chip maker, chipmaker, semiconductor equipment, semiconductor materials and equipment, semiconductors and other electronic component, integrated circuit, microchip
consumer_electronics < hardware consumer_goods: consumer electronic
virtual_reality < technology: virtual reality, augmented reality, vr, xr, metaverse, virtual and augmented reality
technology_distribution < technology wholesale: technology distributor, it distributor

b2b: b2b, business to business, b2b software, b2b saas, b2b technology, b2b tech
consumer: consumer, b2c, consumer sector, consumer market
consumer_goods < consumer: consumer goods, consumer product, cpg, fmcg, consumer packaged goods, fast moving consumer goods, packaged goods, household goods, household durables, leisure product, toy, appliance, home appliance, household appliance, furniture, home furnishing, sporting goods, home and personal, consumer brand, consumer durables, jewelry, toys and sporting goods
household_products < consumer_goods: household product, household and personal product, cleaning product
personal_care < consumer_goods: personal care, personal care product, personal product, cosmetics, beauty, apparel and cosmetics, skincare, toiletry
apparel < consumer_goods: apparel, fashion, clothing, footwear, textile, luxury goods, apparel accessories and luxury goods, apparel, accessories and luxury goods, shoe, garment, apparel and cosmetics
food < consumer_goods: food, food product, food processing, packaged food, packaged foods and meats, food producer, food manufacturer, food and tobacco processing, food production, food consumer product, food company, dairy, meat, bakery, snack, confectionery, nutrition, pet food, foodtech, food tech, seafood
beverages < consumer_goods: beverage, drink, soft drink, soft drinks and non-alcoholic beverages, brewery, brewer, distiller, distillers and vintners, winery, wine, beer, spirits, alcohol, bottler, alcoholic beverage
tobacco < consumer_goods: tobacco, cigarette, cannabis, food and tobacco processing
agriculture: agriculture, agricultural, farming, farm, agricultural product, agricultural products and service, agribusiness, agtech, agritech, agrifood, forestry, fishing, crop, livestock, horticulture, agriculture and non-petrol natural resource extraction, food production and agriculture
consumer_services < consumer: consumer service, specialized consumer service, diversified consumer service, personal service, outbound consumer service, laundry, salon, home service

hospitality: hospitality, leisure, hotels restaurants and leisure, accommodation, leisure and hospitality
hotels < hospitality: hotel, resort, lodging, hotels resorts and cruise line, hotels, resorts and cruise line, cruise line, cruise, hotel chain, motel, hotels casinos resorts
restaurants < hospitality: restaurant, eating and drinking place, food service, foodservice, bar, cafe, catering, coffee shop, fast food, quick service restaurant, qsr, coffee chain, pub
travel < hospitality: travel, tourism, travel leisure and tourism, travel agency, tour operator, online travel, travel service, travel and tourism
casinos < hospitality: casino, gambling, casinos and gaming, betting, igaming, lottery
recreation < hospitality: recreation, amusement, theme park, leisure facility, sports club, gym, golf

manufacturing: manufacturing, manufacturer, industrial, manufacture, production company, factory, durable manufacturing, industrial goods, capital goods, industrial company, industrial sector, producer, industrial manufacturing, manufacturing and robotics, discrete manufacturing, process manufacturing
automotive < manufacturing: automotive, car, vehicle, automobile, car maker, carmaker, automaker, car manufacturer, motor vehicle, motor vehicles and part, automotive part, automotive parts and equipment, auto part, automobile manufacturer, vehicle manufacturer, oem automotive, auto, truck manufacturer, automotive industry, electric vehicle, ev, tire, automotive supplier, automobile component
aerospace < manufacturing: aerospace, plane, airplane, jet, aircraft, aircraft manufacturer, space, aviation and space, aviation, aeronautic, satellite, spacecraft, spacetech
defense < manufacturing: defense, defence, military, defense contractor, defence contractor, weapon, armament, defense tech
machinery < manufacturing: machinery, industrial machinery, industrial machinery and supplies and component, industrial machinery and supplies and components, construction machinery, farm machinery, construction machinery and heavy transportation equipment, construction and farm machinery, machine builder, machine tool, electrical component, electrical components and equipment, electrical equipment, heavy equipment, industrial equipment, mechanical engineering, industrial automation, hvac, heavy electrical equipment, scientific instrument, precision instrument, electronics electrical equipment
robotics < manufacturing: robotics, manufacturing and robotics, robot, automation equipment
drones < manufacturing: drone, uav, unmanned aircraft
conglomerates < manufacturing: conglomerate, industrial conglomerate
building_products < manufacturing: building product, building material, construction material, cement, concrete, building materials glass
chemicals < manufacturing: chemical, specialty chemical, commodity chemical, industrial gas, industrial gases, fertilizer, fertilizers and agricultural chemical, diversified chemical, petrochemical, agrochemical, coating, paint, chemical industry
materials < manufacturing: material, basic material, raw material, glass, ceramics, wood, timber, lumber
metals < materials: metal, steel, aluminum, aluminium, copper, metal product, fabricated metal, iron, foundry, metallurgy
packaging < materials: packaging, packaging and container, container, metal glass and plastic container, metal, glass and plastic container, paper and plastic packaging products and material, paper packaging
paper < materials: paper, pulp, paper product, forest product, forest and paper product, pulp and paper
plastics < materials: plastic, rubber, plastics and rubber, polymer
mining < materials: mining, miner, gold, silver, precious metal, metals and mining, quarrying, mining and metals, lithium, mining crude oil production, agriculture and non-petrol natural resource extraction
inbound_processing < manufacturing: inbound capital intensive processing, capital intensive processing

energy: energy, power, energy sector, energy company, power and energy
oil_gas < energy: oil, gas, oil and gas, petroleum, oil gas, natural gas, upstream, midstream, downstream, oil and gas exploration and production, integrated oil and gas, oil and gas refining and marketing, petroleum refining, refinery, refiner, oil and gas equipment and service, oil and gas storage and transportation, oilfield service, pipeline, petrochemical extraction and distribution, fossil fuel, exploration and production, oil field service, lng, drilling, oil company, oil producer
utilities < energy: utility, electric utility, water utility, gas utility, multi-utility, electricity, electric power, power generation, power producer, independent power producer, independent power producers and energy trader, power plant, grid operator, utility creation and distribution, water supply, power utility, gas and electric, energy utility, electricity provider, energy supplier, public utility
renewables < energy: renewable, renewable energy, solar, wind energy, wind power, clean energy, green energy, hydrogen, battery storage, energy transition
nuclear < energy: nuclear, nuclear power
coal < energy: coal
climate: climate, cleantech, clean tech, climate tech, greentech, carbon, sustainability technology

telecom: telecom, telecommunication, telco, wireless, wireless telecommunication service, wireless carrier, mobile operator, network operator, telecom operator, broadband, internet service provider, isp, cable operator, integrated telecommunication service, diversified telecommunication service, telecommunication service, mobile network, satellite communications
media: media, mass media, news, media company, content, digital media, cable and satellite, new media, media and communications
publishing < media: publishing, publisher, newspaper, magazine, printing, broadcasting printing and publishing, publishing printing
broadcasting < media: broadcasting, broadcaster, television, tv, radio, broadcasting printing and publishing
entertainment < media: entertainment, film, movie, movies and entertainment, music, streaming, film studio, theater, live event, sports team
games < entertainment: gaming, video game, game, games studio, esports, interactive home entertainment, game developer, mobile game
social_media < media: social, social media, social network, interactive media, interactive media and service, creator economy

transport: transportation, transport, transport industry, transportation sector, passenger transport, passenger ground transportation, transportation service, mobility, ride hailing, car rental, distributors dispatchers and processor, distributors, dispatchers and processor, bus, transportation infrastructure, transit, passenger rail
logistics < transport: logistics, freight, shipping, air freight, air freight and logistics, supply chain, courier, parcel, warehousing, warehouse, delivery, 3pl, third party logistics, freight forwarding, freight forwarder, cargo, supply chain and logistics, logistics provider, last mile, package delivery, mail package and freight delivery, distribution and logistics, cargo ground transportation, logistics company, supply chain company
trucking < logistics: trucking, truck, haulage, road freight, trucking truck leasing, cargo ground
rail < transport: rail, railroad, railway, rail transportation
airlines < transport: airline, aviation, passenger airline, airport, air carrier, airport service, air transport, air transportation
marine < logistics: marine, maritime, shipping line, port, marine transportation, ocean freight

wholesale: wholesale, wholesaler, distributor, distribution, wholesale trade, trading company, trading companies and distributor, distributors dispatchers and processor, distributors, dispatchers and processor, import export, wholesale distribution, wholesalers diversified
food_distribution < wholesale: food distributor, food distribution, food wholesaler, foodservice distributor, food and grocery wholesaler
real_estate: real estate, reit, property, realty, property management, housing, proptech, real estate development, property developer, real estate investment trust, specialty realty, housing and real estate, real estate service, landlord, commercial real estate, residential real estate, data center reit, health care reit, hotel and resort reit, industrial reit, multi-family residential reit, office reit, other specialized reit, retail reit, self-storage reit, telecom tower reit, timber reit, single-family residential reit, diversified reit, commercial property
construction: construction, engineering and construction, builder, homebuilding, homebuilder, home builder, contractor, civil engineering, construction and engineering, general contractor, building contractor, special outbound trade contractor, trade contractor, construction company, contech, building construction, architecture, infrastructure construction, engineering construction
education: education, education technology, educational technology, edtech, ed tech, school, university, college, e-learning, elearning, higher education, k-12, educational service, educational institution, academic, education service, online learning, academia, training provider
government: government, public sector, public body, public administration, federal government, municipal, municipality, state government, local government, state and local government, government agency, federal agency, public service, govtech, public authority, civil service, federal
nonprofit: nonprofit, non-profit, not for profit, not-for-profit, ngo, charity, charitable, foundation, social service, association, religious organization, religious, membership organization, sig affiliation

business_services: business service, professional service, commercial service, outsourcing, bpo, business process outsourcing, support service, diversified support service, business support, data processing and outsourced service, commercial and professional service, environmental and facilities service, waste management, facility service, facilities management, facilities service, security service, security and alarm service, diversified outsourcing service, equipment rental and leasing, equipment rental, inbound repair and service, repair service, maintenance service, office management, commercial printing, environmental service, administrative service, event service, translation service, b2b service, service provider to business
consulting < business_services: consulting, consultancy, consultant, management consulting, research and consulting service, advisory, strategy consulting, market research, advisory firm, professional advisory
legal < business_services: legal, law firm, legal service, attorney, law practice, law, lawyer
accounting < business_services: accounting, accountancy, bookkeeping, audit, tax advisory, accountant, cpa firm, accounting firm
staffing < business_services: staffing, human resource, human resource and employment service, recruiting, recruitment, employment service, temporary help, recruiting and talent, hr service, temp agency, talent acquisition, headhunter, employment agency
marketing < business_services: marketing, advertising, ad agency, marketing agency, public relations, marketing service, advertising agency, advertising marketing, digital agency, creative agency, pr agency, media agency
design < business_services: design, direction and creative management, design direction and creative management, graphic design, design studio, design agency, industrial design
sales_services < business_services: sales outsourcing, call center, contact center, telemarketing
"""

# Sector names so wide that they hold wanted and unwanted industries alike.
_WIDE = """
consumer discretionary: retail automotive hospitality apparel consumer_goods consumer_services
consumer cyclical: retail automotive hospitality apparel consumer_goods consumer_services
consumer staples: food beverages tobacco household_products personal_care grocery
consumer defensive: food beverages tobacco household_products personal_care grocery
communication service: telecom media games social_media
communication: telecom media
communications: telecom media
natural resources: mining oil_gas agriculture materials
tmt: technology media telecom
service: business_services consumer_services
infrastructure: construction utilities transport infrastructure_software
"""

# What a vague label may also be: (wanted, found). Neither a yes nor a no follows from it.
MAYBE = frozenset(
    {
        ("software", "b2b"), ("technology", "b2b"), ("it_services", "b2b"), ("business_services", "b2b"),
        ("b2b", "software"), ("b2b", "business_services"), ("technology", "health_it"), ("software", "health_it"),
        ("software", "internet"), ("software", "social_media"), ("healthcare", "wellness_app"),
        ("insurance", "health_plans"), ("pharma", "biotech"), ("aerospace", "airlines"), ("media", "marketing"),
        ("retail", "consumer_services"), ("chemicals", "oil_gas"), ("manufacturing", "inbound_processing"),
    }
)  # fmt: skip

# Names that say what is done with a thing, not which thing: "medical device manufacturers" are about medical devices.
CARRIERS = frozenset({"manufacturing"})
# Makers that are counted elsewhere; who wants manufacturing wants them too.
MAKERS = frozenset({"pharma", "medical_devices"})
# Where some make things and others sell, find or develop them: neither a yes nor a no for who wants manufacturing.
SOME_MAKE = frozenset(
    [
        "healthcare",
        "life_sciences",
        "biotech",
        "diagnostics",
        "technology",
        "hardware",
        "semiconductors",
        "consumer_electronics",
        "virtual_reality",
        "consumer",
        "consumer_goods",
        "household_products",
        "personal_care",
        "apparel",
        "food",
        "beverages",
        "tobacco",
        "agriculture",
        "energy",
        "oil_gas",
        "renewables",
        "climate",
    ]
)
# "Retail software" is software *for* retail: both must hold.
TOOLS = frozenset({"software", "technology", "it_services", "artificial_intelligence", "analytics"})


# Stands for "IT" in names and texts, so that the pronoun is not taken for an industry.
INFORMATION_TECHNOLOGY = "infotech"


def words(text: str) -> tuple[str, ...]:
    """Stemmed words of a name, commas included, since some names have them."""
    out = []
    for word in text.replace("'s", "").replace("-", " ").replace(",", " , ").split():
        out.append(INFORMATION_TECHNOLOGY if word == "it" else stem(word))
    return tuple(out)


@cache
def parents() -> dict[str, frozenset[str]]:
    """industry -> all industries it belongs to, itself included."""
    direct = {head.split("<")[0].strip(): head.partition("<")[2].split() for head, _ in _lines(_TREE)}

    def all_of(industry: str) -> frozenset[str]:
        return frozenset({industry}).union(*(all_of(p) for p in direct[industry]))

    return {industry: all_of(industry) for industry in direct}


@cache
def names() -> dict[tuple[str, ...], tuple[frozenset[str], bool]]:
    """Stemmed words of a name -> (industries it may mean, is it one of the wide sectors)."""
    found: dict[tuple[str, ...], set[str]] = {}
    for head, listed in _lines(_TREE):
        industry = head.split("<")[0].strip()
        for name in _split_names(listed):
            found.setdefault(words(name), set()).add(industry)
    index = {name: (frozenset(ids), False) for name, ids in found.items()}
    for name, ids in _lines(_WIDE):
        index[words(name)] = (frozenset(ids.split()), True)
    return index


@cache
def longest_name() -> int:
    """Most words of any name."""
    return max(len(name) for name in names())


def _lines(text: str) -> list[tuple[str, str]]:
    pairs = [line.partition(":") for line in text.strip().splitlines() if line.strip()]
    return [(head.strip(), listed.strip()) for head, _, listed in pairs]


# Names that contain a comma themselves are written with their neighbours in the list; both readings are names.
_WITH_COMMA = (
    "engineering, product and design", "technology hardware, storage and peripherals", "hotels, resorts and cruise line",
    "apparel, accessories and luxury goods", "metal, glass and plastic container", "design, direction and creative management",
    "distributors, dispatchers and processor",
)  # fmt: skip


def _split_names(listed: str) -> list[str]:
    found = []
    for name in _WITH_COMMA:
        if name in listed:
            found.append(name)
            listed = listed.replace(name, "")
    return found + [n.strip() for n in listed.split(",") if n.strip()]
