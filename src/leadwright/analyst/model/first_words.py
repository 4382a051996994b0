"""Words that a sentence may begin with, so that a name in its place, where every word has a capital letter, shows."""

import re
from collections.abc import Iterable, Set

from leadwright.analyst.builtin.words import fold, listed, stem, stems
from leadwright.domain.figure_words import NUMBERS, ONLY_MEASURING
from leadwright.domain.german_nouns import is_german, is_no_name

_PIECE = re.compile(r"\s?[:;]\s+")
_FIRST = re.compile(
    r"\W*(?P<word>[^\W\d_]\w*)[\w-]*(?P<owns>['’]s\b)?[\w'’]*(?P<sign>,|\s+[-–—](?=\s))?"
    r"(?:\s+[A-Z][\w&'’-]*){0,2}(?:\s+(?P<then>[^\W\d_]+|[&+/]))?(?:\s+(?P<next>\w+))?(?:\s+(?P<later>\w+))?"
)
_COMMON = re.compile(
    r"\w{3,}(?:tion|ment|ness|ity|ance|ence|ung|keit|heit|schaft|ing)(?:s|en)?"
    r"|\w{2,}(?:al|[ai]b|[ae]nt|ous|ful|less|ed|ing|ive|ular|ilar|ear|[aei]te|ise|ose|ide|est|ect|ough|ight|ard)ly"
    r"|\w{4,}ily|\w{5,}mente?"
)
_ADJECTIVE = re.compile(r"\w{2,}(?:ous|ive|able|ible|ful|less|ical|ional|ary|[aei]cted|ated|i[sz]ed|anced)")
_NO_COMMON_NOUN = listed(
    "boeing kering harting beijing samsung hartung sterling booking guinness fidelity reliance florence lawrence "
    "laurence clarence terence constance felicity charity trinity serenity infinity clement"
)
_GIVEN_NAMES = listed("al dan may per su van vi")  # openers that are one too: with a comma behind it somebody's
_BETWEEN = listed("also already even just now recently since then")  # a subject and its verb
_AND = listed("and or und oder sowie et ou y o e ed en & + /")
_OTHERS = listed("others other many several andere weitere viele autres otros altri anderen")
_PAST = re.compile(r"\w\w+(?:ed|te)")
_SMALL_LETTERS = re.compile(r"(?<![\w])[^\W\d_A-ZÀ-Þ][^\W\d_]*")
_FRENCH_PAST = re.compile(r"\w+(?:é|[^\W\d_]i[st]?|u|ert)")
_OBJECTS = listed("the our its their his your this these those more fewer less") | NUMBERS.keys()
_VERBS = listed(
    "achieves became bought brings brought built buys came can chose chooses could cut cuts did does doubles faces "
    "finds found gained gains gave gets gives goes got grew grows had halves has is keeps kept lost lowers made makes "
    "may might moves must needs opens picks plans puts ran reduces relies reports runs said saves saw says sees sells "
    "ships should sold spends spent takes tells told took trusts uses wants was went will wins won works would "
    "fand gewann hat ist kann kaufte konnte nutzt reduziert senkt setzt spart verwendet war wird wurde "
    "est reduit utilise es redujo reduce tiene usa utiliza ha riduce utilizza usano heeft gebruikt verlaagde "
    "reduziu tem"
)
_DO = listed(
    "achieve automate avoid become bring build buy choose cost deliver depend do drop enjoy face fall find fell gain "
    "get give go grow handle have help improve invest keep know lack leave like lose love make manage mean meet move "
    "need operate pick prefer put reach reduce rely report require rise rose run save say scan see sell send ship show "
    "spend start stay stop struggle take tell think trust try use walk want waste win work"
)
_PEOPLE = listed("staff people team management crew personnel workforce")
_NO_NOUN = listed("across always besides does perhaps plus sometimes thus towards versus whereas")
_OPENERS = frozenset(
    stem(word)
    for word in listed(
        # English: what is no noun
        "a about above according across actually add added adding additionally after afterwards again against all "
        "along alongside already also although altogether always among an and another any anyone anything apart are "
        "around as aside ask asking at automated automatic available avoid based basically be because become before "
        "beginning behind being below beside besides best better between beyond big bigger both briefly bring "
        "bringing broadly build building built but by call can capacity certainly clearly close closely combined "
        "combining come coming compare compared congratulations consequently consider considering could curious "
        "currently cut cutting daily deliver delivered delivering depending deployed designed despite did do does "
        "doing done down due during each earlier easier easy either else end enough ensure ensuring equally "
        "especially even eventually ever every everyone everything exactly exciting expand expanding expect explore "
        "extra fast faster few fewer finally find finding first firstly following for fortunately found free "
        "frequent from full fully further furthermore generally get getting give given giving glad global go going "
        "good great greater grow growing grown had half handle handling happy hard has have having he help helping "
        "hence her here hers high higher hire hiring his hopefully how however i if imagine importantly impressive "
        "improve improving in including increase increased increasing increasingly indeed initially instead "
        "interesting into is it its itself join just keep keeping kind knowing kudos large larger last lastly lately "
        "later launched launching lead leading learn least less let leverage like likely likewise live local long "
        "longer look looking low lower mainly maintain make making manage managing manual many may maybe meanwhile "
        "meet meeting might mine mobile modern more moreover most mostly move moving much must my national naturally "
        "near nearly need needing never nevertheless new newly next no nobody none nonetheless nor normally not "
        "notably note nothing now obviously of off offer offered offering offline often old on once one ones ongoing "
        "online only open opened opening or other others otherwise our ours out over overall own part particularly "
        "per perhaps planned planning please plus possibly prefer prepare presumably previously probably provide "
        "provided providing put putting quick quicker quickly quite rapid rapidly rather reach reaching read reading "
        "ready recent recently reduce reduced reducing regarding regardless regional remote replace replacing "
        "requiring right rising run running safe safer same save saving saw say scale scaling seamless second "
        "secondly see seeing seen serve serving set several shall share shared she ship shipping short shorter "
        "should show showing similar similarly simply since slow small smaller so some someone something sometimes "
        "soon specifically start started starting step still strong stronger such support supporting take taken "
        "taking tell than thank thanks that the their theirs them then there thereby therefore these they think "
        "third this those though thought three through throughout thus to today together tomorrow too toward towards "
        "traditionally try turn turning two typical typically ultimately under unfortunately unlike until up upon us "
        "use used using usually very via wait was we well were what whatever when whenever where whereas wherever "
        "whether which while who whoever whole whose why wide win with within without working would wow yes "
        "yesterday yet you your yours",
    )
    | listed(
        # and common nouns of business that stand without an article
        "access accuracy adoption april august automation autumn brand budget business buyer carbon cash change "
        "christmas client climate cloud colleague company competitor compliance consumer context cost customer data "
        "day deadline december decision delivery demand demo deployment detail digital distribution downtime driver "
        "efficiency employee energy equipment error evidence example experience expert factory february feedback "
        "figure firm fleet flexibility food fraud friday go-live goal growth health hospital hour implementation "
        "industry information innovation installation integration inventory investment january july june labor "
        "labour leader load logistic logistics machine maintenance management manager manufacturer march margin "
        "market member minute monday month november number october onboarding operation operator order organisation "
        "organization output overtime packaging paper partner patient payback peak people performance pilot plan "
        "plant practice price problem process product production productivity progress project proof proven quality "
        "question reference reliability reliable response result retailer return revenue risk roll-out rollout "
        "safety sale school seasonal security september service setup shelf shipment shipper shop site software "
        "speed spring staff stock store success summer supplier supply sustainability system task team technology "
        "testing throughput thursday time tool training transparency transport tuesday turnover user value "
        "visibility warehouse waste water wednesday week weekend winter work worker workflow workload year "
        # or with another noun
        "accountant aisle ambitious analyst architect auditor bottleneck breakdown broken busy buyer claim clerk cold "
        "complaint complex contract conveyor costly defect delay dense designer developer doctor dock electricity "
        "email empty engineer failure farmer fixed forklift fuel grower heavy idle inflation inspector invoice late "
        "lean legacy meeting missing mistake narrow nurse packer pallet parcel penalty phone picker planner rack "
        "recruiter rent report rework rural salary salespeople scrap seller shift shopper silo skilled spreadsheet "
        "tax technician tight tote truck unexpected unplanned urban wage wasted wrong",
    )
    | listed(
        # German
        "ab aber alle allein allem allen aller alles als also am an andere anders angenommen angesichts anhand "
        "anstatt auch auf aufgrund aus ausgehend ausserdem basierend beeindruckend bei beide beides beim bereits "
        "besonders besser betrieb betriebe bis bisher bislang da dabei dadurch dafur dagegen daher damals damit "
        "danach daneben dank dann daran darauf daraus darin daruber darum darunter das dass davon davor dazu dein "
        "dem den denn dennoch der deren deshalb dessen deutlich dies diese diesem diesen dieser dieses doch dort "
        "durch eben ebenfalls ebenso ein eine einem einen einer eines einfach einfache einige einmal einzelne "
        "endlich entscheidend entsprechend er erfolgreich erfreulich ergebnis ersatz erst erstens es etwa etwas "
        "fachkraftemangel fahrzeuge falls fehler ferner filialen firmen folglich fruher fur ganz gemass gemeinsam "
        "genau gerade gern gerne gesehen gibt glauben gleich gleiches gleichzeitig gluckwunsch grosse grundsatzlich "
        "gut gute haben halten handel handler hat hatten hersteller herzlichen heute hier hierbei hierdurch hierfur "
        "hierzu hinter hinzu hohere ich ihnen ihr ihre ihrem ihren ihrer im immer in indem insbesondere insgesamt "
        "interessant inzwischen ist ja jede jedem jeden jeder jedes jedoch jetzt kann kein keine kennen konkret "
        "konnen konnte konnten kosten kunde kunden kunftig kurz kurzlich lager langfristig lassen laut leider "
        "letztlich leute lieferanten man manche manuell manuelle maschinen mehr mehrere mein meist meistens menschen "
        "mir mit mitarbeiter mithilfe mochten moderne moglicherweise momentan nach nachdem nachfrage nachhaltig "
        "naturlich neben neu neue neuen neues nicht nichts noch nun nur ob obwohl oder oft oftmals ohne passend per "
        "personal planen pro prozesse qualitat regale respekt rund schliesslich schnell schneller schon sehr sein "
        "seine seit seitdem selbst sich sicher sicherlich sie sind so sobald sofern sofort sogar solch solche somit "
        "sondern sonst soviel sowie sowohl spannend statt stattdessen stets stillstand trotz trotzdem typischerweise "
        "uber uberall ubrigens um umsatz und uns unser unsere unserem unseren unserer unter unterdessen unternehmen "
        "vergleichbare verglichen versand viel viele vielen vielleicht vom von vor vorab wachsen wachstum wahrend "
        "wann war ware waren warum was weil weiter weitere weiterhin welche welcher welches wenige weniger wenn wer "
        "werden werke wesentlich wettbewerb wichtig wie wieder wir wird wo wobei wodurch wofur womit worauf wunschen "
        "wurde wurden zahlen zeit zeitgleich ziel zu zudem zuerst zufolge zugleich zuletzt zum zumal zunachst zur "
        "zusammen zusatzlich zwar zwei zweitens zwischen",
    )
    | listed(
        # French, Spanish, Italian, Dutch, Portuguese
        "a aan abbiamo actualmente ad ademas adesso agli agora ai ainda ainsi al alcuni alem algunos alguns all alla "
        "alle allo alors als anche ancora antes ao aos apos apres aqui asi assim ate attualmente atualmente au "
        "aujourd aun aunque aussi autour aux avant avec bajo beaucoup bien bij binnen c cada car casi ce cela celui "
        "ces cet cette chaque che chi ci cio col com come comme comment como con concretement cosi cual cuando cui d "
        "da daarbij daardoor daarmee daarna daarnaast daarom dagli dai dal dalla dan dans das dat dato de del della "
        "delle depois depuis des desde desormais despues deux deze di die dit do dois donc door dopo dos dove du "
        "dunque durante dus e echter ed een eerst el ela eles elk elke ella elle elles ellos em en encore enfin "
        "enquanto ensuite entonces entre er es esa ese essa esse essere est esta estamos estan estao estas este "
        "estes esto estos et eu foi fra gezien gia gli gostaria graag gracias grazie ha hace hacia han hasta hay "
        "hebben heeft hemos het hierdoor hiermee ho hoe hoje hoy hun i ici ik il ils in infatti inmiddels inoltre "
        "insieme invece io is isso isto j ja je jullie jusqu kan klanten kunnen l la las le lei les leur leurs lo "
        "loro lors lorsque los m ma maar maintenant mais mas me meme menos mentre mesmo met mi mientras mijn minder "
        "minha misschien moins molti molto momenteel mon mucho muchos muito muitos muy n na naar naast nada nadat "
        "nao nas ne negli nei nel nella nelle nem ni niet niets no nog noi nombreux non nos nossa nossas nosso "
        "nossos nostra nostre nostri nostro notre nous nu nuestra nuestras nuestro nuestros o of oggi ogni om omdat "
        "on onder ondertussen onlangs ons onze ook op or ora os otra otro ou outra outre over par para parce pela "
        "pelo pendant per perche pero peu peut piu plus plusieurs poco pode podemos poi pois por porque portanto "
        "possiamo pour pourquoi prima proprio puede puis qu qual quale quand quando quanto que quel quella quelle "
        "quello quem questa queste questi questo qui quien recemment recentemente s sa sabemos sans se secondo segun "
        "segundo selon sem sembra senza ser ses seu seus si sim sin sinds sobre solo sommige son sono sous su sua "
        "suas sue sui sul sulla suo suoi sur sus t tal tambem tambien tanto te tegelijk tegenwoordig tem temos "
        "tenemos terwijl tijdens toch toda todas todo todos toen tot tous tout toute toutefois toutes tra tras tres "
        "trois tu tudo tussen tutti tutto u uit um uma un una une unos usted ustedes uw van vanaf vandaag vanuit "
        "veel veo vers vi vimos voce voces voi voici volgens voor vooral vos vostra vostre vostri vostro votre vous "
        "waar waarom wanneer want wat we welke wie wij y ya zal ze zeker zelfs zij zijn zo zoals zodat zonder zullen",
    )
    | listed(
        # what stands before a colon or a wish, and numbers
        "advantage ausblick avantage beispiel benefit bilan bonus bravo challenge chapeau complimenten complimenti "
        "effect effekt effet ejemplo enhorabuena esempio exemple fazit felicidades felicitations gefeliciteerd "
        "impact label nutzen opportunity outcome percent procent prozent referenz result resultaat resultado "
        "resultat risultato roi saving schritt solution summary tip upside vantaggio ventaja voorbeeld voordeel "
        "vorteil",
    )
    | (NUMBERS.keys() - ONLY_MEASURING)
)


def begins_with_a_stranger(sentence: str, known: Set[str]) -> bool:
    """Does it, or what follows a colon, begin with somebody who is addressed or does something, and is none of `known`?

    Args:
        known: stems of the words that may be names: of the quotes, the offering, the lead.
    """
    german = is_german(sentence)
    return any(_is_strange(piece, known, german) for piece in _PIECE.split(sentence))


def _is_strange(piece: str, known: Set[str], german: bool) -> bool:
    first = _FIRST.match(piece)
    if first is None or not first["word"][0].isupper():
        return False
    word = fold(first["word"])
    if first["sign"] == "," and word in _GIVEN_NAMES:
        return not _is_known(word, known)
    usual = stem(word) in _OPENERS or (word not in _NO_COMMON_NOUN and bool(_COMMON.fullmatch(word)))
    if usual or _is_known(word, known) or (german and is_no_name(word)):
        return False
    then, after, later = (first[name] or "" for name in ("then", "next", "later"))
    alone = not later and first.end() == len(piece.rstrip(".!?"))  # as in "Acme: costs fell"
    if first["owns"] or first["sign"] or alone or _acts(word, then, after) or _is_beside_another(then, after, german):
        return True
    return not _ADJECTIVE.fullmatch(word) and _has_people_who_act(then, after, later)


def _is_known(word: str, known: Set[str]) -> bool:
    """One of them, one with another ending, or a part of one: "Strom" beside "Stromverbrauch"."""
    if stem(word) in known or any(word.startswith(k[:-1] if len(k) > 4 else k) for k in known if len(k) > 3):
        return True
    return len(word) > 4 and any(k.startswith(word) or k.endswith(word) for k in known)


def _acts(word: str, then: str, after: str) -> bool:
    """Is what follows a verb: a known one, a past form, or one of the third person with its object behind it?"""
    if then == "a" and _FRENCH_PAST.fullmatch(after):
        return True
    then, after = fold(then), fold(after)
    verb = after if then in _BETWEEN or then.endswith("ly") else then
    if verb in _VERBS or _PAST.fullmatch(verb):
        return True
    has_object = after in _OBJECTS or after[:1].isdigit()
    several = word.endswith("s") and not then.endswith(("s", "t", "de"))  # "Drivers serve 640 cafés"
    return has_object and not several and len(then) > 2 and stem(then) not in _OPENERS


def _is_beside_another(then: str, after: str, german: bool) -> bool:
    """Does another name follow, a verb, or others: "Acme and Northwind", "Acme as well as Northwind"?"""
    if (then, after) in (("as", "well"), ("so", "wie")):
        return True
    is_name = after[:1].isupper() and not (german and is_no_name(after))
    return then in _AND and (is_name or after in _OTHERS or _is_verb(after))


def _has_people_who_act(then: str, after: str, later: str) -> bool:
    """A small noun of several or two, and then a verb: "Acme teams cut", "Acme warehouse teams cut"."""
    if _is_several(then) and _is_verb(after):
        return True
    return len(then) > 3 and then.islower() and _is_several(after) and _is_verb(later)


def _is_several(word: str) -> bool:
    return word in _PEOPLE or (word.islower() and word not in _NO_NOUN and len(word) > 4 and stem(word) != word)


def _is_verb(word: str) -> bool:
    return word in _VERBS or word in _DO or bool(_PAST.fullmatch(word))


def is_of_these_languages(texts: Iterable[str]) -> bool:
    """Are a third of the words such as these, names and numbers aside, so that one that is not says something?"""
    words = [word for text in texts for word in stems(" ".join(_SMALL_LETTERS.findall(text)))]
    return sum(word in _OPENERS for word in words) * 3 >= len(words)
