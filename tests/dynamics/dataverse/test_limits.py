"""Service protection: requests, execution time and concurrency of each user, counted for real."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.dynamics.dataverse.conftest import Organisation, Refusal

from leadwright.sandbox.dynamics.dataverse import limits
from leadwright.sandbox.dynamics.world import World


def test_requests_are_counted_for_each_user_over_five_minutes(tmp_path: Path, refusal: Refusal) -> None:
    moment = [datetime(2026, 3, 1, tzinfo=UTC)]
    organisation = Organisation(World(tmp_path / "dated", clock=lambda: moment[0]))
    admin = organisation.admin
    _, other = organisation.user("sam@contoso.com", "Salesperson")
    organisation.world.break_it("service limits", {"requests": 5})
    left = [admin.get("WhoAmI").headers["x-ms-ratelimit-burst-remaining-xrm-requests"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    answer = admin.get("WhoAmI")
    text = "Number of requests exceeded the limit of 5 over time window of 300 seconds."
    assert refusal(answer) == (429, "0x80072322", text)
    first = int(answer.headers["Retry-After"])
    assert first == 300
    assert int(admin.get("WhoAmI").headers["Retry-After"]) > first
    assert other.get("WhoAmI").status_code == 200
    moment[0] += timedelta(seconds=300)
    assert admin.get("WhoAmI").status_code == 200
    organisation.world.close()


def test_execution_time_counts_and_a_batch_is_one_request(organisation: Organisation, refusal: Refusal) -> None:
    admin, world = organisation.admin, organisation.world
    world.break_it("slow dataverse", 0.05)
    world.break_it("service limits", {"seconds": 0.08})
    assert [admin.get("WhoAmI").status_code for _ in range(2)] == [200, 200]
    status, code, words = refusal(admin.get("WhoAmI"))
    assert (status, code) == (429, "0x80072321")
    assert "Combined execution time of incoming requests exceeded limit of 80 milliseconds" in words
    count, seconds = limits.used(world, organisation.administrator)
    assert count == 2
    assert seconds >= 0.1


def test_more_requests_at_once_than_allowed_are_refused(organisation: Organisation, refusal: Refusal) -> None:
    admin, world = organisation.admin, organisation.world
    world.break_it("slow dataverse", 0.5)
    world.break_it("service limits", {"concurrent": 3})
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: admin.get("WhoAmI"), range(6)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(answers) - len(refused) == 3
    assert {refusal(answer)[1] for answer in refused} == {"0x80072326"}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert admin.get("WhoAmI").status_code == 200
