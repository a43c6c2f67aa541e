-- The ticket log of ../shared/data/helpdesk_log (helpdesk.csv.gz): one row is one event of a ticket.
--
-- Case and place in the case name the event, since many rows equal another but for `seq`. No ticket has an opening. An
-- agent who takes charge is assigned; what has no type of its own is a step, under the source's own label. Agents
-- resolve a ticket again, and work on resolved ones: such events keep their place, and stand as contradictions where
-- the ticket was in no state for them.
SELECT
    "case" || ':' || seq AS id,
    CASE "concept:name"
        WHEN 'Take in charge ticket' THEN 'crm.ticket.assigned.v1'
        WHEN 'Resolve ticket' THEN 'crm.ticket.resolved.v1'
        WHEN 'Closed' THEN 'crm.ticket.closed.v1'
        ELSE 'crm.ticket.step_recorded.v1'
    END AS type,
    "time:timestamp" AS time,
    seq::BIGINT AS sequence,
    'ticket:helpdesk:' || "case" AS subject,
    {label: "concept:name", owner: "org:resource"} AS data,
    'helpdesk.csv.gz row ' || (rowid + 1) AS place
FROM helpdesk
