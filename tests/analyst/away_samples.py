"""People who are away and answer all the same, and notices of nothing but an absence; none has a machine's header.

A line of `PEOPLE`: polarity (+ positive, - negative, ? undetected or positive), text.
"""

PEOPLE = r"""
+ | Unfortunately I'm travelling next week - can we do the 16th instead?
+ | I'm on vacation this week - can you call me Monday?
+ | I'm traveling until Thursday - Friday at 2 works, send an invite.
+ | I'm out next week; the week after works.
+ | I'm out of the office next week so the 16th would be better for the call
? | OOO til Monday, ping me then
+ | We are closed for inventory this week but open to a call next Monday.
+ | Ich bin nächste Woche im Urlaub - können wir am 16. telefonieren?
? | My colleague is on maternity leave, I am covering for her while she is away. Happy to look at it.
+ | I'm travelling this week. Can we speak on the 16th?\n\nKaren Whitfield\nDirector of Logistics\nMidland Dairy Cooperative\nO: 312-555-0142
+ | I'm away till the 12th — could we make it Thursday the 13th?
+ | On holiday until Monday, but Tuesday afternoon is fine for a call.
+ | I'm at a trade show this week and back Friday, how about Monday at 10?
+ | I'm off until Wednesday; call me Thursday morning on my mobile.
+ | We're closed for stocktaking through Friday. The following week suits us better.
? | I'm out sick today. Dana has all the numbers and will decide with me next week.
? | I'm on parental leave but still decide on the robots, so keep me in the loop.
? | Our CFO is on vacation until the 14th, we can't sign before that.
? | I'm away this week. We run two sites with 40 pickers.
? | I am out of the office today, what does a pilot cost?
? | Bin bis Freitag im Urlaub. Das Thema ist bei uns im Januar auf dem Tisch.
+ | Ich bin diese Woche auf Dienstreise, Dienstag um 10 Uhr passt mir gut.
+ | Je suis en congés la semaine prochaine, on peut se parler le 16 ?
- | I'm out until Monday, but to save you the time: we're not interested.
? | I'm filling in for Ann, who is on leave. What is this about?
? | On leave till 3/16 - please send pricing to my colleague dana@midland.example in the meantime
? | I'm out of the office today. I'll review your proposal tomorrow.
? | Greg is on sabbatical and I've taken his projects over. Happy to take a look.
"""  # noqa: E501

NOTICES = r"""
I am out of the office until Monday, 30 November. Please contact my colleague Jo Park with any questions.
I'm on vacation until December 7. I'll get back to you then.\n\nBest,\nKaren Whitfield\nDirector of Logistics
Thanks for your email! I'm out of office this week with limited access to email. I will reply when I'm back on Monday.
Hello,\n\nI am on annual leave until 7 December and will not be checking email. My deputy Sam Ortiz can help you in the meantime.\n\nKind regards\nAnn Lee
I'm currently traveling and my replies may be delayed.
I am on leave. For urgent matters text me on 555 0142.
We are closed for the holidays and will be back on January 4. Happy New Year!
I am away at a conference this week. Apologies for any delay in my response.
Ich bin bis 4. Dezember im Urlaub. Bitte wenden Sie sich an meine Kollegin Eva Braun.\n\nMit freundlichen Grüßen\nJens Kuhn
Ich bin am 27.11. nicht im Büro und beantworte Ihre Mail am Montag.
Je suis absent jusqu'au 7 décembre. Je vous répondrai dès mon retour.\n\nCordialement,\nLuc Petit
Estoy de vacaciones hasta el 7 de diciembre. Contacte con Ana Ruiz para cualquier consulta.
I'm away this week, so I won't be able to read my mail.
I am on leave and unable to answer until Monday, but will reply then.
I'm travelling for work until Friday; if you need help sooner, please call our front desk.
I am out of the office and cannot take calls until Tuesday.
I am out of office. In my absence, Ann is your contact.
I am away until Monday with limited access. For assistance, contact Dana: dana@x.example or +1 555 0100.\n\nJohn Smith | VP Operations | Midland Dairy | 12 Main Street, Chicago IL
I'm out of the office until Monday.\n\nThis e-mail is confidential and intended solely for the addressee.
My inbox is on pause: I'm on paternity leave until 4 January. Reach out to Bo Lund for orders.
"""  # noqa: E501
