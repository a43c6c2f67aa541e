-- A doubt of a contact stands under the person that the contact is.
SELECT q.tenant, q.event_id
FROM contact_quality AS q
INNER JOIN contact_identity AS i ON q.tenant = i.tenant AND q.contact_id = i.contact_id
WHERE i.person_id <> i.contact_id;
