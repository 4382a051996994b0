"""Reading criteria, their limits and errors, periods, and their words."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from leadwright.domain.attributes import TABLES
from leadwright.domain.selection import LIMIT, Condition, Criteria, Group, Operator, from_json, matches, sentence
from leadwright.domain.selection.operators import Needs, label, needs, operators_of
from leadwright.domain.selection.tree import default_criteria
from leadwright.errors import BadInput

NOW = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
NAMED = {"attribute": "name", "operator": "contains", "value": "AG"}
ROW = {"attribute": "jobtitle", "operator": "not-null"}


def one(attribute: str, operator: str, *values: Any, zone: str = "UTC") -> Criteria:
    beside = {"value": values[0]} if len(values) == 1 else {"values": list(values)} if values else {}
    return from_json({"all": [{"attribute": attribute, "operator": operator, **beside}], "timezone": zone})


def met(criteria: Criteria, **lead: Any) -> bool:
    return matches(criteria, lead, now=NOW)


def test_the_defaults_are_open_cold_not_referred_and_with_an_address() -> None:
    lead = {"statecode": 0, "leadqualitycode": 3, "leadsourcecode": None, "emailaddress1": "kim@northwind.example"}
    assert met(default_criteria(), **lead)
    for change in ({"statecode": 1}, {"leadqualitycode": 2}, {"leadsourcecode": 4}, {"emailaddress1": ""}):
        assert not met(default_criteria(), **{**lead, **change})


def test_ten_conditions_are_allowed_and_eleven_are_refused_with_their_number() -> None:
    related = {"related": "parentaccountid", "any": [{"attribute": "name", "operator": "not-null"}] * 3}
    tree = {"all": [*[ROW] * 4, {"any": [ROW] * 3}, related]}
    assert from_json(tree)
    tree["all"].append({"related": "parentcontactid", "exists": False})
    with pytest.raises(BadInput, match=f"There are 11 conditions; at most {LIMIT} .* Remove 1"):
        from_json(tree)


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        ([], "each entry is an object"),
        ({}, "A group is"),
        ({"any": []}, "at least one condition"),
        ({"all": [ROW], "more": 1}, "A group is"),
        ({"all": [{"attribute": "jobtitel", "operator": "eq", "value": "x"}]}, "Did you mean jobtitle"),
        ({"all": [{"attribute": ["x"], "operator": "eq"}]}, "has no column"),
        ({"all": [{"attribute": "revenue", "operator": "contains", "value": 1}]}, "does not take the operator"),
        ({"all": [{"attribute": "revenue", "operator": "eq", "value": "1"}]}, r"needs a number .* \(str\)"),
        ({"all": [{"attribute": "revenue", "operator": "eq", "value": True}]}, r"needs a number .* \(bool\)"),
        ({"all": [{"attribute": "revenue", "operator": "eq", "value": 10**400}]}, "needs a number"),
        ({"all": [{"attribute": "revenue", "operator": "eq", "value": float("nan")}]}, "needs a number"),
        ({"all": [{"attribute": "numberofemployees", "operator": "eq", "value": 1.5}]}, "a whole one"),
        ({"all": [{"attribute": "statecode", "operator": "eq", "value": 7}]}, "0 Open; 1 Qualified"),
        ({"all": [{"attribute": "createdon", "operator": "on", "value": "31.03.2026"}]}, "such as 2026-03-31"),
        ({"all": [{"attribute": "createdon", "operator": "last-x-days", "value": 0}]}, "from 1 to 10,000"),
        ({"all": [{"attribute": "createdon", "operator": "last-x-days"}]}, "takes a whole number"),
        ({"all": [{"attribute": "revenue", "operator": "between", "values": [2, 1]}]}, "Swap them"),
        ({"all": [{"attribute": "revenue", "operator": "between", "values": [2]}]}, "takes two values, but 1"),
        ({"all": [{"attribute": "jobtitle", "operator": "eq", "value": " "}]}, "not only spaces"),
        ({"all": [{"attribute": "jobtitle", "operator": "eq", "value": "a\x00"}]}, "no line breaks"),
        ({"all": [{"attribute": "jobtitle", "operator": "in", "values": []}]}, "a list of values"),
        ({"all": [{**ROW, "extra": 1}]}, "Unknown entries: extra"),
        ({"all": [{"related": "ownerid"}]}, "no lookup"),
        ({"all": [{"related": "parentaccountid", "exists": "no"}]}, "'exists' is true"),
        ({"all": [{"related": "parentaccountid", "all": [{"related": "parentcontactid"}]}]}, "the lead itself"),
        ({"all": [ROW], "timezone": "Mars/Olympus"}, "IANA name"),
        ({"all": [{"any": [{"any": [{"any": [{"any": [{"any": [ROW]}]}]}]}]}]}, "deep at most"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_remedy(tree: Any, says: str) -> None:
    with pytest.raises(BadInput, match=f"(?i){says}"):
        from_json(tree)


@pytest.mark.parametrize("operator", ["ne", "not-in", "not-contains", "not-begin-with", "not-end-with"])
def test_negative_operators_match_empty_columns(operator: str) -> None:
    assert met(one("jobtitle", operator, "Clerk"), jobtitle=None)
    assert met(one("jobtitle", operator, "Clerk"))


def test_wildcards_are_plain_letters() -> None:
    assert not met(one("jobtitle", "contains", "%"), jobtitle="Clerk")
    assert not met(one("jobtitle", "begins-with", "C_erk"), jobtitle="Clerk")
    assert met(one("jobtitle", "contains", "100%"), jobtitle="A 100% buyer")


@pytest.mark.parametrize(
    ("operator", "values", "inside", "outside"),
    [
        ("today", (), "2026-03-31T00:00", "2026-03-30T23:59"),
        ("yesterday", (), "2026-03-30T12:00", "2026-03-31T00:00"),
        ("tomorrow", (), "2026-04-01T23:59", "2026-04-02T00:00"),
        ("last-x-days", (3,), "2026-03-28T00:00", "2026-03-27T23:59"),
        ("last-x-days", (3,), "2026-03-31T22:30", "2026-03-31T22:31"),
        ("next-x-days", (3,), "2026-04-03T23:59", "2026-04-04T00:00"),
        ("last-x-hours", (2,), "2026-03-31T20:30", "2026-03-31T20:29"),
        ("next-x-hours", (2,), "2026-04-01T00:30", "2026-04-01T00:31"),
        ("last-x-weeks", (1,), "2026-03-24T00:00", "2026-03-23T23:59"),
        ("last-x-months", (1,), "2026-02-28T00:00", "2026-02-27T23:59"),
        ("last-x-years", (1,), "2025-03-31T00:00", "2025-03-30T23:59"),
        ("olderthan-x-months", (1,), "2026-02-27T23:59", "2026-02-28T00:00"),
        ("olderthan-x-hours", (1,), "2026-03-31T21:29", "2026-03-31T21:30"),
        ("this-week", (), "2026-03-30T00:00", "2026-03-29T23:59"),
        ("last-week", (), "2026-03-23T00:00", "2026-03-30T00:00"),
        ("next-week", (), "2026-04-06T00:00", "2026-04-13T00:00"),
        ("this-month", (), "2026-03-01T00:00", "2026-04-01T00:00"),
        ("next-month", (), "2026-04-30T23:59", "2026-05-01T00:00"),
        ("this-quarter", (), "2026-01-01T00:00", "2025-12-31T23:59"),
        ("last-quarter", (), "2025-10-01T00:00", "2026-01-01T00:00"),
        ("next-quarter", (), "2026-06-30T23:59", "2026-07-01T00:00"),
        ("last-year", (), "2025-12-31T23:59", "2026-01-01T00:00"),
        ("on", ("2026-03-30",), "2026-03-30T23:59", "2026-03-31T00:00"),
        ("not-on", ("2026-03-30",), "2026-03-31T00:00", "2026-03-30T00:00"),
        ("before", ("2026-03-30",), "2026-03-29T23:59", "2026-03-30T00:00"),
        ("on-or-before", ("2026-03-30",), "2026-03-30T23:59", "2026-03-31T00:00"),
        ("after", ("2026-03-30",), "2026-03-31T00:00", "2026-03-30T23:59"),
        ("on-or-after", ("2026-03-30",), "2026-03-30T00:00", "2026-03-29T23:59"),
        ("between", ("2026-03-01", "2026-03-30"), "2026-03-30T23:59", "2026-03-31T00:00"),
    ],
)
def test_periods_begin_and_end_where_they_say(
    operator: str, values: tuple[Any, ...], inside: str, outside: str
) -> None:
    criteria = one("createdon", operator, *values)
    assert met(criteria, createdon=datetime.fromisoformat(inside).replace(tzinfo=UTC))
    assert not met(criteria, createdon=datetime.fromisoformat(outside).replace(tzinfo=UTC))


def test_days_begin_at_midnight_of_the_criterias_time_zone() -> None:
    at = datetime(2026, 3, 31, 22, 5, tzinfo=UTC)  # 1 April in Berlin
    assert met(one("createdon", "on", "2026-04-01", zone="Europe/Berlin"), createdon=at)
    assert not met(one("createdon", "on", "2026-04-01"), createdon=at)
    assert met(one("estimatedclosedate", "today", zone="Europe/Berlin"), estimatedclosedate=date(2026, 4, 1))


def test_a_related_record_is_asked_for_data_or_for_none() -> None:
    large = {"attribute": "revenue", "operator": "ge", "value": 100}
    having = from_json({"all": [{"related": "parentaccountid", "all": [large]}]})
    lacking = from_json({"all": [{"related": "parentaccountid", "exists": False, "all": [large]}]})
    for account, has in (({"revenue": 100.0}, True), ({"revenue": 99.0}, False), (None, False)):
        assert matches(having, {}, {"parentaccountid": account}, now=NOW) is has
        assert matches(lacking, {}, {"parentaccountid": account}, now=NOW) is not has


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (one("leadsourcecode", "not-in", 2, 4), "Lead Source is not one of Employee Referral, Partner"),
        (one("revenue", "ge", 1_500_000), "Annual Revenue is at least 1,500,000"),
        (one("createdon", "last-x-days", 30), "Created On is in the last 30 days"),
        (one("createdon", "olderthan-x-months", 1), "Created On is older than 1 month"),
        (one("createdon", "this-week"), "Created On is this week"),
        (
            one("estimatedclosedate", "between", "2026-01-01", "2026-02-01"),
            "Est. Close Date is between 2026-01-01 and 2026-02-01",
        ),
        (one("decisionmaker", "eq", True), "Decision Maker? equals Yes"),
        (one("jobtitle", "null"), "Job Title does not contain data"),
        (
            from_json(
                {
                    "any": [
                        ROW,
                        {
                            "related": "parentaccountid",
                            "all": [{"attribute": "name", "operator": "contains", "value": "AG"}],
                        },
                    ]
                }
            ),
            "Job Title contains data or Parent Account for lead contains data, where Account Name contains AG",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(criteria: Criteria, words: str) -> None:
    assert sentence(criteria.root) == words


def test_every_operator_of_every_column_has_a_label_and_can_be_read() -> None:
    given = {Needs.ONE: {"value": None}, Needs.COUNT: {"value": 3}, Needs.NOTHING: {}}
    for attribute in TABLES["lead"].attributes.values():
        for operator in operators_of(attribute.kind):
            assert label(operator)
            if needs(operator) in (Needs.COUNT, Needs.NOTHING):
                assert from_json(
                    {"all": [{"attribute": attribute.name, "operator": operator, **given[needs(operator)]}]}
                )


def test_criteria_built_in_code_keep_the_limit_too() -> None:
    with pytest.raises(BadInput, match="There are 12 conditions"):
        Criteria(Group(True, (Condition("jobtitle", Operator.HAS_DATA),) * 12))
