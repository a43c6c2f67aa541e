-- A person has an event once.
SELECT tenant, contact_id, event_id
FROM contact_timeline
GROUP BY tenant, contact_id, event_id
HAVING count(*) > 1;

-- Who has a timeline has a row in contact.
SELECT t.tenant, t.contact_id, t.event_id
FROM contact_timeline AS t
LEFT JOIN contact AS c ON t.tenant = c.tenant AND t.contact_id = c.contact_id
WHERE c.contact_id IS NULL;

-- Every type of event has a word for its kind.
SELECT tenant, event_id, event_type
FROM contact_timeline
WHERE kind IS NULL;
