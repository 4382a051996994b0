"""Whether the writer or somebody else decides, where one sentence names both, or a thing that decides."""

import pytest
from tests.analyst.test_replies import read

from leadwright.domain.bant import Factor, Score


def score_of(text: str) -> Score:
    return next(j.score for j in read(text).bant if j.factor is Factor.AUTHORITY)


@pytest.mark.parametrize(
    "text",
    [
        "Nobody but me has the final say on this.",
        "No one except me has purchasing authority here.",
        "Nobody else has the final say.",
        "The owner, which is me, has the final say.",
        "Management has the final say, and I am the managing director.",
        "My husband and I have the final say.",
        "My wife Jane is the decision maker together with me.",
        "Anna is one of the decision makers, so am I.",
        "I think price is the decision maker here.",
        "Quality is the decision maker for us.",
        "Delivery time is the main decision maker.",
        "Cost is the key decision maker for us, and I sign.",
        "The decision maker? That's me.",
        "The decision maker is sitting in front of you.",
        "The decision maker is yours truly.",
        "Speaking: the decision maker is on the line.",
        "Decision makers are all on board and I sign.",
        "Nobody apart from me signs these contracts.",
        "No one other than me decides on purchases.",
        "The owner has the final say, and the owner is me.",
        "The board decides, and I chair the board.",
        "Safety is the decision maker here.",
        "Our CFO has the final say, but for this project I decide.",
        "Niemand außer mir entscheidet das.",
        "Außer mir entscheidet das niemand.",
        "Die Geschäftsführung entscheidet, und ich bin der Geschäftsführer.",
        "Der Entscheider bin ich.",
        "Der Preis entscheidet.",
        "Die Qualität ist für uns der Entscheider.",
        "Personne d'autre que moi ne décide.",
        "La direction décide, et je suis le directeur général.",
        "Le décideur, c'est moi.",
        "Le prix est le décideur chez nous.",
        "Nadie más que yo decide.",
        "La dirección decide, y yo soy el director general.",
        "El que decide soy yo.",
        "Nessuno tranne me decide.",
        "La direzione decide, e io sono l'amministratore delegato.",
        "Il decisore sono io.",
        "Niemand behalve ik beslist hierover.",
        "De directie beslist, en ik ben de directeur.",
        "De beslisser ben ik.",
        "Nobody besides me has the final say.",
        "The board has the final say, and I am the president.",
        "The owner has the last word, and that's me.",
        "Value for money is the decision maker here.",
        "Reliability is the key decision maker for us.",
        "Support is the main decision maker.",
        "Our boss has the final say, and I am the owner.",
        "Unser Chef entscheidet, und ich bin der Inhaber.",
        "La direction décide, et je suis le gérant.",
        "La direzione decide, e sono il titolare.",
        "De directie beslist, en ik ben de eigenaar.",
        "El director decide, y soy el gerente.",
    ],
)
def test_who_decides_alone_or_with_others_lacks_no_approval(text: str) -> None:
    assert score_of(text) is not Score.LOW


@pytest.mark.parametrize(
    "text",
    [
        "Our CFO has the final say.",
        "Management has the final say.",
        "Nobody here but the CFO has purchasing authority.",
        "I have no purchasing authority.",
        "My wife Jane is the decision maker.",
        "Anna is the decision maker.",
        "I am not the decision maker, our CEO is.",
        "The decision maker is my boss.",
        "My boss has the final say, I am only the assistant.",
        "The CFO has the final say and I am the IT manager.",
        "Quality management has the final say.",
        "Price matters, but the CFO is the decision maker.",
        "C'est notre directeur qui décide.",
        "No soy yo quien decide.",
        "Non sono io a decidere.",
        "Ik beslis dit niet.",
        "My manager has the final say, and I am his assistant.",
        "The CFO has the final say and I am the head of IT.",
        "Quality assurance is done by us, but the board has the final say.",
        "Our quality manager is the decision maker.",
        "The decision maker is our quality manager.",
        "The decision maker is our service team in Berlin.",
        "Jane is the decision maker, I only test it.",
        "The board has the final say before I sign.",
        "I decide nothing, the board has the final say.",
        "No one here but the owner has the authority.",
        "The owner has the final say, I am the owner's son.",
        "Unser Chef entscheidet, ich bin der Assistent.",
        "Der Vorstand entscheidet, ich bin nicht der Geschäftsführer.",
    ],
)
def test_what_somebody_else_decides_is_theirs_to_approve(text: str) -> None:
    assert score_of(text) is Score.LOW
