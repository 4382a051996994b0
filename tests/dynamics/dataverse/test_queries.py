"""The query language over real rows: filters, order, pages, counts, expansions, groups."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.dynamics.dataverse.conftest import Organisation, Refusal

from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.world import World

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    """Five leads on different days, named A to E; tests only read them."""
    return dated(tmp_path_factory.mktemp("dated"))


@pytest.fixture
def own_rows(tmp_path: Path) -> Organisation:
    """The same for a test that adds to them."""
    return dated(tmp_path / "dated")


def dated(folder: Path) -> Organisation:
    moment = [NOW]
    found = Organisation(World(folder, clock=lambda: moment[0]))
    account = records.create(found.world, "account", {"name": "Contoso"}, by=found.administrator)
    for name, days, values in (
        ("A", 0, {"revenue": 100.0, "leadqualitycode": 1, "parentaccountid": account}),
        ("B", 1, {"revenue": 200.0, "leadqualitycode": 2, "emailaddress1": "b@100%.example"}),
        ("C", 8, {"revenue": 300.0, "leadqualitycode": 2, "emailaddress1": "C@Contoso.example"}),
        ("D", 40, {"leadqualitycode": 3, "companyname": "O'Neil_Sons", "donotemail": True}),
        ("E", 400, {"revenue": 300.0, "leadqualitycode": 3, "estimatedclosedate": "2026-03-18"}),
    ):
        moment[0] = NOW - timedelta(days=days)
        found.lead(lastname=name, firstname=None, **values)
    moment[0] = NOW
    return found


def names(client: TestClient, where: str, more: str = "") -> str:
    answer = client.get("leads", params={"$select": "lastname", "$orderby": "lastname", "$filter": where})
    assert answer.status_code == 200, answer.text
    return "".join(one["lastname"] for one in answer.json()["value"])


FILTERS = [
    ("lastname eq 'a'", "A"),
    ("lastname ne 'A' and revenue gt 100", "BCE"),
    ("revenue eq null", "D"),
    ("revenue ne null and (revenue le 100 or revenue ge 300)", "ACE"),
    ("revenue ne 300", "ABD"),
    ("not (revenue eq 300)", "ABD"),
    ("not contains(companyname,'neil')", "ABCE"),
    ("companyname eq 'O''Neil_Sons'", "D"),
    ("contains(companyname,'_')", "D"),
    ("contains(emailaddress1,'100%')", "B"),
    ("startswith(emailaddress1,'c@')", "C"),
    ("endswith(emailaddress1,'CONTOSO.example')", "C"),
    ("donotemail", "D"),
    ("donotemail eq false and leadqualitycode in (1,3)", "AE"),
    ("lastname in ('A','e')", "AE"),
    ("leadqualitycode eq 2 or lastname eq 'E'", "BCE"),
    ("parentaccountid/name eq 'contoso'", "A"),
    ("_parentaccountid_value ne null", "A"),
    ("createdon ge 2026-03-17T12:00:00Z", "AB"),
    ("createdon ge 2026-03-17T13:00:00%2B01:00".replace("%2B", "+"), "AB"),
    ("createdon gt 2026-03-17T11:59:59.5Z and createdon lt 2026-03-17T12:00:00.5Z", "B"),
    ("createdon eq 2026-03-17T12:00:00.5Z", ""),
    ("createdon lt 2026-01-01", "E"),
    ("estimatedclosedate eq 2026-03-18", "E"),
    ("year(createdon) eq 2026 and month(createdon) eq 3", "ABC"),
    ("Microsoft.Dynamics.CRM.Today(PropertyName='createdon')", "A"),
    ("Microsoft.Dynamics.CRM.Yesterday(PropertyName='createdon')", "B"),
    ("Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='2026-03-10')", "C"),
    ("Microsoft.Dynamics.CRM.NotOn(PropertyName='createdon',PropertyValue='2026-03-10')", "ABDE"),
    ("Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='createdon',PropertyValue='2026-03-10')", "ABC"),
    ("Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='createdon',PropertyValue='2026-03-10')", "CDE"),
    ("Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=7)", "AB"),
    ("Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue='8')", "ABC"),
    ("Microsoft.Dynamics.CRM.Last7Days(PropertyName='createdon')", "AB"),
    ("Microsoft.Dynamics.CRM.LastXMonths(PropertyName='createdon',PropertyValue=2)", "ABCD"),
    ("Microsoft.Dynamics.CRM.OlderThanXYears(PropertyName='createdon',PropertyValue=1)", "E"),
    ("Microsoft.Dynamics.CRM.ThisWeek(PropertyName='createdon')", "AB"),
    ("Microsoft.Dynamics.CRM.LastWeek(PropertyName='createdon')", "C"),
    ("Microsoft.Dynamics.CRM.ThisMonth(PropertyName='createdon')", "ABC"),
    ("Microsoft.Dynamics.CRM.LastYear(PropertyName='createdon')", "E"),
    ("Microsoft.Dynamics.CRM.Between(PropertyName='revenue',PropertyValues=['150','250'])", "B"),
    ("Microsoft.Dynamics.CRM.Between(PropertyName='createdon',PropertyValues=['2026-03-10','2026-03-17'])", "BC"),
    ("Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=['A','B'])", "AB"),
    ("Microsoft.Dynamics.CRM.NotIn(PropertyName='lastname',PropertyValues=['A','B'])", "CDE"),
    ("Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')", "ABCDE"),
    ("Lead_Annotation/any()", ""),
    ("not Lead_Annotation/any(n:contains(n/subject,'x'))", "ABCDE"),
    ("Lead_Annotation/all(n:n/subject eq 'x')", "ABCDE"),
]


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_a_filter_finds_what_it_says(rows: Organisation, where: str, expected: str) -> None:
    assert names(rows.admin, where.replace("'ownerid'", "'_ownerid_value'")) == expected


BAD = [
    ("lastname eq", "Syntax error at position"),
    ("lastname eq 'A' und true", "Syntax error at position"),
    ("(lastname eq 'A'", "Syntax error at position"),
    ("lastname eq 'A", "Syntax error at position"),
    ("nonsense eq 1", "Could not find a property named 'nonsense' on type 'Microsoft.Dynamics.CRM.lead'."),
    ("lastname eq 5", "Found operand types 'Edm.String' and 'Edm.Int32' for operator kind 'Equal'."),
    ("revenue eq 'many'", "operator kind 'Equal'"),
    ("_ownerid_value eq 5", "Edm.Guid"),
    ("nonsense(lastname,'A')", "An unknown function with name 'nonsense' was found."),
    ("Microsoft.Dynamics.CRM.Sometimes(PropertyName='createdon')", "does not exist"),
    ("Microsoft.Dynamics.CRM.LastXDays(PropertyName='lastname',PropertyValue=7)", "not valid for the attribute"),
    ("parentaccountid/nonsense eq 1", "'nonsense' on type 'Microsoft.Dynamics.CRM.account'"),
    ("lastname eq 'x' or " * 4 + "'; DROP TABLE dv_lead; --' eq lastname", ""),
    ("(" * 200 + "lastname eq 'A'" + ")" * 200, "node count limit"),
]


@pytest.mark.parametrize(("where", "words"), BAD)
def test_a_filter_that_is_wrong_is_refused_with_the_place(
    rows: Organisation, refusal: Refusal, where: str, words: str
) -> None:
    answer = rows.admin.get("leads", params={"$filter": where})
    if not words:
        assert answer.json()["value"] == []
        return
    status, code, message = refusal(answer)
    assert (status, code) == (400, "0x80060888")
    assert words in message


def test_pages_follow_the_next_link_without_gap_or_repeat_in_any_order(own_rows: Organisation) -> None:
    admin = own_rows.admin
    for number in range(20):
        own_rows.lead(lastname=f"F{number:02}", revenue=float(number % 3) if number % 4 else None)
    for order in ("", "revenue asc", "revenue desc", "leadqualitycode desc,revenue asc", "createdon desc"):
        seen, pages = [], 0
        address = "leads?$select=lastname" + (f"&$orderby={order}" if order else "")
        while address:
            body = admin.get(address, headers={"Prefer": "odata.maxpagesize=4"}).json()
            seen += [one["lastname"] for one in body["value"]]
            pages += 1
            address = body.get("@odata.nextLink", "")
        assert pages == 7
        assert len(seen) == len(set(seen)) == 25
        whole = admin.get("leads?$select=lastname" + (f"&$orderby={order}" if order else "")).json()["value"]
        assert seen == [one["lastname"] for one in whole]


def test_top_gives_no_next_link_and_counts_are_told(rows: Organisation, refusal: Refusal) -> None:
    admin = rows.admin
    body = admin.get("leads?$top=2&$count=true", headers={"Prefer": "odata.maxpagesize=2"}).json()
    assert (len(body["value"]), body["@odata.count"]) == (2, 5)
    assert "@odata.nextLink" not in body
    assert admin.get("leads/$count?$filter=revenue eq 300").text == "2"
    assert refusal(admin.get("leads?$skiptoken=nonsense"))[:2] == (400, "0x80060888")
    annotated = admin.get("leads?$top=1", headers={"Prefer": 'odata.include-annotations="*"'}).json()
    assert annotated["@Microsoft.Dynamics.CRM.totalrecordcount"] == -1


def test_expansions_bring_one_row_and_many(own_rows: Organisation, refusal: Refusal) -> None:
    admin = own_rows.admin
    lead = admin.get("leads?$filter=lastname eq 'A'").json()["value"][0]["leadid"]
    for subject in ("One", "Two", "Three"):
        admin.post("annotations", json={"subject": subject, "objectid_lead@odata.bind": f"/leads({lead})"})
    notes = "Lead_Annotation($select=subject;$orderby=subject desc;$top=2)"
    expand = f"parentaccountid($select=name),ownerid($select=fullname),{notes}"
    found = admin.get(f"leads?$select=lastname&$orderby=lastname&$expand={expand}").json()["value"]
    assert [one["parentaccountid"] and one["parentaccountid"]["name"] for one in found] == ["Contoso", *[None] * 4]
    assert found[0]["ownerid"]["fullname"] == "Avery Admin"
    assert [note["subject"] for note in found[0]["Lead_Annotation"]] == ["Two", "Three"]
    assert found[1]["Lead_Annotation"] == []
    filtered = f"leads({lead})?$select=lastname&$expand=Lead_Annotation($filter=contains(subject,'t');$select=subject)"
    assert len(admin.get(filtered).json()["Lead_Annotation"]) == 2
    assert refusal(admin.get("leads?$expand=nonsense"))[:2] == (400, "0x80060888")
    assert refusal(admin.get("leads?$select=nonsense"))[:2] == (400, "0x80060888")


def test_groups_are_counted_and_summed(rows: Organisation, refusal: Refusal) -> None:
    admin = rows.admin
    grouped = admin.get("leads?$apply=groupby((leadqualitycode),aggregate($count as n,revenue with sum as total))")
    found = {one["leadqualitycode"]: (one["n"], one["total"]) for one in grouped.json()["value"]}
    assert found == {1: (1, 100.0), 2: (2, 500.0), 3: (2, 300.0)}
    filtered = admin.get("leads?$apply=filter(revenue gt 100)/aggregate(revenue with average as mean)").json()
    assert filtered["value"] == [{"mean": pytest.approx(800 / 3)}]
    assert refusal(admin.get("leads?$apply=compute(1)"))[0] == 400


def test_names_of_options_may_be_encoded_and_spaces_be_plus(rows: Organisation) -> None:
    address = (
        "leads?%24select=lastname&%24filter=statecode+eq+0+and+lastname+eq+%27A%27&%24orderby=createdon+desc&%24top=5"
    )
    assert [one["lastname"] for one in rows.admin.get(address).json()["value"]] == ["A"]


def fetch(client: TestClient, inner: str, head: str = "") -> dict[str, object]:
    xml = f'<fetch {head}><entity name="lead">{inner}</entity></fetch>'
    answer = client.get("leads", params={"fetchXml": xml})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


FETCHED = [
    ('<condition attribute="revenue" operator="ge" value="200"/>', "BCE"),
    ('<condition attribute="lastname" operator="in"><value>A</value><value>E</value></condition>', "AE"),
    ('<condition attribute="emailaddress1" operator="like" value="%contoso%"/>', "C"),
    ('<condition attribute="emailaddress1" operator="null"/>', "ADE"),
    ('<condition attribute="createdon" operator="last-x-days" value="7"/>', "AB"),
    ('<condition attribute="ownerid" operator="eq-userid"/>', "ABCDE"),
    ('<condition attribute="donotemail" operator="eq" value="1"/>', "D"),
    ('<filter type="or"><condition attribute="lastname" operator="eq" value="A"/>'
     '<condition attribute="lastname" operator="eq" value="B"/></filter>', "AB"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "expected"), FETCHED)
def test_fetchxml_finds_what_it_says(rows: Organisation, condition: str, expected: str) -> None:
    inner = f'<attribute name="lastname"/><order attribute="lastname"/><filter>{condition}</filter>'
    found = fetch(rows.admin, inner)["value"]
    assert isinstance(found, list)
    assert "".join(one["lastname"] for one in found) == expected


def test_fetchxml_links_tables_and_pages(rows: Organisation, refusal: Refusal) -> None:
    link = '<link-entity name="account" from="accountid" to="parentaccountid" alias="a"{}><attribute name="name"/>{}</link-entity>'  # noqa: E501
    inner = '<attribute name="lastname"/><order attribute="lastname"/>'
    found = fetch(rows.admin, inner + link.format("", ""))["value"]
    assert [(one["lastname"], one["a.name"]) for one in found] == [("A", "Contoso")]  # type: ignore[attr-defined]
    outer = fetch(rows.admin, inner + link.format(' link-type="outer"', ""))["value"]
    assert len(outer) == 5  # type: ignore[arg-type]
    none = '<filter><condition attribute="name" operator="eq" value="x"/></filter>'
    assert fetch(rows.admin, inner + link.format("", none))["value"] == []
    first = fetch(rows.admin, inner, 'count="2" page="1"')
    assert first["@Microsoft.Dynamics.CRM.morerecords"] is True
    last = fetch(rows.admin, inner, 'count="2" page="3"')
    assert [one["lastname"] for one in last["value"]] == ["E"]  # type: ignore[attr-defined]
    assert last["@Microsoft.Dynamics.CRM.morerecords"] is False
    for bad in ("<fetch", '<!DOCTYPE x><fetch><entity name="lead"/></fetch>', '<fetch><entity name="account"/></fetch>',
                '<fetch><entity name="lead"><attribute name="nonsense"/></entity></fetch>'):  # fmt: skip
        assert refusal(rows.admin.get("leads", params={"fetchXml": bad}))[0] == 400


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT TOP 2 lastname FROM lead ORDER BY lastname DESC", "ED"),
        ("SELECT lastname FROM lead WHERE revenue >= 200 AND lastname <> 'B' ORDER BY lastname", "CE"),
        ("select l.lastname from lead l where l.emailaddress1 like '%contoso%'", "C"),
        ("SELECT lastname FROM lead WHERE companyname IS NOT NULL", "D"),
        ("SELECT lastname FROM lead WHERE lastname IN ('A', 'E') ORDER BY lastname", "AE"),
        ("SELECT lastname FROM lead WHERE parentaccountid IS NOT NULL", "A"),
    ],
)
def test_sql_finds_what_it_says(rows: Organisation, statement: str, expected: str) -> None:
    answer = rows.admin.get("leads", params={"sql": statement})
    assert answer.status_code == 200, answer.text
    assert "".join(one["lastname"] for one in answer.json()["value"]) == expected


def test_sql_that_is_no_select_of_the_table_is_refused(rows: Organisation, refusal: Refusal) -> None:
    for bad in (
        "DROP TABLE dv_lead",
        "SELECT name FROM account",
        "SELECT x FROM lead",
        "SELECT lastname FROM lead WHERE",
    ):
        assert refusal(rows.admin.get("leads", params={"sql": bad}))[0] == 400
