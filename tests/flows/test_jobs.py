from datetime import timedelta

from flows import jobs
from flows.jobs import BACKOFF, LEASE, Errand, Outcome
from models.db import Database
from models.jobs import Job
from tests.actions.world import at

NOW = at("2024-11-05 02:00")
SECOND = timedelta(seconds=1)
SEAL = Errand("seal", "round:17", "2024-11-05")
VERIFY = Errand("verify", "installation:1", "2024-11-05")


def asked(database: Database, *errands: Errand) -> list[int]:
    with database.writing() as session:
        jobs.ask(session, errands, NOW)
        return jobs.waiting(session, ["seal", "verify"], NOW)


def test_asking_twice_is_asking_once(database: Database) -> None:
    assert len(asked(database, SEAL)) == 1
    assert len(asked(database, SEAL, VERIFY, VERIFY)) == 2


def test_what_is_missing_keeps_its_order(database: Database) -> None:
    asked(database, SEAL)
    other = SEAL._replace(occasion="2024-11-06")
    with database.reading() as session:
        assert jobs.missing(session, [other, SEAL, VERIFY, other]) == [other, VERIFY]
        assert jobs.missing(session, []) == []


def test_a_claimed_job_is_nobody_elses_until_its_lease_runs_out(database: Database) -> None:
    (key,) = asked(database, SEAL)
    with database.writing() as session:
        claimed = jobs.claim(session, key, NOW)
        assert claimed == (key, SEAL, 1)
        assert claimed.number == 17
        assert jobs.claim(session, key, NOW + LEASE - SECOND) is None
        assert jobs.next_due(session) == NOW + LEASE
        assert jobs.claim(session, key, NOW + LEASE) == (key, SEAL, 2)


def test_a_long_job_says_how_far_it_has_come_and_stays_ours(database: Database) -> None:
    (key,) = asked(database, SEAL)
    later = NOW + LEASE - SECOND
    with database.writing() as session:
        claimed = jobs.claim(session, key, NOW)
        assert claimed is not None
        assert jobs.tell(session, claimed, 40, later)
        assert session.get_one(Job, key, populate_existing=True).outcome == "40%"
        assert jobs.claim(session, key, NOW + LEASE) is None
        other = jobs.claim(session, key, later + LEASE)
        assert other is not None
        assert not jobs.tell(session, claimed, 60, later + LEASE)
        assert jobs.end(session, other, Outcome("xong"), later + LEASE)
        assert not jobs.tell(session, other, 99, later + LEASE)
    with database.reading() as session:
        assert session.get_one(Job, key).outcome == "xong"


def test_only_the_last_claim_may_end_a_job(database: Database) -> None:
    (key,) = asked(database, SEAL)
    with database.writing() as session:
        first = jobs.claim(session, key, NOW)
        second = jobs.claim(session, key, NOW + LEASE)
        assert first is not None
        assert second is not None
        assert not jobs.end(session, first, Outcome("một"), NOW + LEASE)
        assert jobs.end(session, second, Outcome("hai"), NOW + LEASE)
        assert not jobs.end(session, second, Outcome("ba"), NOW + LEASE)
        assert jobs.next_due(session) is None
    with database.reading() as session:
        job = session.get_one(Job, key)
        assert (job.status, job.outcome, job.ended_at) == ("done", "hai", NOW + LEASE)


def test_a_failing_job_is_put_off_ever_longer_and_then_given_up(database: Database) -> None:
    (key,) = asked(database, SEAL)
    now = NOW
    for wait in BACKOFF:
        with database.writing() as session:
            claimed = jobs.claim(session, key, now)
            assert claimed is not None
            assert jobs.put_off(session, claimed, "đĩa đầy", now)
            now += wait
            assert jobs.waiting(session, ["seal"], now - SECOND) == []
            assert jobs.waiting(session, ["seal"], now) == [key]
    with database.writing() as session:
        claimed = jobs.claim(session, key, now)
        assert claimed is not None
        assert jobs.put_off(session, claimed, "đĩa đầy", now)
    with database.reading() as session:
        job = session.get_one(Job, key)
        assert (job.status, job.outcome, job.attempts) == ("failed", "đĩa đầy", len(BACKOFF) + 1)
