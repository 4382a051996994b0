"""Words of figures in the languages mails are written in, without accents: numbers, scales, units. No rules."""

from collections.abc import Mapping


def listed(words: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(words.split())


_VALUES = (*range(2, 21), *range(30, 101, 10))
_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred",
    "zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn "
    "neunzehn zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert",
    "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dixsept dixhuit dixneuf "
    "vingt trente quarante cinquante soixante septante octante nonante cent",
    "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho "
    "diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
    "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette "
    "diciotto diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
    "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien "
    "negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd",
    "dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito "
    "dezenove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem",
)
_FUSED = ((1, "einund", "und"), (5, "eenen", "en"))  # lists of the languages that say five-and-twenty in one word


def _numbers() -> dict[str, int]:
    found = {"one": 1, "duas": 2}
    for line in _NUMBERS:
        found |= zip(line.split(), _VALUES, strict=True)
    for which, one, between in _FUSED:
        words = _NUMBERS[which].split()
        before = (one, *(f"{word}{between}" for word in words[:8]))
        found |= {
            f"{low}{high}": 10 * ten + unit
            for ten, high in enumerate(words[18:26], 2)
            for unit, low in enumerate(before, 1)
        }
    return found


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, said in words.items() for word in said.split()}


NUMBERS = _numbers()
# Words that mean something else in another of the languages: numbers only where they measure something.
ONLY_MEASURING = listed("one once due sei acht elf cent neuf onze doze dos sept seize quince venti otto diez tre")
ARTICLES = listed("a an ein eine einer einem einen un une una uno um uma een")
# Things of the talk itself: "two ideas".
NO_COUNT = listed(
    "thing things idea ideas point points question questions reason reasons way ways word words goals priorities aims "
    "topics areas steps examples facts sides teams companies dinge ideen punkte fragen grunde wege worte ziele themen "
    "bereiche schritte beispiele seiten unternehmen firmen choses idees raisons facons mots objectifs sujets cosas "
    "preguntas razones objetivos temas cose idee domande obiettivi dingen vragen redenen doelen coisas ideias perguntas"
)
SCALES = {
    word: factor
    for factor, words in {
        12: "dozen dutzend douzaine docena dozzina dozijn duzia",
        100: "hundred hundert honderd",
        10**3: "k thousand tsd tausend mille mil duizend mila",
        10**6: "m mm mn mio million millions millionen millon millones milione milioni miljoen milhao milhoes",
        10**9: "b bn mrd billion billions milliarde milliarden milliard milliards miliardo miliardi miljard bilhao "
        "bilhoes",
        10**12: "trillion trillions billionen billon billones biljoen",
    }.items()
    for word in words.split()
}
# So many that nobody counted them: "thousands of companies", "several million".
MANY = {word: factor for word, factor in SCALES.items() if len(word) > 4} | {
    word: factor
    for factor, words in {
        12: "dozens dutzende dutzenden douzaines docenas dozzine dozijnen duzias",
        10: "dizaines decenas decine tientallen dezenas",
        100: "hundreds hunderte hunderten centaines cientos centenares centinaia honderden centenas",
        10**3: "thousands tausende tausenden milliers miles migliaia duizenden milhares",
        10**4: "zehntausende zehntausenden tienduizenden",
        10**5: "hunderttausende hunderttausenden honderdduizenden",
        10**6: "miljoenen",
    }.items()
    for word in words.split()
}
FRACTIONS = {
    word: parts
    for parts, words in {
        3: "third thirds drittel dritteln tiers tercio tercios terzo terzi derde terco tercos",
        4: "quarter quarters viertel vierteln quart quarts cuarto cuartos quarto quarti kwart",
        5: "fifth fifths funftel funfteln cinquieme quinto quinti vijfde",
    }.items()
    for word in words.split()
}
# The others are ordinals or times of the clock too.
ONLY_FRACTIONS = listed(
    "thirds fifths drittel dritteln viertel vierteln funftel funfteln tercio tercios terco tercos kwart"
)
OF_A_WHOLE = listed(
    "of de d des du di del della dei degli delle do da dos das van fewer less more moins menos meno minder mas piu "
    "plus meer mais"
)
BEFORE_A_PART = listed(
    "by than about nearly almost over around ' ’ de di met van presque quasi environ circa casi bijna em en"
)
AFTER_A_PART = listed(
    "in at with within for on since when while and or but after across through thanks compared dans avec chez en con "
    "nel nella com no na em met door bij et y e"
)
SHORTENED = listed("tsd mio mrd mn bn")  # scales that a full stop may follow
PERCENT, TIMES = "percent", "times"
CURRENCIES = _by_word(
    {
        "dollars": "$ usd dollar dollars dolares",
        "euros": "€ eur euro euros",
        "pounds": "£ gbp pound pounds",
        "francs": "chf franken francs",
        "yen": "¥ jpy yen",
        "rupees": "₹ inr rupee rupees",
    }
)
TIME = _by_word(
    {
        "second": "second seconds sec sekunde sekunden seconde secondes segundo segundos secondo secondi",
        "minute": "minute minutes min mins minuten minuto minutos minuti minuut",
        "hour": "hour hours h hrs stunde stunden heure heures hora horas ora ore uur uren",
        "day": "day days tag tage tagen jour jours dia dias giorno giorni dag dagen",
        "week": "week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
        "month": "month months monat monate monaten mois mes meses mese mesi maand maanden",
        "year": "year years jahr jahre jahren an ans annee annees ano anos anno anni jaar jaren",
    }
)
UNITS = (
    CURRENCIES
    | {word: unit for word, unit in TIME.items() if word != "an"}
    | _by_word(
        {
            PERCENT: "% percent percentage pct prozent prozentpunkte procent",
            TIMES: "x times fold mal fach fois veces volte keer vezes",
        }
    )
)
PER_CENT = listed("cent ciento cento")
PER = listed("per a an each every pro im je par pour al por all / ' ’ and und et y e en")
ADVERBS = _by_word(
    {
        "day": "daily taglich",
        "week": "weekly wochentlich",
        "month": "monthly monatlich mensuel mensuels mensual mensuales mensile mensili maandelijks mensal mensais",
        "year": "yearly annually jahrlich annuel annuels anual anuales annuo annui jaarlijks anuais",
    }
)
RANGE = listed("- – — to and or bis und oder a et ou y o e tot en of ate")
MULTIPLES = {
    word: factor
    for factor, words in {
        "0.5": "halve halves halved halving halbiert halbieren halbierte halbierten halbierung halfte moitie mitad "
        "dimezzato dimezzata dimezzati dimezzate dimezzare dimezza helft halveert halveren halveerde gehalveerd metade",
        "2": "twice double doubles doubled doubling twofold doppelt doppelte doppelten verdoppelt verdoppeln "
        "verdoppelte verdoppelten verdopplung verdoppelung zweifach doubler doublent doublee doublees doble duplica "
        "duplican duplicar duplico duplicaron doppio doppia raddoppia raddoppiano raddoppio raddoppiato raddoppiata "
        "raddoppiati raddoppiate raddoppiare dubbel dubbele verdubbelt verdubbeld verdubbelde verdubbelden dobro "
        "dobrou dobrar duplicou duplicaram",
        "3": "thrice triple triples tripled tripling threefold dreifach verdreifacht verdreifachen verdreifachte "
        "tripler triplent triplee triplica triplicar triplico triplicaron triplicato triplicata triplicati triplicate "
        "triplicare triplicou verdrievoudigd drievoudig",
        "4": "quadruple quadruples quadrupled fourfold vierfach vervierfacht quadrupler",
        "10": "tenfold zehnfach verzehnfacht",
    }.items()
    for word in words.split()
}
