"""The same over every attack of the sets and our own (`make faults`), and what the benign mails are taken for."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.hostile.campaigns import attack_by_fields, attack_by_mail
from tests.hostile.invariants import breaches, ends
from tests.hostile.own_attacks import ATTACKS
from tests.hostile.scene import attacks_of, open_scene, placed, rows_of, strings_of

from leadwright.analyst import ReplyBrief
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.orders import gives_orders
from leadwright.db.engine import Database
from leadwright.domain.opt_out import opt_out_in, own_sentences

BATCH = 24  # leads of one office: fewer than a mailbox sends in a minute
MAILS, FIELDS = 23, 13  # batches


@pytest.mark.faults
@pytest.mark.parametrize("batch", range(MAILS))
def test_every_attack_by_mail(
    sqlite_database: Database, tmp_path: Path, shared_data: Path, record_property: Callable[..., None], batch: int
) -> None:
    attacks = attacks_of(shared_data)
    assert len(attacks) <= MAILS * BATCH
    chosen = attacks[batch::MAILS]
    with open_scene(sqlite_database, tmp_path, batch, [a.text for a in chosen[:8]]) as scene:
        attack_by_mail(scene, chosen)
        _report(record_property, scene.attacker.did, ends(scene), len(scene.office.sent), len(chosen))
        assert breaches(scene) == []


@pytest.mark.faults
@pytest.mark.parametrize("batch", range(FIELDS))
def test_every_attack_by_fields(
    sqlite_database: Database, tmp_path: Path, shared_data: Path, record_property: Callable[..., None], batch: int
) -> None:
    texts = [*(a.text for a in ATTACKS), *strings_of(shared_data)]
    assert len(texts) <= FIELDS * BATCH
    chosen = texts[batch::FIELDS]
    with open_scene(sqlite_database, tmp_path, 100 + batch, outreach=chosen[:8]) as scene:
        attack_by_fields(scene, chosen)
        _report(record_property, scene.attacker.did, ends(scene), len(scene.office.sent), len(chosen))
        assert breaches(scene) == []


@pytest.mark.faults
@pytest.mark.parametrize("batch", range(FIELDS))
def test_every_attack_without_a_model(
    sqlite_database: Database, tmp_path: Path, shared_data: Path, record_property: Callable[..., None], batch: int
) -> None:
    attacks = [*ATTACKS, *(placed(text, number) for number, text in enumerate(strings_of(shared_data)))]
    chosen = attacks[batch::FIELDS]
    texts = [a.text for a in chosen]
    with open_scene(sqlite_database, tmp_path, batch, texts[:8], texts[:8], with_model=False) as scene:
        attack_by_mail(scene, chosen)
        attack_by_fields(scene, texts)
        _report(record_property, scene.attacker.did, ends(scene), len(scene.office.sent), 2 * len(chosen))
        assert breaches(scene) == []


@pytest.mark.faults
def test_a_sample_on_both_databases(database: Database, tmp_path: Path) -> None:
    sample = random.Random(7).sample(ATTACKS, BATCH)
    with open_scene(database, tmp_path, 7, [a.text for a in sample[:8]]) as scene:
        attack_by_mail(scene, sample[: BATCH // 2])
        attack_by_fields(scene, [a.text for a in sample[BATCH // 2 :]])
        assert breaches(scene) == []


def test_honest_business_mails_are_no_orders_and_no_opt_outs(shared_data: Path) -> None:
    analyst = BuiltinAnalyst()
    texts = [row["text"] for row in rows_of(shared_data / "injection_benign_emails")]
    assert len(texts) > 100
    orders = [t for t in texts if any(map(gives_orders, own_sentences(t)))]
    leaving = [t for t in texts if opt_out_in(t) or analyst.read_reply(ReplyBrief("k", t, date(2026, 3, 2))).opt_out]
    assert len(orders) + len(leaving) <= 0.02 * len(texts)


def _report(
    record_property: Callable[..., None], did: Counter[str], end: Counter[str], sent: int, attacks: int
) -> None:
    """For `--junitxml`: what was run."""
    figures = {"attacks": attacks, "answers": did.total(), "mails": sent, **end}
    for name, value in figures.items():
        record_property(name, value)
