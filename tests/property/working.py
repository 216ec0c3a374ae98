"""What units and appraisers do in a play."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import Session

from actions import appraise, assign, difficulties, explain, extension, self_assess
from actions.marks import Filled
from config.sheet import Entry
from tests.actions.world import best
from tests.property.playing import DAYS, Play, can, now_and_then, numbers, whoever, words

fillings = st.sampled_from(("best", "best", "worst", "nothing", "impossible"))


class Units(Play):
    """What units do."""

    def filled(self, key: int, how: str, some: int) -> dict[str, Filled]:
        sheet = self.programme(key).sheet_for(self.seen.dossiers[key]["kind"])
        if how == "best":
            return best(sheet)
        worst = {"worst": Entry(points=Decimal(0)), "impossible": Entry(points=Decimal(999)), "nothing": None}
        graded = [leaf.code for leaf in sheet.leaves() if leaf.kind in {"graded", "binary"}]
        return {code: Filled(worst[how]) for code in graded[some : some + 3]}

    def fill(self, session: Session, key: int, how: str, some: int, who: str | None) -> None:
        filled = self.filled(key, how, some)
        self_assess.save(session, key, filled, **self.as_(who, "officer", key))

    @precondition(can("start_self", "submit"))
    @rule(number=numbers, how=fillings, some=numbers, who=whoever)
    def save(self, number: int, how: str, some: int, who: str | None) -> None:
        key = self.key(number, "start_self", "submit")
        self.attempt(lambda session: self.fill(session, key, how, some, who))

    @precondition(can("submit"))
    @rule(number=numbers, who=whoever, behind=st.sampled_from((0, 0, 0, 1)))
    def submit(self, number: int, who: str | None, behind: int) -> None:
        key = self.key(number, "submit")
        version = self.seen.dossiers[key]["version"] - behind
        by = self.as_(who, "head", key)
        self.attempt(lambda session: self_assess.submit(session, key, version=version, **by))

    @precondition(can("start_self", "submit"))
    @rule(number=numbers, who=whoever)
    def fill_and_submit(self, number: int, who: str | None) -> None:
        self.save(number, "best", 0, None)
        self.submit(number, who, 0)

    @precondition(can("revise"))
    @rule(number=numbers, who=whoever)
    def revise(self, number: int, who: str | None) -> None:
        key = self.key(number, "revise")
        self.attempt(lambda session: self_assess.revise(session, key, **self.as_(who, "officer", key)))

    @precondition(can("revise", "submit"))
    @rule(number=numbers, how=fillings, some=numbers)
    def revise_and_fill(self, number: int, how: str, some: int) -> None:
        self.revise(number, None)
        self.save(number, how, some, None)

    @precondition(can("discard_revision"))
    @rule(number=numbers, who=whoever)
    def discard(self, number: int, who: str | None) -> None:
        key = self.key(number, "discard_revision")
        self.attempt(lambda session: self_assess.discard_revision(session, key, **self.as_(who, "officer", key)))

    @precondition(now_and_then)
    @rule(number=numbers, why=words, who=whoever)
    def raise_difficulty(self, number: int, why: str, who: str | None) -> None:
        key = self.key(number)
        self.attempt(lambda session: difficulties.raise_difficulty(session, key, why, **self.as_(who, "head", key)))

    @precondition(can("reopen"))
    @rule(number=numbers, why=words, who=whoever)
    def ask_extension(self, number: int, why: str, who: str | None) -> None:
        key = self.key(number, "reopen")
        self.attempt(lambda session: extension.ask_extension(session, key, why, **self.as_(who, "officer", key)))

    @precondition(can("answer_explanation"))
    @rule(some=numbers, why=words, who=whoever)
    def answer(self, some: int, why: str, who: str | None) -> None:
        asked = self.last("explanation_request")
        items = [row["criterion"] for row in self.seen.tables["explanation_item"] if row["request_id"] == asked]
        about = [row["assessment_id"] for row in self.seen.tables["explanation_request"] if row["id"] == asked]
        by = self.as_(who, "officer", about[0] if about else None)
        texts = dict.fromkeys(items[some % 2 :] or items, why)
        self.attempt(lambda session: explain.answer(session, asked, texts, **by))


class Appraisers(Play):
    """What the appraisal does."""

    @precondition(can("start_appraisal", "conclude_appraisal"))
    @rule(number=numbers, who=whoever)
    def assign(self, number: int, who: str | None) -> None:
        key, account_id = (
            self.key(number, "start_appraisal", "conclude_appraisal"),
            self.world.appraiser.account_id or 0,
        )
        round_id = self.seen.dossiers[key]["round_id"]
        self.attempt(lambda session: assign.assign(session, round_id, [key], account_id, **self.as_(who, "lead")))

    @precondition(can("start_appraisal"))
    @rule(number=numbers, who=whoever)
    def start(self, number: int, who: str | None) -> None:
        key = self.key(number, "start_appraisal")
        self.attempt(lambda session: appraise.start(session, key, **self.as_(who, "lead")))

    @precondition(can("conclude_appraisal"))
    @rule(number=numbers, why=words, some=numbers, points=st.sampled_from((0, 1, 99)), who=whoever)
    def mark(self, number: int, why: str, some: int, points: int, who: str | None) -> None:
        key = self.key(number, "conclude_appraisal")
        filled = {code: Filled(Entry(points=Decimal(points)), why) for code in self.codes(key)[some : some + 2]}
        self.attempt(lambda session: appraise.save_marks(session, key, filled, **self.as_(who, "lead")))

    @precondition(can("conclude_appraisal"))
    @rule(number=numbers, who=whoever)
    def agree(self, number: int, who: str | None) -> None:
        key, by = self.key(number, "conclude_appraisal"), self.as_(who, "lead")

        def agree(session: Session) -> None:
            shown = appraise.untouched(session, key, actor=by["actor"])
            appraise.agree_untouched(session, key, "", shown, **by)

        self.attempt(agree)

    @precondition(can("conclude_appraisal"))
    @rule(number=numbers, who=whoever)
    def conclude(self, number: int, who: str | None) -> None:
        key = self.key(number, "conclude_appraisal")
        self.attempt(lambda session: appraise.conclude(session, key, **self.as_(who, "lead")))

    @precondition(can("start_appraisal", "conclude_appraisal"))
    @rule(number=numbers)
    def appraise_whole(self, number: int) -> None:
        self.start(number, None)
        self.agree(number, None)
        self.conclude(number, None)

    @precondition(can("reopen_appraisal"))
    @rule(number=numbers, why=words, who=whoever)
    def reopen_appraisal(self, number: int, why: str, who: str | None) -> None:
        key = self.key(number, "reopen_appraisal")
        self.attempt(lambda session: appraise.reopen(session, key, why, **self.as_(who, "lead")))

    @precondition(can("ask_explanation"))
    @rule(number=numbers, some=numbers, why=words, days=st.sampled_from((None, *DAYS)), who=whoever)
    def ask(self, number: int, some: int, why: str, days: int | None, who: str | None) -> None:
        key = self.key(number, "ask_explanation")
        closes_at = self.now + timedelta(days=days) if days else None
        criteria, by = self.codes(key)[some : some + 2], self.as_(who, "lead")
        self.attempt(lambda session: explain.ask(session, key, criteria, why, closes_at=closes_at, **by))

    @precondition(can("expire_explanation"))
    @rule(why=words, who=whoever)
    def withdraw(self, why: str, who: str | None) -> None:
        asked = self.last("explanation_request")
        self.attempt(lambda session: explain.withdraw(session, asked, why, **self.as_(who, "lead")))
