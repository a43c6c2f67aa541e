"""A batch looks its ids up one by one: what it costs must not grow with the log, whatever the statistics say."""

from uuid import uuid4

import psycopg
import pytest

from infra.log.postgres_session import _KNOWN_OWN, _KNOWN_THINGS, _VERSIONS


@pytest.mark.parametrize("analyzed_at", [0, 10, 20_000])
def test_no_look_up_reads_a_whole_index(owner_url: str, analyzed_at: int) -> None:
    with psycopg.connect(owner_url) as owner:
        # Given a log of 20,000 events whose statistics were taken when it had fewer,
        for first, last in ((1, analyzed_at), (analyzed_at + 1, 20_000)):
            owner.execute(
                "INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, tenant)"
                " SELECT gen_random_uuid(), 1, 'crm.activity.note_taken.v1', '{}', 'main'"
                " FROM generate_series(%s::integer, %s::integer)",
                [first, last],
            )
            owner.execute(
                "INSERT INTO rapport.event_key (tenant, event_id, digest, position)"
                " SELECT 'main', gen_random_uuid(), 'digest', n FROM generate_series(%s::integer, %s::integer) AS n",
                [first, last],
            )
            if last == analyzed_at:
                owner.execute("ANALYZE rapport.stored_events, rapport.event_key")

        # when a batch asks for 2,000 ids, then no node reads more rows than that.
        for statement in (_KNOWN_OWN, _KNOWN_THINGS, _VERSIONS):
            wanted = [uuid4() for _ in range(2000)]
            found = owner.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode(), [wanted, "main"]).fetchone()
            assert found is not None
            assert _most_rows(found[0][0]["Plan"]) <= 2000
        owner.rollback()


def _most_rows(plan: dict[str, object]) -> float:
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    read = float(str(plan["Actual Rows"])) + float(str(plan.get("Rows Removed by Filter", 0)))
    return max([read * float(str(plan["Actual Loops"])), *(_most_rows(part) for part in below)])
