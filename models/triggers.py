"""Triggers that keep the history as written, on both databases (DESIGN §5)."""

from sqlmodel import Session

from models.db import is_sqlite, run

SQLITE = {
    "history_no_update": """CREATE TRIGGER history_no_update BEFORE UPDATE ON history
        BEGIN SELECT RAISE(ABORT, 'history is never changed'); END""",
    "history_no_delete": """CREATE TRIGGER history_no_delete BEFORE DELETE ON history
        BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END""",
    "history_no_replace": """CREATE TRIGGER history_no_replace BEFORE INSERT ON history
        WHEN EXISTS (SELECT 1 FROM history WHERE entity = NEW.entity AND seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'history is never replaced'); END""",
    "seal_no_update": """CREATE TRIGGER seal_no_update BEFORE UPDATE ON seal
        BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END""",
    "seal_no_delete": """CREATE TRIGGER seal_no_delete BEFORE DELETE ON seal
        BEGIN SELECT RAISE(ABORT, 'a seal is never deleted'); END""",
    "seal_no_replace": """CREATE TRIGGER seal_no_replace BEFORE INSERT ON seal
        WHEN EXISTS (SELECT 1 FROM seal WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'a seal is never replaced'); END""",
}
POSTGRESQL_FUNCTION = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% is never changed', TG_TABLE_NAME; END $$"""
POSTGRESQL = {
    "history_no_change": """CREATE TRIGGER history_no_change BEFORE UPDATE OR DELETE ON history
        FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    "history_no_truncate": """CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    "seal_no_change": """CREATE TRIGGER seal_no_change BEFORE UPDATE OR DELETE ON seal
        FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    "seal_no_truncate": """CREATE TRIGGER seal_no_truncate BEFORE TRUNCATE ON seal
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
}


def statements(dialect: str) -> list[str]:
    """The DDL of all triggers for `sqlite` or `postgresql`."""
    return list(SQLITE.values()) if dialect == "sqlite" else [POSTGRESQL_FUNCTION, *POSTGRESQL.values()]


def missing(session: Session) -> list[str]:
    """Names of triggers that should be there, enabled, and are not."""
    if is_sqlite(session):
        wanted, found = SQLITE, run(session, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        wanted, found = POSTGRESQL, run(session, "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
    return sorted(set(wanted) - {row[0] for row in found.fetchall()})
