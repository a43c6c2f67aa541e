"""`rapport kpi funnel`: deals by the month they were opened in, through the stages of their pipeline."""

from typing import Any

from tests.cli.conftest import columns, filled
from tests.project.given import Program


def test_all_that_was_opened_goes_through_the_stages(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    stages = program.json("kpi", "funnel")

    assert columns(stages, "period", "stage", "opened", "entered", "moved_on", "here_now", "won", "lost_from_here") == [
        (None, "Lead", 6, 6, 3, 2, 3, 1),
        (None, "Offer", 6, 1, 1, 0, 1, 0),
        (None, "Won", 6, 3, 0, 3, 3, 0),
        (None, "Lost", 6, 1, 0, 1, 0, 0),
    ]
    lead, offer = stages[:2]
    assert (lead["entered_rate"], lead["moved_on_rate"], lead["win_rate"]) == (1, 0.5, 0.5)
    assert (offer["days_to_enter"], offer["days_inside"]) == (14, 31)


def test_cohorts_of_months_and_quarters(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    months = embedded.json("kpi", "funnel", "--by", "month", "--from", "2026-02-14")
    quarters = embedded.json("kpi", "funnel", "--by", "quarter")

    assert [row for row in columns(months, "period", "stage", "entered") if row[1] == "Lead"] == [
        ("2026-02-01", "Lead", 2),
        ("2026-04-01", "Lead", 1),
    ]
    assert [row for row in columns(quarters, "period", "stage", "opened", "won") if row[1] == "Lead"] == [
        ("2026-01-01", "Lead", 5, 3),
        ("2026-04-01", "Lead", 1, 0),
    ]
    assert embedded.json("kpi", "funnel", "--to", "2025-12-31") == []
    assert embedded.json("kpi", "funnel", "--pipeline", "None such") == []


def test_people_see_a_funnel_for_each_pipeline(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    assert "Sales: 6 deals opened\n" in embedded("kpi", "funnel").stdout
    shown = embedded("kpi", "funnel", "--by", "quarter").stdout
    assert "Sales: 5 deals opened in 2026 Q1" in shown
    assert "██████" in shown
    assert "nothing was counted yet" in embedded("kpi", "funnel", "--to", "2025-12-31").stdout
