-- The closed problems of ../shared/data/bpi2013_volvo (cite Ward Steeman): one row is one event of a ticket.
--
-- `concept:name` is the source's status and `lifecycle:transition` what is done under it: label and state. Both stay as
-- they are; only "Closed" closes a ticket, and "Assigned" gives it to an agent.
SELECT
    "case" || ':' || seq AS id,
    CASE
        WHEN "lifecycle:transition" = 'Closed' THEN 'crm.ticket.closed.v1'
        WHEN "lifecycle:transition" = 'Assigned' THEN 'crm.ticket.assigned.v1'
        ELSE 'crm.ticket.step_recorded.v1'
    END AS type,
    "time:timestamp" AS time,
    seq::BIGINT AS sequence,
    'ticket:volvo:' || "case" AS subject,
    {
        label: "concept:name",
        state: CASE WHEN "lifecycle:transition" NOT IN ('Closed', 'Assigned') THEN "lifecycle:transition" END,
        owner: "org:resource"
    } AS data,
    'bpic2013_closed_problems.csv.gz row ' || (rowid + 1) AS place
FROM bpic2013_closed_problems
