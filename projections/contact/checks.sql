-- Every contact that an event names is a person here, and every person is named by an event.
SELECT coalesce(p.tenant, c.tenant) AS tenant, coalesce(p.person_id, c.contact_id) AS contact_id
FROM contact AS c
FULL JOIN contact_person AS p ON c.tenant = p.tenant AND c.contact_id = p.person_id
WHERE c.contact_id IS NULL OR p.person_id IS NULL;

-- A key that is personal data stands nowhere but in the schema personal.
SELECT tenant, contact_id
FROM contact
WHERE reference LIKE 'contact:mail:%' OR reference LIKE 'contact:phone:%';
