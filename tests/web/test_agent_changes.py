"""What Apply would change is said in words: criteria one by one, conditions as a sentence, people by name."""

from leadwright.actions.agent import Difference
from leadwright.domain.attributes import TABLES
from leadwright.web.changes import readable_changes

SIZE = {"name": "Size", "kind": "employees", "details": "over 100 employees", "must_have": False, "fields": []}


def test_a_changed_criterion_is_one_line_and_the_others_are_none() -> None:
    other = {**SIZE, "name": "Place", "details": "Germany"}
    after = [{**SIZE, "must_have": True, "fields": ["lead.numberofemployees"]}, other, {**SIZE, "name": "New"}]
    found = readable_changes([Difference("criteria", [SIZE, other], after)], TABLES, {})
    assert [(c.setting, c.applied, c.draft) for c in found] == [
        ("Size", "over 100 employees", "over 100 employees (must have; from lead.numberofemployees)"),
        ("New", "—", "over 100 employees"),
    ]
    moved = readable_changes([Difference("criteria", [SIZE, other], [other, SIZE])], TABLES, {})
    assert [(c.setting, c.draft) for c in moved] == [("Order", "Place, Size")]


def test_conditions_people_and_images_are_said_in_words() -> None:
    tree = {"all": [{"attribute": "statecode", "operator": "eq", "value": 0}]}
    found = readable_changes(
        [
            Difference("selection.conditions", None, tree),
            Difference("selection.seller_segments", [], [{"name": "Key accounts", "conditions": tree}]),
            Difference("assignment.sellers", [], ["id-1"]),
            Difference("profile.signature_html", "", "<b>Sam</b>"),
            Difference("profile.signature_image", "", "data:image/png;base64,AAAA"),
            Difference("email.use_news", True, False),
            Difference("assignment.team", None, "id-2"),
        ],
        TABLES,
        {"id-1": "Sam Seller", "id-2": "West"},
    )
    assert [c.draft for c in found] == [
        "Status equals Open", "Status equals Open", "Sam Seller", "an image", "No", "West",
    ]  # fmt: skip
    assert found[0].applied.startswith("Status equals Open and Rating equals Cold")
    assert (found[1].setting, found[1].applied) == ("Key accounts", "—")
    assert (found[2].section, found[2].address) == ("Assignment rules", "/agent/section/assignment")


def test_conditions_that_cannot_be_read_any_more_say_so() -> None:
    (told,) = readable_changes(
        [Difference("selection.conditions", None, {"all": [{"attribute": "boat", "operator": "eq", "value": 1}]})],
        TABLES,
        {},
    )
    assert "boat" in told.draft
