"""A round with dossiers in every state, an account for every relation, and texts in them that may leak."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from httpx2 import Client
from sqlmodel import Session, select

from actions import evidence_files, explain, self_assess, tokens
from actions import sessions as kept
from actions.accounts import add_account, grant
from actions.appraise import agree_untouched, conclude, save_marks, start, untouched
from actions.assign import assign, confirm_no_conflict
from actions.correcting import RemoveSubject
from actions.decide import Result
from actions.documents import put_document
from actions.evidence_files import New
from actions.marks import Filled
from actions.sessions import Visit
from config.vocabulary import Relation
from models.approvals import Approval
from models.db import Database, run
from models.evidence import Evidence
from models.opinions import Opinion, OpinionRequest
from models.people import Account, Grant, Subject
from models.rounds import Round as OneRound
from states.actor import Actor, account
from tests.actions.checked import check_all
from tests.actions.later import DECIDING, LOCKED, announced, decided, in_appraisal, in_decision
from tests.actions.world import CONSOLE, World, best, best_entry, launched, sheet_of, submit
from tests.keeping import keep
from tests.web.browser import ADDRESS, Browser, Hands, place_of
from tests.web.line import Line
from web.app import create_app

EARLY: Final = {"assigned": 0, "self_assessing": 1, "submitted": 2}
LATE: Final = {"appraising": 3, "explaining": 4, "decided": 5, "announced": 6}
OTHER: Final = 7
"""The dossier of the unit that has nothing to do with the others; it is announced in the end."""
SUBJECTS: Final = 8
UNITS: Final = ("officer", "head")
UNSENT: Final = frozenset({"assigned", "self_assessing"})
AFTER_CONFIRMING: Final = (
    "/appraise",
    "/appraise/agree",
    "/appraise/conclude",
    "/questions",
    "/questions/{request_id:id}/withdraw",
)
"""Forms of the desk that take nothing of an appraiser who has not denied a conflict of interest."""
APPRAISERS: Final = {"appraiser": "appraiser", "undeclared": "appraiser", "unassigned": "", "lead": "lead"}
"""Who has a desk, and in which relation each stands to the dossiers."""
STRANGERS: Final = ("nobody", "neighbour", "unassigned", "ungranted", "beside", "elsewhere")
"""Who stands in no relation to the dossiers; the last two have a role beside another body, or in another round."""
ASKED_BY: Final = "administrator"
"""Who asks for what waits for a second person."""
LIMITED: Final = {"beside": "authority", "elsewhere": "administrator"}
WHO: Final = (*(one for one in Relation if one != Relation.SYSTEM), "undeclared", *STRANGERS)


def relation_of(who: str) -> str:
    """The one relation of an account to the dossiers that are walked; "" for none."""
    return "" if who in STRANGERS else APPRAISERS.get(who, who)


@dataclass
class Round:
    """The round, who is who, and the browsers; `states` tells where each dossier stands."""

    database: Database
    world: World
    folder: Path
    hands: Hands
    actors: dict[str, Actor] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    browsers: dict[tuple[str, int], Browser] = field(default_factory=dict)
    questions: dict[int, int] = field(default_factory=dict)
    request: int = 0
    approval: int = 0

    @property
    def code(self) -> str:
        """The criterion that bears the texts."""
        return self.world.programme.sheets[0].sheet.leaves()[0].code

    def actor(self, who: str, number: int) -> Actor | None:
        """The account that stands so to a dossier; None for nobody."""
        if who in UNITS:
            return (self.world.officers if who == "officer" else self.world.heads)[number]
        return self.actors.get(who)

    def browser(self, who: str, number: int) -> Browser:
        """The browser of that account, signed in where it is one."""
        return self.browsers[(who, number if who in UNITS else 0)]

    def evidence(self, number: int) -> int:
        """A file of the dossier; of another unit's where it has none."""
        with self.database.reading() as session:
            of = {one.assessment_id: one.id for one in session.exec(select(Evidence))}
        keys = self.world.assessment_ids
        return of.get(keys[number], of[keys[OTHER]])

    def rows(self) -> int:
        """How much has happened so far."""
        with self.database.reading() as session:
            tables = ("history", "mark", "evidence", "assessment", "outbox", "job", "approval", "account_grant")
            counted = f"SELECT {' + '.join(f'(SELECT count(*) FROM {table})' for table in tables)}"
            return int(run(session, counted).fetchall()[0][0])


def secret(kind: str, number: int) -> str:
    """A text that stands nowhere else."""
    return f"mat-{kind}-{number}z"


SECRET: Final = re.compile(r"mat-([a-z]+)-(\d+)z")
KINDS: Final = ("name", "note", "file", "content", "question", "reason", "opinion", "answer")


def early(database: Database, folder: Path) -> Round:
    """Before the deadline: dossiers assigned, begun and submitted."""
    world = launched(database, subjects=SUBJECTS)
    made = Round(database, world, folder, Hands(world.launched_at + timedelta(days=1)))
    with database.writing() as session:
        made.actors = _actors(session, made)
        _rename(session, world)
    for number in (1, 2, *LATE.values(), OTHER):
        _hand_in(made, number, submits=number != EARLY["self_assessing"])
    with database.writing() as session:
        _assign(session, made)
        made.request = _consult(session, made)
        made.approval = _ask_approval(session, made)
    made.states = dict.fromkeys(range(SUBJECTS), "submitted") | {number: state for state, number in EARLY.items()}
    _sign_in(made, EARLY.values())
    return made


def late(made: Round) -> None:
    """After the deadline: dossiers appraised, asked about, decided and announced, in the round that decides."""
    database, world, keys = made.database, made.world, made.world.assessment_ids
    in_appraisal(database, world=world)
    with database.writing() as session:
        _add_undeclared(session, made, LOCKED)
        for number in (*LATE.values(), OTHER):
            _appraise(session, made, number, concludes=number not in {LATE["appraising"], LATE["explaining"]})
    in_decision(database, world=world, appraise=())
    decided(database, world, [Result(keys[LATE["decided"]])])
    told = decided(database, world, [Result(keys[LATE["announced"]]), Result(keys[OTHER])])
    announced(database, world, told)
    made.states |= {number: state for state, number in LATE.items()} | {OTHER: "announced"}
    made.hands.at = DECIDING + timedelta(hours=2)
    _sign_in(made, LATE.values())


def _actors(session: Session, made: Round) -> dict[str, Actor]:
    world, now = made.world, made.world.launched_at
    roles = {"secretary": "secretary", "opinion_giver": "opinion_giver", "unassigned": "appraiser"}
    actors = {who: _account(session, who, role, now) for who, role in roles.items()}
    actors["superior"] = _account(session, "superior", "", now)
    actors["neighbour"] = world.officers[OTHER]
    actors["ungranted"] = _account(session, "ungranted", "", now)
    actors["beside"] = _limited(session, "beside", now, body="btv")
    actors["elsewhere"] = _limited(session, "elsewhere", now, round_id=other_round(session, world.round_id))
    parent = Subject(code="cap-tren", name="Cấp trên", kind="dang_bo_quan_huyen")
    session.add(parent)
    session.flush()
    superior = actors["superior"].account_id or 0
    session.add(Grant(account_id=superior, role="officer", subject_id=parent.id, granted_at=now))
    run(session, "UPDATE subject SET parent_id = :parent WHERE id <> :parent", {"parent": parent.id})
    staff = ("appraiser", "lead", "authority", "administrator", "reader", "auditor")
    return actors | {who: getattr(world, who) for who in staff}


def _account(session: Session, who: str, role: str, now: datetime) -> Actor:
    key = add_account(session, f"{who}@ma-tran.example", name=who, actor=CONSOLE, now=now)
    if role:
        grant(session, key, role, actor=CONSOLE, now=now)
    return account(key)


def _limited(
    session: Session, who: str, now: datetime, *, body: str | None = None, round_id: int | None = None
) -> Actor:
    """An account whose role reaches no further than a body or a round."""
    made = _account(session, who, "", now)
    grant(session, made.account_id or 0, LIMITED[who], body=body, round_id=round_id, actor=CONSOLE, now=now)
    return made


def other_round(session: Session, like: int) -> int:
    """One more round of the same programme, without dossiers; its id."""
    known = session.get_one(OneRound, like)
    made = OneRound(**known.model_dump(exclude={"id"}) | {"year": known.year + 1, "title": "Đợt khác"})
    session.add(made)
    session.flush()
    return made.id


def _rename(session: Session, world: World) -> None:
    for number, key in enumerate(world.assessment_ids):
        run(session, "UPDATE assessment SET name = :name WHERE id = :id", {"name": secret("name", number), "id": key})


def _hand_in(made: Round, number: int, *, submits: bool) -> None:
    world, key, now = made.world, made.world.assessment_ids[number], made.world.launched_at + timedelta(hours=1)
    officer = world.officers[number]
    content = secret("content", number).encode()
    file = keep(made.folder / "files", content, f"{secret('file', number)}.pdf")
    with made.database.writing() as session:
        filled = best(sheet_of(session, world, key))
        filled[made.code] = filled[made.code]._replace(note=secret("note", number))
        self_assess.save(session, key, filled, actor=officer, now=now)
        evidence_files.add(session, key, [New(made.code, file)], actor=officer, now=now)
        if submits:
            submit(session, world, key, actor=officer, now=now)
            _report(session, number, key, file.file_hash, now)
        check_all(session, world.programme, now=now)


def _report(session: Session, number: int, key: int, file_hash: str, now: datetime) -> None:
    paper = put_document(
        session, kind="report", number=f"{number}-BC", dated=now.date(), signer="Ví Dụ", file_hash=file_hash, now=now
    )
    run(session, "UPDATE assessment SET signed_report_id = :paper WHERE id = :id", {"paper": paper.id, "id": key})


def _assign(session: Session, made: Round) -> None:
    world, now = made.world, made.hands.at
    assign(session, world.round_id, world.assessment_ids, world.appraiser.account_id or 0, actor=world.lead, now=now)
    _add_undeclared(session, made, now)
    for actor in (world.appraiser, world.lead):
        for key in world.assessment_ids:
            confirm_no_conflict(session, key, actor=actor, now=now)


def _add_undeclared(session: Session, made: Round, now: datetime) -> None:
    """One more appraiser of everything, who has said nothing of conflicts so far."""
    made.actors["undeclared"] = _account(session, f"undeclared-{now:%m}", "appraiser", now)
    whose = made.actors["undeclared"].account_id or 0
    assign(session, made.world.round_id, made.world.assessment_ids, whose, actor=made.world.lead, now=now)


def _consult(session: Session, made: Round) -> int:
    """A request for opinions on every dossier but the neighbour's: a draft on each, and what another body said."""
    now = made.hands.at
    other = _account(session, "opinion-giver-2", "opinion_giver", now).account_id or 0
    request = OpinionRequest(
        round_id=made.world.round_id,
        name="bodies",
        question="Đề nghị cho ý kiến",
        asked_at=now,
        closes_at=DECIDING + timedelta(days=9),
    )
    session.add(request)
    session.flush()
    whom = made.actors["opinion_giver"].account_id or 0
    for number, key in enumerate(made.world.assessment_ids):
        if number != OTHER:
            drafted = secret("opinion", number)
            session.add(Opinion(request_id=request.id, assessment_id=key, account_id=whom, comment=drafted))
        if number not in {*(EARLY[state] for state in UNSENT), OTHER}:
            said = Opinion(request_id=request.id, assessment_id=key, account_id=other, status="given", given_at=now)
            said.comment = secret("answer", number)
            session.add(said)
    return request.id


def _ask_approval(session: Session, made: Round) -> int:
    """The administrator asks to remove the dossier of the other unit."""
    key = made.world.assessment_ids[OTHER]
    act = RemoveSubject(round_id=made.world.round_id, assessment_id=key)
    asked = Approval(
        kind=act.kind,
        title=secret("name", OTHER),
        round_id=made.world.round_id,
        parameters=act.model_dump_json(),
        reason=secret("name", OTHER),
        digest="0" * 64,
        asked_by=made.actors[ASKED_BY].account_id or 0,
        asked_at=made.hands.at,
        ends_at=DECIDING + timedelta(days=9),
    )
    session.add(asked)
    session.flush()
    return asked.id


def _appraise(session: Session, made: Round, number: int, *, concludes: bool) -> None:
    world, key = made.world, made.world.assessment_ids[number]
    actor, now = world.appraiser, LOCKED
    start(session, key, actor=actor, now=now)
    leaf = sheet_of(session, world, key).leaf(made.code)
    save_marks(session, key, {leaf.code: Filled(best_entry(leaf), secret("reason", number))}, actor=actor, now=now)
    if number in {LATE["explaining"], OTHER}:
        text = secret("question", number)
        explain.ask(session, key, [leaf.code], text, closes_at=DECIDING + timedelta(days=9), actor=actor, now=now)
        made.questions[number] = _question(session, key)
    if number == OTHER:
        explain.answer(session, made.questions[number], {leaf.code: "Đã rõ"}, actor=world.officers[number], now=now)
    if concludes:
        codes = untouched(session, key, actor=actor)
        agree_untouched(session, key, "", codes, actor=actor, now=now)
        conclude(session, key, actor=actor, now=now)


def _question(session: Session, key: int) -> int:
    found = run(session, "SELECT max(id) FROM explanation_request WHERE assessment_id = :id", {"id": key}).fetchall()
    return int(found[0][0])


def _sign_in(made: Round, numbers: Iterable[int]) -> None:
    place = place_of(made.database, made.hands)
    settings = place.settings.model_copy(update={"var": made.folder})
    line = Line(create_app(place._replace(settings=settings)))
    keys = [(who, number if who in UNITS else 0) for who in WHO for number in numbers]
    for who, number in dict.fromkeys(keys):
        made.browsers[who, number] = enter(made.database, line, made.actor(who, number), now=made.hands.at)


def enter(database: Database, line: Line, actor: Actor | None, *, now: datetime) -> Browser:
    """A browser of somebody, signed in as by password, that bears a token of his as well; of nobody for None."""
    browser = Browser(Client(transport=line, base_url=ADDRESS))
    if actor is not None:
        with database.writing() as session:
            whose = session.get_one(Account, actor.account_id)
            token = kept.start(session, whose, "password", Visit(sha256(b"may").digest()), now=now)[1]
            program = tokens.make(session, whose.id, "Phần mềm", tokens.SCOPES, 30, actor=actor, now=now)[1]
        browser.client.cookies.set("danhgia", token)
        browser.headers = {"Authorization": f"Bearer {program}"}
    browser.get("/me" if actor else "/sign-in")
    assert browser.csrf
    return browser
