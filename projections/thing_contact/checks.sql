-- People stand under the id of the person, not of a contact that is linked.
SELECT t.tenant, t.thing_id, t.contact_id
FROM thing_contact AS t
INNER JOIN contact_identity AS i ON t.tenant = i.tenant AND t.contact_id = i.contact_id
WHERE i.person_id <> i.contact_id;
