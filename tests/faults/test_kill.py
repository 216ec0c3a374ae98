"""`kill -9` in the midst of launch, lock, decide, announce and mail: nothing is lost and nothing doubled (DESIGN §6).

A killed act leaves the database as it was or as it is when done; then the same command is given again. Of mail, the
one in flight may come twice, with the same Message-ID.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import psycopg
import pytest
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Talk

from models.db import Database
from tests.faults.child import REFUSED, work
from tests.faults.processes import KILLED, LONGEST, killed_after, running, timed
from tests.faults.stages import Stage, Stages, opened
from tests.faults.whole import census, content
from tests.notifications.smtp import Postbox, serving

LOG = logging.getLogger(__name__)
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.faults) for seed in range(5, 55))]
ONCE = ("launch", "decide", "announce")
SOONER = 0.6
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


class Deadly(Postbox):
    """Takes mail, and while it answers the `last` one kills who sends it."""

    def __init__(self, last: int = 0, kill: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.last, self.kill = last, kill

    async def handle_DATA(self, server: SMTP, session: Talk, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.received) == self.last:
            self.kill()
        return answer


@contextmanager
def settled(url: str) -> Iterator[Database]:
    """The database, once the server has noticed that whoever was killed is gone."""
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            patience = time.monotonic() + LONGEST
            while connection.execute(OTHERS).fetchone() != (0,):
                assert time.monotonic() < patience, "the server still works for the dead"
                time.sleep(0.005)
    with opened(url) as database:
        yield database


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", [*ONCE, "lock"])
def test_a_killed_act_is_done_wholly_or_not_at_all_and_then_once(kind: str, seed: int, stages: Stages) -> None:
    stage = stages.of(kind)
    delay = Random(f"{kind}/{seed}").uniform(0, stage.seconds)
    is_killed = False
    while not is_killed:
        with stages.copy(stage.url) as url:
            LOG.warning("%s, seed %s: killed %.4f s into %.4f s", kind, seed, delay, stage.seconds)
            is_killed = killed_after(delay, work, kind, url) == KILLED
            demand_all_or_nothing(stage, kind, url)
        delay *= SOONER


def demand_all_or_nothing(stage: Stage, kind: str, url: str) -> None:
    with settled(url) as database:
        is_done = content(database) != stage.before
        if is_done:
            assert census(database) == stage.done
    code, _ = timed(work, kind, url)
    assert code == (REFUSED if is_done and kind in ONCE else 0)
    with settled(url) as database:
        content(database)
        assert census(database) == stage.done


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_mail_is_all_sent_and_only_the_one_in_flight_twice(seed: int, stages: Stages) -> None:
    """Killed at any time (even seeds), or while the server takes a mail whose sender never learns of it (odd)."""
    postbox = Deadly()
    with serving(postbox) as port:
        smtp = f"smtp://localhost:{port}?starttls=never"
        stage = stages.of("mail", smtp)
        postbox.received.clear()
        with stages.copy(stage.url) as url:
            killed_sending(stage, url, smtp, seed, postbox)
            demand_told_truly(url, postbox)
            assert timed(work, "mail", url, "1", smtp)[0] == 0
            demand_all_sent(stage, url, postbox)


def killed_sending(stage: Stage, url: str, smtp: str, seed: int, postbox: Deadly) -> None:
    """The last mail kills at the latest."""
    chance = Random(f"mail/{seed}")
    waiting = mails(stage)
    last, delay = (chance.randint(1, waiting), LONGEST) if seed % 2 else (waiting, chance.uniform(0, stage.seconds))
    LOG.warning("mail, seed %s: killed at mail %s or %.4f s into %.4f s", seed, last, delay, stage.seconds)
    with running(work, "mail", url, "0", smtp) as process:
        postbox.last, postbox.kill = last, process.kill
        process.go()
        process.end_within(delay)
        process.kill()
        assert process.end() == KILLED
    postbox.last = 0


def mails(stage: Stage) -> int:
    return sum(count for _, _, count, _ in stage.done["mails"])


def demand_told_truly(url: str, postbox: Postbox) -> None:
    """Whatever is marked as sent has come, and at most one has come that is not."""
    with settled(url) as database:
        content(database)
        sent = sum(row[2] for row in census(database)["mails"] if row[1] == "sent")
    assert len(postbox.received) - sent in {0, 1}


def demand_all_sent(stage: Stage, url: str, postbox: Postbox) -> None:
    with settled(url) as database:
        content(database)
        assert census(database) == stage.done
    waiting = mails(stage)
    assert len(set(postbox.ids())) == waiting
    assert len(postbox.received) - waiting in {0, 1}
    assert len(set(zip(postbox.ids(), map(tuple, postbox.recipients()), strict=True))) == waiting
