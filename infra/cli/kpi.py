"""`rapport kpi`: the figures of sales, the funnel, service and activities.

Sums are made first, over all that the filters let through, and divided then: a month's rate is no mean of its days'.
"""

from infra.cli import kpi_activity, kpi_funnel, kpi_sales, kpi_service
from infra.cli.kpi_group import kpi_app

__all__ = ["kpi_activity", "kpi_app", "kpi_funnel", "kpi_sales", "kpi_service"]
