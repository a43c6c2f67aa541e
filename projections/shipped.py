"""The models that come with the program, as `make docs` lists them: other folders are a user's."""

SHIPPED = frozenset([
    "account", "activity", "agent", "agent_history", "agent_team", "contact", "contact_360", "contact_account",
    "contact_address", "contact_consent", "contact_directory", "contact_email", "contact_identity", "contact_key",
    "contact_person", "contact_phone", "contact_profile", "contact_quality", "contact_tag", "contact_timeline",
    "contradiction", "customer_order", "deal", "deal_flow", "deal_funnel", "deal_history", "deal_on_board",
    "deal_stage_history", "freshness", "kpi_activity_daily", "kpi_backlog_daily", "kpi_funnel", "kpi_funnel_rate",
    "kpi_pipeline_daily", "kpi_sales", "kpi_sales_daily", "kpi_service", "kpi_service_daily", "kpi_service_median",
    "meeting", "meeting_history", "message", "message_text", "order_history", "order_line", "pipeline",
    "pipeline_board", "pipeline_label", "pipeline_stage", "pipeline_stage_probability", "product", "subscription",
    "subscription_history", "task", "task_history", "thing_contact", "thread", "thread_node", "ticket",
    "ticket_flow", "ticket_history", "ticket_queue", "void",
])  # fmt: skip
