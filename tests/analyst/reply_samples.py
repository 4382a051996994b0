"""Replies written for the tests: what each is, and which way it leans. None of them is from a labelled set.

A line: class, polarity (+, -, ?), text; a backslash and n stand for a line break.
"""

SAMPLES = r"""
interested | + | Hi Tom,\n\nthis comes at the right moment. Could we set up a call for Thursday afternoon?\n\nBest\nAnn
interested | + | Sure, happy to take a look. Does Tuesday at 2pm work for you?
interested | + | Sounds good. Please send over a proposal for two warehouses.
interested | + | We are evaluating three suppliers right now and would like to include you. What are the next steps?
interested | + | Yes please.
interested | + | I'd be open to a short call next week.
interested | + | This looks really promising, I would love to see it in action.
interested | + | Great timing! Our budget was approved last week.
interested | + | Let's do it. Where do I sign?
interested | + | Count me in.
interested | + | Very interested. Call me on Monday please.
interested | + | I showed your mail to our COO and she wants to meet you. When are you free?
interested | + | ok lets talk tmrw
interested | + | Our current system is a mess and we need a replacement by June. Can you help?
interested | + | We're not happy with our current supplier, so yes, let's have a chat.
interested | + | No objections from our side, let's go ahead.
interested | + | I don't see why not. Let's schedule a demo.
interested | + | Not a bad idea at all. Let's talk next week.
interested | + | Das klingt spannend, wir haben Interesse.
interested | + | Nous sommes intéressés, merci.
interested | + | Estamos interesados en su propuesta.
question | + | How much is it for 40 users?
question | + | Can you tell me whether it integrates with SAP?
question | + | Do you have a data sheet?
question | + | What does implementation look like for a company our size?
question | + | Could you share a few references from logistics companies?
question | + | How is this different from what Gripwell offers?
question | + | Is your product GDPR compliant?
question | + | Please send me your price list.
question | + | Does it also work offline?
question | + | Thanks for the note. Before we talk: what is the minimum contract length?
not_interested | - | Not interested.
not_interested | - | Thanks, but no thanks.
not_interested | - | We'll pass.
not_interested | - | This is not relevant for us.
not_interested | - | I don't think this is a fit for our company.
not_interested | - | We have no need for robots, we are a law firm.
not_interested | - | No, thank you. We do everything in house.
not_interested | - | We are not looking for anything like this.
not_interested | - | Sorry, this isn't something we would use.
not_interested | - | We've decided not to move forward.
not_interested | - | It's a no from our side, sorry.
not_interested | - | Kein Bedarf, danke.
not_interested | - | Non merci, nous n'avons pas besoin de cela.
not_interested | - | No nos interesa, gracias.
objection | - | That is way too expensive for a team of five.
objection | - | We already use Northwind and are happy with it.
objection | - | We can't afford anything like that.
objection | - | We are locked in with our vendor until 2029.
objection | - | We just signed with one of your competitors.
objection | - | We don't have the budget.
not_now | - | Not right now, sorry.
not_now | - | This is not a priority this year.
not_now | - | Maybe next year.
not_now | - | It's not a good time for us.
not_now | - | We have other priorities at the moment, not looking right now.
not_now | ? | Not this quarter, but let's talk again in April, I want to see a demo then.
unsubscribe | - | Please take me off your list. Thanks.
unsubscribe | - | stop emailing me
unsubscribe | - | Sounds nice, but please don't write to me again.
unsubscribe | - | Bitte streichen Sie uns aus Ihrem Verteiler.
unsubscribe | - | Merci de supprimer mon adresse de votre liste.
unsubscribe | - | No quiero recibir más correos.
out_of_office | ? | I'm out of the office until 7 December and will answer when I am back.
out_of_office | ? | Ich bin bis zum 04.01.2027 nicht im Büro.
out_of_office | ? | Je suis absente du bureau jusqu'au 12 janvier 2027.
out_of_office | ? | I am on parental leave. Please contact Bo Lund (bo.lund@acme.example) meanwhile.
auto_reply | ? | This is an automated message. Your request has been received and will be processed.
auto_reply | ? | Thank you for contacting Acme. Your ticket #44821 has been created.
left_company_or_dead_mailbox | ? | Pat Moss no longer works here.
left_company_or_dead_mailbox | ? | This mailbox is no longer monitored.
left_company_or_dead_mailbox | ? | I have left the company. Please write to info@acme.example.
left_company_or_dead_mailbox | ? | Herr Roth hat unser Unternehmen verlassen.
wrong_person | ? | I'm not the right person for this, please contact Maria Lopez.
wrong_person | ? | I don't handle purchasing. Our buyer is Jim Kerr, jim.kerr@acme.example.
wrong_person | ? | You should speak with my colleague Dana Fox, she looks after this.
wrong_person | ? | Dafür bin ich nicht zuständig, wenden Sie sich bitte an Frau Kern.
wrong_person | ? | Je ne suis pas la bonne personne, veuillez contacter Paul Morel.
escalate | ? | How did you get my email address? I am going to file a complaint with the ICO.
escalate | ? | One more mail and you will hear from our lawyers.
escalate | ? | This is harassment. I have reported this to the data protection authority.
escalate | ? | Woher haben Sie meine Daten? Ich werde rechtliche Schritte einleiten.
other | ? | Thanks, got it.
other | ? | I will pass this on to my boss.
other | ? | Who is this?
other | ? | Let me think about it.
other | ? | Hello Tom, I hope you are well.
other | ? | I was never a customer of yours.
other | ? | The attachment does not open.
other | ? | Merry Christmas to you and your team!
"""
