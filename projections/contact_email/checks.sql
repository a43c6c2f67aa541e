-- Of a person's one is the primary one.
SELECT tenant, contact_id
FROM contact_email
GROUP BY tenant, contact_id
HAVING count(*) FILTER (WHERE is_primary) <> 1;
