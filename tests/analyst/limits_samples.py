"""Refusals of one thing beside a question about another, or interest in it; and refusals beside a question in anger."""

OPEN = """
We're happy with AutoStore in Chicago, but the new Dallas DC is wide open. Who covers Texas?
Too expensive for one site. What does volume pricing look like for four?
We already use Locus... contract is up in September and we are looking at alternatives. What would you do differently?
Not interested in leasing. What would an outright purchase cost?
Kein Interesse an Miete. Was kostet der Kauf?
Not ready to buy yet, what does a pilot look like?
We're currently not in the market for picking robots, though palletizing would interest us. Do you do that?
We're currently not in the market for picking robots, though palletizing would interest us.
We do not need forklifts. Do you have anything for small parts?
No budget for a full rollout this year. Is there a smaller package?
We're all set with conveyors. How do your robots handle totes of 60 x 40?
Not a fit for our main hall, but which aisle width do you need? We have a second building.
We already have a WMS. Does it integrate with Manhattan?
It's overpriced for ten robots. Any discount at thirty?
Not looking for hardware. Can you sell the software alone?
We can't afford it up front - do you offer financing?
No need for a demo. What is the lead time?
Wir haben kein Interesse an Robotern im Versand. Haben Sie etwas für die Produktion?
Our contract with Locus is fine for Ohio. Where else have you installed next to them?
No interest in the AMR. Please send the price list of the shuttle.
"""
SHUT = """
Not interested. Why do you keep writing?
Not interested, who gave you my address?
Not interested. Do you ever stop?
We're happy with our vendor. What makes you think we would switch?
No budget. What part of that is unclear?
We already have a system. Why should we change?
Who are you? Not interested.
No thanks. Is this a real person?
Not interested. How did you find me?
We're all set. Can you stop mailing my whole team?
Not for us. How many times do I have to say it?
Not interested. No need to send a brochure.
We are not interested in more information.
No interest. Do you understand?
Kein Interesse. Warum schreiben Sie mir?
No, thanks. Did I ask for this?
We don't need this. Are you a bot?
"""
