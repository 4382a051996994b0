"""Absence notes with their return dates, written for the tests before any rule was changed for them.

A line: the first day back (several where the words allow them, `none` where they name no day), text. All were received
on Wednesday, 25 November 2026. A date that can be read two ways means the later day, or none.
"""

FIRST = r"""
2026-12-09 | I am out of the office and will be back in two weeks.
2026-11-30 | I'm out this week and back at my desk on Monday.
2026-12-07 | Thank you for your message. I am on holiday and return to work on Monday 7th December.
2026-12-12, 2026-12-14 | I will be away from 30 November to 11 December inclusive with no access to email.
2027-01-04 | Our offices close on 23 December and reopen on 4 January. Happy holidays!
2027-01-04 | I am on annual leave from 21 December until 4 January.
2027-01-04 | Season's greetings! I'm off from Dec 23rd and will be back on Jan 4th.
2027-01-05, 2027-01-06 | On leave 24/12/2026 - 05/01/2027. For urgent matters call the front desk.
2027-02-01 | I am on sabbatical through the end of January.
2026-12-01 | I'll be out of the office for the rest of November.
none | I am currently out of the office with limited access to email.
none | I am on maternity leave. Please contact my colleague Jo Park.
2026-11-26 | I am out of the office today and will reply tomorrow.
2026-11-26 | Out sick today, back tomorrow.
2026-12-10, none | I am away and will be back on 10/12.
2026-12-08, none | I will return on 12/08/2026.
2026-12-13 | I'm away until 13/12/2026.
2026-12-18 | I'm back on 12/18.
2026-11-30, 2026-11-28 | I will be out of office starting 11/23/2026 through 11/27/2026 and will respond to your message when I return.
2026-12-03 | Please note I'm at a trade show Tue-Wed next week, returning Thursday, December 3.
2026-12-14 | Traveling until the 14th. Replies will be delayed.
2026-12-02 | Away for a week, back in 7 days.
2026-12-16 | I am on vacation for three weeks and will be back at work on Dec 16, 2026.
2027-03-01 | On parental leave until March 1st 2027; Sam covers for me.
2026-11-30 | Returning 2026-11-30. For anything urgent contact help@example.com.
2026-12-07 | Ich bin vom 26.11. bis 06.12.2026 im Urlaub und ab dem 07.12.2026 wieder erreichbar.
2026-12-13, 2026-12-14 | Ich bin bis einschließlich 12. Dezember nicht im Büro.
2027-01-07 | Unser Büro ist vom 24.12. bis zum 06.01. geschlossen. Ab dem 7. Januar sind wir wieder für Sie da.
2026-11-30 | Ich bin ab Montag wieder für Sie da.
2026-12-09 | Ich befinde mich im Urlaub und bin in zwei Wochen wieder da.
2026-12-01 | Ich bin heute und morgen auf Dienstreise und ab dem 1. Dezember wieder im Büro.
2027-01-11 | Bin im Urlaub, zurück am 11.1.
none | Ich bin derzeit nicht im Büro. Ihre Mail wird nicht weitergeleitet.
2026-12-05, 2026-12-07 | Ich bin bis inkl. 4.12. abwesend.
2026-12-14 | Je suis en congés du 30 novembre au 13 décembre inclus. Je serai de retour le 14 décembre.
2027-01-04 | Absente jusqu'au 3 janvier inclus, retour le lundi 4 janvier 2027.
2026-12-01 | Je suis absent du bureau et serai de retour le 1er décembre.
2026-12-07 | Actuellement en déplacement, je reviens lundi 7 décembre.
2026-12-09 | Je suis en vacances, de retour dans deux semaines.
2026-12-15 | Estoy fuera de la oficina y regreso el 15 de diciembre.
2027-01-08, 2027-01-07 | Estaré de vacaciones del 23 de diciembre al 7 de enero.
2026-12-02 | Estoy de viaje, vuelvo dentro de una semana.
2026-11-30 | Hoy no estoy en la oficina; vuelvo el lunes.
2026-12-09 | Sono fuori ufficio e rientrerò il 9 dicembre.
2027-01-07, 2027-01-06 | Lo studio resterà chiuso dal 24 dicembre al 6 gennaio.
2026-12-14 | Sarò assente fino a venerdì 11 dicembre compreso, torno lunedì 14 dicembre.
2026-12-07 | Ik ben afwezig en ben op maandag 7 december weer bereikbaar.
2027-01-04 | Ik ben met verlof van 21 december t/m 3 januari en vanaf 4 januari weer aanwezig.
2026-12-09 | Ik ben over twee weken terug.
2026-12-14 | Estou de férias e regresso a 14 de dezembro.
2026-12-10 | Estarei ausente até 9 de dezembro, inclusive. Retorno no dia 10 de dezembro.
2027-01-04 | Estamos em recesso e voltamos no dia 4 de janeiro de 2027.
2026-12-08 | Jestem na urlopie, wracam 8 grudnia.
2026-12-14, 2026-12-12 | Jestem nieobecna w biurze od 30.11 do 11.12 włącznie.
2026-12-07 | Jag är på semester och är tillbaka måndagen den 7 december.
2027-01-07, 2027-01-06 | Jag är ledig 21 december - 6 januari.
2026-12-07 | Jeg er på ferie og er tilbage mandag d. 7. december.
2026-12-07 | Jeg er ute av kontoret, tilbake 07.12.2026.
2026-12-07 | Olen lomalla, palaan 7.12.2026.
2026-12-07 | Jsem na dovolené, vrátím se 7. prosince.
2026-12-07 | 12月7日まで休暇をいただいております。
2026-12-07 | 我正在休假，12月7日回来。
"""  # noqa: E501

# Written after the rules had been changed for the first ones, and before they were changed for these.
SECOND = r"""
2026-12-14 | Hi, I'm on PTO through Friday, December 11 and will get back to you on Monday the 14th.
2027-01-04 | Thanks for reaching out. Our team is off from December 24 - January 3. We'll be back January 4.
2026-12-07 | I will be out of the office from Monday 30th November, returning Monday 7th December 2026.
2026-12-02 | I'm in meetings off-site all day and will return on Wednesday.
2026-12-16 | On leave for the next three weeks.
2027-01-01, 2027-01-04 | I'm out for the rest of the year. Happy new year!
2026-12-01 | Currently on jury duty, expected back on 1 Dec.
none | I am no longer checking this inbox regularly while on secondment. Out of office until further notice.
2026-12-21 | Out of office 07/12/2026 to 20/12/2026, back on 21/12/2026.
2026-12-28 | I'm away 12/14/26 - 12/27/26 and back on 12/28/26.
2026-12-08 | Vielen Dank für Ihre Nachricht. Ich bin erst am Dienstag, den 8. Dezember, wieder im Büro.
2026-12-12, 2026-12-14 | Bis einschließlich 11.12. bin ich auf Geschäftsreise.
2027-01-11 | Wir haben vom 21.12.2026 bis zum 10.01.2027 Betriebsferien und sind ab dem 11.01.2027 wieder für Sie da.
2026-12-02 | Ich bin eine Woche nicht erreichbar.
2026-12-08 | Je serai absente jusqu'au lundi 7 décembre inclus.
2027-01-04 | Nos bureaux seront fermés du 24 décembre au 3 janvier. Réouverture le 4 janvier.
2026-12-16 | Je suis en congé pendant trois semaines.
2026-12-09 | Estoy de vacaciones hasta el 8 de diciembre inclusive.
2027-01-11 | De baja por paternidad, me reincorporo el 11 de enero de 2027.
2026-12-02 | Sono in trasferta e torno tra una settimana.
2027-01-07 | Siamo chiusi per le festività fino al 6 gennaio compreso. Riapriamo il 7 gennaio.
2026-12-14 | Van 30 november t/m 11 december ben ik met vakantie. Maandag 14 december ben ik er weer.
2026-12-21 | Estarei fora do escritório de 7 a 20 de dezembro, regressando no dia 21 de dezembro.
2026-12-15 | Jestem na urlopie do 14 grudnia włącznie.
2026-12-10 | Jag är bortrest och åter på kontoret torsdag 10 december.
2026-12-09 | Jeg er på ferie i to uger.
2027-01-04 | Jeg har ferie og er tilbake på kontoret 4. januar.
2026-12-14 | Olen vuosilomalla 13.12. asti, palaan 14.12.
2027-01-05 | 年末年始休業のため、12月28日から1月4日まで休業いたします。1月5日より通常営業いたします。
2027-03-12, none | I will be back on 3/12.
"""

# Plain notes, written after both and before the rules were changed for them.
THIRD = r"""
2026-12-04 | Thank you for your email. I am out of the office until Friday, 4 December, with limited access to email.
2026-11-30 | I will be out of the office on Thursday 26 and Friday 27 November, and will respond on Monday 30 November.
2027-01-04 | I am currently on vacation and will return to the office on Monday, January 4th, 2027.
2026-12-07 | I'm on leave all next week and back on Monday 7th.
none | I am currently on long-term sick leave. Please direct your questions to info@example.com.
2026-12-09 | Back in the office 9 Dec. Urgent? Call +44 20 7946 0000.
2026-12-21 | Ich bin ab dem 21. Dezember wieder erreichbar. In dringenden Fällen hilft Frau Kern.
2026-12-07 | Ich bin vom 30.11.2026 bis 06.12.2026 nicht im Haus.
2026-12-09 | Je suis actuellement en vacances jusqu'au 9 décembre.
2026-12-14 | Absent du bureau du 1er au 13 décembre, je vous répondrai à mon retour le 14 décembre.
2026-12-10 | Estaré ausente hasta el jueves 10 de diciembre.
2026-12-07 | Sarò in ferie dal 30 novembre al 4 dicembre e rientrerò lunedì 7 dicembre.
2026-12-03 | Ik ben tot donderdag 3 december afwezig.
2026-12-21 | Estou de férias e estarei de volta no dia 21/12.
2026-12-11 | Przebywam na urlopie do 11 grudnia.
2026-12-14 | Jag är på semester till och med 13 december.
"""
