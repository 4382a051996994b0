"""Harder replies, written for the tests: traps, mixed feelings, real mail manners, short ways to say yes and no.

A line: class or * for any, polarity (+, -, ?; after ! undetected is right as well), text.
"""

TRICKY = r"""
* | !- | Thanks for reaching out, Tom. At this stage we're good, but I'll keep your details on file.
* | !- | I appreciate your persistence, however we have chosen to go in a different direction.
* | !- | Love what you're doing but we don't have the budget for it.
* | !- | While it sounds interesting, we're not in a position to take on new vendors.
* | !- | If we were bigger I'd say yes, but with five people it makes no sense.
* | !- | I'd love to, but my boss said no.
* | !- | Your product seems great. Unfortunately it is not what we need.
* | !- | We looked at it and decided against it.
* | !- | Please close my file, we are no longer looking.
* | !- | The answer is still no.
* | !- | I told your colleague last week that we are not interested.
* | !- | We tried robots in 2023 and it was a disaster. Never again.
* | !- | We are all set, thank you.
* | !- | Nope, not for me.
* | !- | I have zero interest in this.
* | !- | We will not be requiring your services.
* | !- | Thanks but we're going to stick with our current tool.
* | !- | Hard pass.
* | !+ | I can't believe we didn't find you earlier. When can you come by?
* | !+ | No need to convince me, just send the contract.
* | !+ | It's not too expensive at all, send me the quote.
* | !+ | I wasn't interested at first, but the case study convinced me. Let's talk.
* | !+ | We don't have anything like this yet and would like to see a demo.
* | !+ | Don't worry about the price, we need it by March.
* | !+ | There is nothing we need more than this. Call me.
* | !+ | We are unhappy with our vendor and looking to switch this quarter.
* | !+ | No doubt this would help us. What are next steps?
* | !+ | Not only are we interested, we would like to start next month.
* | !+ | I have no questions left, please go ahead.
* | !+ | Nothing stops us from starting in May, so please send the order form.
* | !+ | We can't wait any longer, our peak season starts in June. Please call.
* | !+ | My only concern is price. Otherwise we'd love to go ahead.
* | !+ | We have been looking for exactly this.
* | !+ | Please add my colleague Sam to the invite, he will join the demo.
* | !+ | Yes, that time works. See you then.
* | !+ | Would love to learn more!
* | !+ | Is there a free trial we could start this week?
* | !+ | Looping in Dana from procurement so we can get the paperwork going.
* | !+ | Fine, you got me. Send it over.
* | !+ | Your timing is perfect, our contract with Gripwell ends in two months.
unsubscribe | - | Hi,\n\nI'd appreciate it if you removed me from your mailing list.\n\nThanks\nJo
unsubscribe | - | PLEASE STOP!!!
unsubscribe | - | Not sure how you got this address but kindly remove it from your database.
unsubscribe | - | Enough. No more emails.
unsubscribe | - | I would like to be taken off this list.
unsubscribe | - | Please cease all communication.
unsubscribe | - | opt me out please
unsubscribe | - | Take me off your distribution list please, I never signed up for this.
unsubscribe | - | Please do not send me marketing emails.
unsubscribe | - | Would you mind removing me from future mailings?
unsubscribe | - | Delete me from your CRM.
unsubscribe | - | Hiermit widerspreche ich der Verarbeitung meiner Daten. Bitte löschen.
unsubscribe | - | Ne plus m'envoyer de mails svp
unsubscribe | - | Por favor, bórrenme de su base de datos.
unsubscribe | - | このメールの配信を停止してください。
* | !+ | Can you stop sending duplicate records to our ERP automatically?
* | ? | Out of ideas here, honestly. What would you do?
* | ? | Who gave you my name?
* | ? | Hi Tom, wrong Ann I think?
* | ? | ?
* | ? | Received.
* | ? | See attached.
* | ? | Can you resend? Your mail arrived empty.
* | ? | I'll get back to you.
"""

SAYS_YES = """\
I'd love to donate.
Sure, I can do that
I'll give 10 cents
Yes, I'd like to
I think I will donate 50 cents
I'd like to give .10
That sounds good. I'll donate
I'm willing to give $1
Okay, let's do $.25
20 cents
I would donate all of it
Put me down for 20
I plan to donate
you can have all of my payment
Take $0.10 from my payment
deduct 10 cents please
go ahead and donate .15
I'd be more than happy to
I am going to donate
Ill do 15 cents
All of it
The full amount
My entire payment.
I'll donate the whole thing
Yes, I want to donate
I am happy to help
I could spare a few cents
I will go with 50%
I would like to donate all my earnings
I can give a small amount
Maybe 5 cents
I suppose I could give a little
I would be honored to donate
yes please sign me up
I'm in!
I want to give something
I'll contribute
That amount is fine
I have decided to donate
I will definitely consider it
Okay I'll do it
I guess I'll donate 10 cents
Sounds like a plan
Yes, I will.
Definitely!
I'll match that
$1
I can commit to $5
How about a dollar?
0.20
I'd be willing to contribute
I will donate as much as I can
Sure, take half
yes, of course I will help
I would love to help
I will make that donation
I'd like to help out
Happy to
We'd like to move forward
We can start in May
Please proceed
We want in
Let's get the ball rolling
Works for us
Green light from our side
You have a deal
We'd like to order ten licences
Please invoice us
""".splitlines()

SAYS_NO = """\
I can't right now
I don't want to
not at this time
I'm going to keep my money
I'd rather not
No, I won't
I will have to say no
I think I will keep my payment
I don't think so
I can't afford to give
Unfortunately I cannot donate
I have to decline
I'm sorry but no
No
Nope
I'm not comfortable with that
I don't feel comfortable donating
Not today
I won't be donating
I'm not able to donate
I choose not to
I would prefer not to
I'll keep it all
maybe another time
I do not have any money to spare
We cannot do that
We've cancelled the project
This project is dead
We are cutting costs
Our CFO said no
It was rejected
We went another way
Budget was frozen
We're not going ahead
That won't work for us
We've no use for it
I fail to see the benefit
You're wasting your time
We don't work with external vendors
It doesn't do what we need
""".splitlines()
