-- A person is one of the contacts it stands for, and the smallest of them.
SELECT i.tenant, i.contact_id, i.person_id
FROM contact_identity AS i
LEFT JOIN contact_identity AS p ON i.tenant = p.tenant AND i.person_id = p.contact_id
WHERE i.person_id > i.contact_id OR p.person_id IS DISTINCT FROM i.person_id;

-- A contact that stands here is linked with another one.
SELECT tenant, person_id
FROM contact_identity
GROUP BY tenant, person_id
HAVING count(*) < 2;
