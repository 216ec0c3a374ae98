"""The alert rules: taken by Prometheus' own tool, about metrics that there are, at the limits that the portal uses."""

import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from models.db import Database
from states.duties_log import PATIENCE
from tests.actions.world import launched
from tests.conftest import Fresh
from tests.deploy.environment import DEPLOY
from tests.web.browser import Hands, place_of
from web import health
from web.health_words import WORDS
from web.metrics import Metrics

RULES = DEPLOY / "alerts.yml"
METRIC = re.compile(r"\bdanhgia_\w+")
CHECKS = re.compile(r'check=~?"([\w|]+)"')
LIMITS = {
    "LockIsLate": health.LATE_LOCK,
    "MailWaits": health.LATE_MAIL,
    "SignInMailWaits": health.LATE_SIGN_IN,
    "JobsAreLeftLying": PATIENCE,
    "EvidenceWaits": health.LATE_EVIDENCE,
}


def rules() -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def test_prometheus_takes_the_rules_and_they_fire_when_they_should() -> None:
    for command, file in (("check", RULES), ("test", Path(__file__).with_name("alerts_test.yml"))):
        done = subprocess.run(["promtool", command, "rules", file], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_is_about_metrics_and_checks_that_there_are(fresh_sqlite: Fresh) -> None:
    with fresh_sqlite() as url:
        database = Database(url)
        known = told_by(database, launched(database).launched_at)
        database.dispose()
    later = {"danhgia_chain_verified_ok"}
    for rule in rules().values():
        assert set(METRIC.findall(rule["expr"])) <= known | later, rule["alert"]
        assert {name for found in CHECKS.findall(rule["expr"]) for name in found.split("|")} <= WORDS.keys()
        assert rule["annotations"].keys() == {"summary", "todo"}
        assert rule["labels"]["severity"] in {"call", "look"}


def told_by(database: Database, now: datetime) -> set[str]:
    """The names of all metrics of a portal on a database."""
    metrics = Metrics(place_of(database, Hands(now)))
    metrics.requests.count("GET", "/", 200, 0.1)
    return set(METRIC.findall(metrics.text().decode()))


def test_limits_are_those_of_the_portal() -> None:
    found = rules()
    for name, limit in LIMITS.items():
        assert timedelta(seconds=float(found[name]["expr"].rpartition(">")[2])) == limit, name
    assert float(found["NoRoom"]["expr"].rpartition("<")[2]) == health.LEAST_ROOM
    urgent = {"LockIsLate": "lock", "MailWaits": "outbox", "EvidenceWaits": "evidence", "HistoryIsBroken": "chain",
              "JobsAreLeftLying": "jobs", "SignInMailWaits": "sign_in", "BackupIsLate": "backup", "NoRoom": "room",
              "HistoryIsNotVerified": "verified", "JobsFail": "failed_jobs", "MailIsLost": "lost_mail"}  # fmt: skip
    for name, check in urgent.items():
        can_wait = found[name]["labels"]["severity"] == "look"
        assert can_wait == (check in health.CAN_WAIT), name
