"""Consent and completeness: nobody too many, nobody missing."""

from __future__ import annotations

from spendsense_pipeline.checks import completeness
from spendsense_pipeline.checks.outcome import Finding
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline.tables.raw import CARD_STATEMENTS
from spendsense_pipeline_tests.fixtures.assigned_people import (
    NATURAL_MIX,
    an_assignment,
    assigned_people,
)
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    a_card,
    a_statement,
    a_user,
    a_warehouse,
    insert,
)


def checked(measure: str) -> tuple[CheckRun, Finding]:
    con = assigned_people(NATURAL_MIX[:10], unconsented=2)
    run = CheckRun(con, a_configuration())
    return run, getattr(completeness, measure)(PERSONA_ASSIGNMENTS)(run)


def test_only_consenting_people_pass() -> None:
    run, found = checked("only_consenting_people")
    assert found.passed
    insert(run.con, PERSONA_ASSIGNMENTS, [an_assignment("user_0010", "general")])
    found = completeness.only_consenting_people(PERSONA_ASSIGNMENTS)(run)
    assert found.failing_rows == ({"user_id": "user_0010", "consent_status": "denied", "rows": 1},)


def test_a_revoked_consent_is_found_at_once() -> None:
    run, _ = checked("only_consenting_people")
    run.con.execute("update raw_users set consent_status = 'revoked' where user_id = 'user_0003'")
    found = completeness.only_consenting_people(PERSONA_ASSIGNMENTS)(run)
    assert [row["user_id"] for row in found.failing_rows] == ["user_0003"]


def test_rows_of_nobody_are_found() -> None:
    run, _ = checked("only_consenting_people")
    insert(run.con, PERSONA_ASSIGNMENTS, [an_assignment("stranger", "general")])
    assert not completeness.only_consenting_people(PERSONA_ASSIGNMENTS)(run).passed


def test_rows_that_name_an_account_are_asked_for_its_holder() -> None:
    con = a_warehouse(
        users=[a_user("user_0000"), a_user("user_0001", consent_status="revoked")],
        accounts=[a_card("card_0", "user_0000"), a_card("card_1", "user_0001")],
        statements=[a_statement(AS_OF, account_id=card) for card in ("card_0", "card_1")],
    )
    found = completeness.only_consenting_people(CARD_STATEMENTS)(CheckRun(con, a_configuration()))
    assert found.failing_rows == ({"user_id": "user_0001", "consent_status": "revoked", "rows": 1},)


def test_everybody_is_there_in_both_windows() -> None:
    run, found = checked("every_consenting_person_in_both_windows")
    assert found.passed
    run.con.execute(
        "delete from persona_assignments where user_id = 'user_0004' and window_days = 180"
    )
    found = completeness.every_consenting_person_in_both_windows(PERSONA_ASSIGNMENTS)(run)
    assert found.failing_rows == ({"user_id": "user_0004", "window_days": 180, "rows": 0},)


def test_everybody_is_there_once() -> None:
    run, _ = checked("every_consenting_person")
    run.con.execute("delete from persona_assignments where window_days = 180")
    measure = completeness.every_consenting_person(PERSONA_ASSIGNMENTS)
    assert measure(run).passed
    insert(run.con, PERSONA_ASSIGNMENTS, [an_assignment("user_0001", "general")])
    assert measure(run).failing_rows == ({"user_id": "user_0001", "rows": 2},)
