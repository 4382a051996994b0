"""The ways an attacker goes about it: by mail, and by the fields of a lead. Asserts nothing."""

from collections.abc import Sequence

from tests.hostile.own_attacks import Attack
from tests.hostile.scene import QUESTION, Scene

_PLACES = ("subject", "jobtitle", "companyname", "firstname", "lastname", "description", "address1_city", "websiteurl")
_LENGTHS = {"subject": 250, "description": 1_900, "websiteurl": 150}


def attack_by_mail(scene: Scene, attacks: Sequence[Attack]) -> None:
    """Each attack is the answer of a lead that had an honest first mail; then it writes again, and time passes.

    Every sixth asks in plain words not to be written to, and says the rest beside it.
    """
    scene.attacker.honest = {"read_lead", "write_mail"}
    cases = [scene.add_lead() for _ in attacks]
    scene.office.pass_days(0.02)
    scene.attacker.honest = set()
    reached = [(c, a) for c, a in zip(cases, attacks, strict=True) if scene.office.mails_to(c.address)]
    for case, attack in reached:
        scene.say(case, attack)
    scene.office.pass_days(0.02)
    for number, (case, attack) in enumerate(reached):
        case.leaver = number % 6 == 5
        last = "Please remove me from your list." if case.leaver else QUESTION
        scene.say(case, Attack("again", f"{last}\n\n{attack.text[:200]}"))
    scene.office.pass_days(8)


def attack_by_fields(scene: Scene, texts: Sequence[str]) -> None:
    """Each string stands in a field of a lead; the model that researches it and writes to it is the attacker's."""
    for number, text in enumerate(texts):
        place = _PLACES[number % len(_PLACES)]
        value = " ".join(text.split())[: _LENGTHS.get(place, 45)].strip()
        company = f"Quorvex{len(scene.cases) + 1:03}"
        given = {"companyname": f"{company} {value}", "websiteurl": f"https://evil.example/?q={number}"}
        scene.add_lead(**{place: given.get(place, value)})
    scene.office.pass_days(16)
