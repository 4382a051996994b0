"""A model that is wholly the attacker's, over every attack: no wrong recipient, no forbidden move, no secret out."""

import random
from pathlib import Path

import pytest
from tests.hostile.invariants import breaches, ends
from tests.hostile.own_attacks import ATTACKS, Attack
from tests.hostile.scene import QUESTION, Scene, attacks_of, open_scene

from leadwright.db.engine import Database

SEED = 20_261_125
BATCH = 24


def attack_by_mail(scene: Scene, attacks: list[Attack]) -> None:
    """Each attack is the answer of a lead that had an honest first mail; then time passes."""
    scene.attacker.honest = {"read_lead", "write_mail"}
    cases = [scene.add_lead() for _ in attacks]
    scene.office.pass_days(0.02)
    scene.attacker.honest = set()
    for case, attack in zip(cases, attacks, strict=True):
        if scene.office.mails_to(case.address):
            scene.say(case, attack)
    scene.office.pass_days(0.02)
    for case, attack in zip(cases, attacks, strict=True):
        if scene.office.mails_to(case.address):
            scene.say(case, Attack("again", f"{attack.text[:200]}\n\n{QUESTION}"))
    scene.office.pass_days(8)


def attack_by_fields(scene: Scene, attacks: list[Attack]) -> None:
    """Each attack stands in a field of the lead; the model that researches and writes is the attacker's throughout."""
    for number, attack in enumerate(attacks):
        line = " ".join(attack.text.split())
        company = f"Quorvex{len(scene.cases) + 1:03}"
        scene.add_lead(
            **(
                {"subject": line[:250]},
                {"jobtitle": line[:90]},
                {"companyname": f"{company} {line}"[:100]},
                {"firstname": line[:45]},
                {"lastname": line[:45]},
                {"description": attack.text[:1_900]},
                {"address1_city": line[:70]},
                {"websiteurl": f"https://evil.example/{number}"},
            )[number % 8]
        )
    scene.office.pass_days(16)


def test_a_sample_of_the_attacks_by_fields(sqlite_database: Database, tmp_path: Path) -> None:
    with open_scene(sqlite_database, tmp_path, SEED, [a.text for a in ATTACKS[:20]]) as scene:
        attack_by_fields(scene, random.Random(SEED).sample(ATTACKS, BATCH))
        print(ends(scene), scene.attacker.did, len(scene.office.sent))
        for b in breaches(scene): print("BREACH", b)
        assert not breaches(scene)


def test_a_sample_of_the_attacks_by_mail_moves_nothing_it_must_not(sqlite_database: Database, tmp_path: Path) -> None:
    with open_scene(sqlite_database, tmp_path, SEED) as scene:
        attack_by_mail(scene, random.Random(SEED).sample(ATTACKS, BATCH))
        print(ends(scene), scene.attacker.did)
        for b in breaches(scene): print("BREACH", b)
        assert not breaches(scene)
