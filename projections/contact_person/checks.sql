-- A person is one of the contacts that events name.
SELECT c.tenant, c.contact_id, c.person_id
FROM contact_person AS c
LEFT JOIN contact_person AS p ON c.tenant = p.tenant AND c.person_id = p.contact_id
WHERE p.person_id IS DISTINCT FROM c.person_id;

-- Linked contacts are named by the events that linked them.
SELECT i.tenant, i.contact_id
FROM contact_identity AS i
LEFT JOIN contact_person AS p ON i.tenant = p.tenant AND i.contact_id = p.contact_id
WHERE p.person_id IS DISTINCT FROM i.person_id;
