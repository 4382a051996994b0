"""Replies that ask for something only a person can send, and replies that speak of such things and ask for none.

Written for the tests before any rule was changed for them. Nobody in them is real.
"""

WISHES = """
Send details.
Sounds interesting, send me something to read.
I'm interested, send me a PDF
Pls send brochure
Send over what you have.
Can you give me a quote?
Could you quote us for 12 robots?
Love to learn more. Email me a spec sheet.
Looks good. Forward me the pricing sheet.
Nice. Got any videos
I'd be interested in seeing a video of it in action.
As I said, send me the brochure and we will take it from there.
Where is the brochure?
Interesting, please share a case study.
Go ahead and send the invite
Just mail me whatever material you've got and I'll have a look.
Could you share some documentation with my team?
I'd like to receive an offer first.
Do you have a one-pager I can forward to procurement?
A quotation would be helpful.
Brochure please.
Shoot over a deck when you get a chance.
Happy to read up on it if you drop me a link.
Could I get more information?
We can't commit to anything this quarter, but please send a quote so I can budget for Q3.
Don't call, just email the quote.
Could you put together a proposal for two sites?
Please send us your price list.
Can we see a sample report?
Please forward the technical documentation to me.
Bitte senden Sie mir ein Angebot für 12 Roboter.
Schicken Sie mir gern Ihre Unterlagen.
Ich bitte um ein unverbindliches Angebot.
Wir hätten gerne einen Kostenvoranschlag.
Könnten wir eine Broschüre bekommen?
Lassen Sie mir bitte Infomaterial zukommen.
Envoyez-moi votre plaquette.
Merci de nous transmettre un devis.
Je souhaiterais recevoir une documentation.
Pourriez-vous me faire parvenir votre offre ?
Mándeme información por favor.
Envíenos un presupuesto para dos almacenes.
Me gustaría recibir una propuesta.
¿Me puede pasar el catálogo?
Mi mandi pure un preventivo.
Ci invii la documentazione, grazie.
Vorrei ricevere una brochure.
Resto in attesa di una vostra offerta.
Stuur maar een offerte.
Graag ontvangen wij een voorstel.
Mail mij de brochure maar.
Kunt u ons meer informatie toesturen?
Proszę o przesłanie oferty.
Proszę przysłać katalog.
Poproszę o wycenę dla 12 robotów.
Prześlijcie mi prezentację.
Envie-me uma proposta, por favor.
Gostaria de receber um orçamento.
Podem mandar a apresentação?
Skicka gärna en offert.
Kan ni skicka mer information?
Vi vill gärna ha en broschyr.
Send os gerne et tilbud.
Send meg gjerne en brosjyre.
"""

NO_WISHES = """
What is the price of one robot? Please no brochure.
Don't send a deck, just tell me the lead time.
How long does implementation take?
Thanks for the brochure, we will read it.
I will send you our requirements next week.
Your offer sounds great, let's talk.
I have forwarded your proposal to my boss.
We already have a quote from another vendor.
Tell me more.
Interested, what does it cost?
Could you send me the price per robot?
Please write to me again in May.
Drop me a line in spring.
What does the offer include?
Can you share how the integration with SAP works?
You sent me the documents last week.
Email me back in October.
Thank you for the information.
No need to send any material.
Give me a call on Monday.
Get me someone technical on the phone.
Danke für das Angebot, wir melden uns.
Ich habe Ihre Unterlagen erhalten.
Bitte keine Broschüre senden.
Ihr Angebot passt, wir machen weiter.
Merci pour votre proposition.
J'ai bien reçu votre documentation.
Gracias por la información.
Abbiamo ricevuto la vostra offerta.
Bedankt voor uw voorstel.
Dziękuję za ofertę.
Obrigado pela proposta.
Tack för informationen.
"""
