"""Common nouns of German, where every noun has a capital letter, so that a name shows among them. No rules of mails."""

import re
from collections.abc import Sequence
from functools import lru_cache

from leadwright.domain.figure_words import listed
from leadwright.domain.opt_out import fold

# What no other language has among its small words.
_SMALL = listed(
    "aber als auch auf aus bei beim bis damit das dass dem des dort durch ein eine einem einen einer eines fur "
    "gegen haben hat ich ihr ihre ihrem ihren ihrer im ist ja kann konnen mehr mit nach nicht noch nur ob oder ohne "
    "pro schon sehr seit sich sie sind sowie statt uber um und unser unsere unserem unseren unserer unter vom von "
    "vor waren wenn werden wie wir wird wurde wurden zu zum zur zwei zwischen"
)
_SHARED = listed("am an den der die es in so war was")  # with other languages
_POLITE = listed("ihnen ihr ihre ihrem ihren ihrer ihres sie")
_FORMS = re.compile(r"\w{3,}(?:ung|heit|keit|schaft|tion|itat|ismus|ieren)(?:s|en)?")
_NAMES = listed("samsung hartung hornung zeitung")  # of such a form
_ALSO_NAMES = listed("anwalt gast griff hebel herbst herz index kraft muster rad sommer wand wille winter")
_ARTICLE = re.compile(
    r"(?:k?ein|mein|sein|ihr|unser|dies|jed|d)(?:e|er|em|en|es|as|ie)?|im|am|zum|zur|vom|beim|ins|"
    r"(?:kommend|nachst|letzt|vergangen)e[mnrs]?"
)
_BEFORE_A_NAME = listed("herr herrn frau familie firma stadt kunde kundin kollege kollegin")
_BEFORE_A_NAME_THEN = listed("kunden kollegen")
_OF_ONE = re.compile(r"(?:mein|unser|ihr|ein)em")
_NOUNS = listed(
    "abbau abend abfall abgabe ablauf abnahme abschluss absicht absprache abstand achse akku akte alarm alltag alter "
    "alternative ambition analyse anbau anbieter anbindung anfang anfrage angabe angebot angebote anlage anlass "
    "anleitung annahme anreiz anruf ansatz ansicht anspruch anspruche anteil antrag antwort anwalt anwender anwendung "
    "anzeige apparat arbeit arbeitsplatz archiv art artikel arzt aspekt aufbau aufgabe aufgaben auflage aufsicht "
    "auftakt auftrag auftraggeber aufwand augen augenblick ausbau ausdruck ausfall ausgabe ausgang auskunft ausland "
    "auslastung ausnahme aussage aussicht austausch auswahl ausweg auszug auto batterie bau baujahr baustein bauteil "
    "bedarf bedurfnis beginn begriff behalter behorde beispiel beitrag belastung beleg berater bereich bericht beruf "
    "besitz bestand bestandteil beste bestellung besuch beton betracht betrag betreiber betrieb bett beweis bewerber "
    "bezug bilanz bild bilder bildschirm blick boden branche bremse brief bruchteil bucher budget buro chance chancen "
    "charge code container dach dank datei daten dauer deckel detail dezember dialog dichte dienst dienstleister "
    "dienstleistung ding dinge dosis drittel druck durchgang durchlauf durchsatz durchschnitt echtzeit eck ecke effekt "
    "effizienz eigentum eile einblick eindruck einfluss einfuhrung eingang eingriff einheit einkauf einkaufer einnahme "
    "einsatz einsicht einstieg eintrag einwand einzelfall einzelhandel einzelne element eltern emission empfang ende "
    "energie engagement engpass engpasse entscheider entwurf erde ereignis erfolg ergebnis ergebnisse ersatz ersparnis "
    "erste ertrag erzeugnis etage etikett experte expertise export fabrik fach fachkraft fachleute fahrer fahrt "
    "fahrzeug faktor fall falle familie farbe fazit februar fehler fehlzeit felder fenster filiale finanzen firma "
    "flache flasche fleisch flotte flug fluss fokus folge form formular fortschritt foto fracht frage freigabe "
    "freiraum freizeit freude frist fuhrpark fuhrung funktion fuss futter gang ganzes garantie gas gast gebaude gebiet "
    "gebuhr gedanke geduld gefahr gefuhl gegensatz gegenteil gegenuber gehalt gelande geld gelegenheit gelenk gemuse "
    "genuss gerat geschaft geschichte gesellschafter gesetz gesicht gesprach gesundheit getrank getriebe gewerbe "
    "gewicht gewinn gewissen gleichgewicht gluck gluckwunsch grad gramm grenze griff grossteil grund grunde grundlage "
    "grundstuck gruppe gruss grusse gummi guter hafen halfte halle hand handarbeit handel handgriff handwerk "
    "haufigkeit hause haushalt haut hebel heft heizkosten heizung helfer hemmnis herausforderung herkunft hersteller "
    "herz hilfe hilfsmittel hinblick hindernis hintergrund hinweis hitze hochbetrieb hochregal hochregallager hohe "
    "holz hotel hut hygiene idee ideen image import impuls index industrie info infrastruktur ingenieur inhalt inland "
    "innovation instrument interesse intervall inventur investition investor jahr jahre jahrzehnt januar jubilaum juli "
    "juni kabel kalender kalte kampagne kanal kapital karte karton katalog kauf kenntnis kette kilometer kilowatt "
    "kiste klasse klick klima klimaschutz klinik knopf knopfdruck kollege kollegin komfort kommentar kommune kompetenz "
    "komponente konflikt konkurrenz konsum kontakt kontext konto kontrolle konzept kopf kopie korb korper kosten kraft "
    "kreis kreislauf krise kuche kuhlhaus kuhlkette kuhlung kultur kunde kundin kunst kurs labor ladung lage lager "
    "lagerhaltung lagerplatz land lander last lastspitze lauf laufe laune leasing leben lebensmittel leerlauf lehre "
    "leistung leiter leitfaden leser leute licht lieferant lieferkette linie liste lizenz logik logistik lohn losung "
    "lucke luft lust macht management mangel mannschaft marge marke markt maschine mass masse massnahme material "
    "maximum mechanik medium mehrwert meilenstein meinung menge mensch merkmal messe metall meter methode miete milch "
    "minimum minute mission mitarbeitende mitarbeiter mitarbeiterin mitbewerber mitglied mitte mittel mittelpunkt "
    "mittelstand mittwoch mobel modell modul moglichkeit moment monat montage motor motto muhe mull muster mut "
    "nachfrage nachricht nachschub nacht nachteil nachweis nahe nahrung name natur nerv netz neubau neugier nische "
    "niveau norm not note notfall nummer nutzen nutzer objekt obst ofen offensive oktober ol option ordner ordnung ort "
    "paket palette palettenplatz panne papier park partner patent patient pause person personal perspektive pfand "
    "pflege pflicht phase photovoltaik pilot pilotprojekt plan plane planer platte plattform platz platze plus politik "
    "posten potential potenzial prasenz praxis preis prinzip priorisierung problem produkt profi profit prognose "
    "programm projekt protokoll prototyp prozent prozess publikum pumpe punkt qualitat quartal quelle rabatt rad rader "
    "radius rahmen rampe rand rang rate raum raume rechner rechnung recht rede referenz regal regel region reichweite "
    "reife reihe reise rendite reparatur reserve respekt ressource rest resultat retoure rezept risiken risiko roboter "
    "rohr rohstoff rolle routine ruckgang rucksicht ruckstand ruf ruhe runde sache saison satz schaden schein schema "
    "schicht schiene schluss schlussel schnitt schnittstelle schrank schraube schrift schritt schub schuh schule "
    "schutz schwelle schwerpunkt schwung segment seil seite sektor sekunde sensor serie service sicht siegel signal "
    "silo sinn situation sitz skala software sommer sonne sorge sorgfalt spass speicher spektrum sperre spiel spitze "
    "sport sprache sprung spur stadt stand standard standort stapel start station statistik stau staub stelle stellen "
    "steuer stil stillstand stimme stoff stopp storung strasse strategie strecke streik stress strom struktur stuck "
    "studium stufe stunde suche summe system tabelle tafel tag tagesgeschaft takt tank tarif taste tatigkeit tatsache "
    "team technik techniker technologie teil teile teilnehmer telefon telefonat temperatur tempo termin termine test "
    "text thema themen tiefe tier tisch titel ton transparenz transport treffen treiber trend treppe trick tur turen "
    "uberblick ubergang ubersicht uhr umbau umfang umfeld umgang umgebung umkehr umlauf umsatz umschlag umstand "
    "umstieg umwelt umzug unfall unterhalt unterlagen unternehmen unternehmer unterschied update urlaub ursache urteil "
    "variante ventil verantwortliche verband verbrauch verbraucher verbund verdichter verdienst verein verfahren "
    "verfugung vergangenheit vergleich verhaltnis verkauf verkaufer verkehr verlauf verlust versand verstandnis "
    "versuch verteiler vertrag vertrauen vertrieb vertriebler verwalter verzeichnis verzicht verzug video viertel "
    "vision volumen vorbild vorgabe vorgang vorgehen vorgesprach vorhaben vorjahr vorlage vorlauf vorrat vorschlag "
    "vorschrift vorsicht vorsprung vorstellung vorteil vortrag vorwurf waage wachstum wahl wahrheit wand wandel ware "
    "warenfluss warme wartezeit wasser webseite website wechsel weg wege weile weise weite welle welt wende werk "
    "werkstatt werkstoff werkzeug wert wettbewerb wetter wichtigste widerstand wille winter wirkstoff wirkung "
    "wirtschaft wissen woche wochenende wort worter wunsch zahl zeichen zeile zeit zeitpunkt zeitraum zelle zentrum "
    "zertifikat zeuge ziel ziffer zimmer zins zoll zone zubehor zufall zug zugang zugriff zukunft zulage zulieferer "
    "zusage zusammenhang zusatz zuschlag zuschuss zustand zuwachs zwang zweck zweifel zyklus"
)
# What a word made of several ends with says what it is: no company and no person ends so.
_LAST = re.compile(
    r"\w{3,}(?:"
    r"ablauf|anlage|anteil|arbeit|aufgabe|auftrag|aufwand|ausfall|bedarf|bereich|betrag|branche|dauer|"
    r"druck|ersparnis|fehler|frage|gesprach|kosten|leistung|leiter|lucke|mangel|menge|moglichkeit|preis|"
    r"problem|projekt|prozess|quote|rate|risik[oe]|software|spitze|system|technik|teil|verbrauch|verlust|"
    r"vorteil|wachstum|zahl|zeit|ziel|tag|eingang|ausgang|lager|fahrer|arbeiter"
    r")"
)
_ENDINGS = ("nen", "sen", "en", "es", "se", "e", "n", "s")
_SHORT = 6  # letters of a word that may be a name with an ending
_WORD = re.compile(r"\b[^\W\d_]+\b")


def is_german(text: str) -> bool:
    """Is a fourth of the words among the small words of German alone, and two at least? Others with a capital aside."""
    words = [(word, fold(word)) for word in _WORD.findall(text)]
    small = [plain for _, plain in words if plain in _SMALL]
    others = sum(word.islower() and plain not in _SMALL | _SHARED for word, plain in words)
    return len(set(small)) > 1 and len(small) * 3 >= others


def announces_a_name(words: Sequence[str]) -> bool:
    """Is who follows these words somebody, whatever else the word means: "Herr", "unser Kunde", "Ihrem Kollegen"?"""
    *_, before, last = "", "", *map(fold, words)
    return last in _BEFORE_A_NAME or (last in _BEFORE_A_NAME_THEN and bool(_OF_ONE.fullmatch(before)))


def ends_with_article(words: Sequence[str]) -> bool:
    """Is the last word an article, or an adjective behind one?"""
    *_, before, last = "", "", *map(fold, words)
    return any(_ARTICLE.fullmatch(w) for w in (last, before if last.endswith(("e", "en", "er", "es")) else last))


@lru_cache(maxsize=5_000)
def is_no_name(word: str, *, with_article: bool = False) -> bool:
    """Is it a common noun in any of its cases, by the list, its form or its last part, or a word of address?

    Args:
        with_article: one stands in front, so that a noun which is a usual name too, as Winter, is none here.
    """
    whole = fold(word)
    if whole in _NAMES:
        return False
    if whole.removesuffix("s") in _ALSO_NAMES:
        return with_article
    return whole in _POLITE or any(
        w in _NOUNS or _LAST.fullmatch(w) or _FORMS.fullmatch(w) for w in (whole, *_without_ending(whole))
    )


def in_another_case(word: str, support: str) -> bool:
    """Has the casefolded text this long word with another ending: "Kühlhäusern" beside "Kühlhäuser"?"""
    bases = (w for w in _without_ending(word.casefold()) if len(w) > _SHORT)
    return any(re.search(rf"\b{re.escape(base)}\w{{0,2}}\b", support) for base in bases)


def _without_ending(word: str) -> list[str]:
    return [word[: -len(e)] for e in _ENDINGS if word.endswith(e) and len(word) - len(e) > 2]
