-- People, one row each, and the accounts they belong to.
--
-- columns: id?, name?, first_name?, last_name?, email?, phone?, job_title?, account?, owner?, created?, tags?
--
-- A row needs `id` (the source's key) or `email`. `account` is the account's name, `owner` the name of the agent
-- responsible, `tags` are separated by semicolons. `created` is a date, or a time with its zone (or --set zone=…);
-- without it the contact was added at a time nobody knows.
WITH
person AS (
    SELECT
        rowid + 1 AS number,
        trim(id) AS id,
        CASE WHEN id IS NULL THEN 'contact:mail:' || trim(email) ELSE reference('contact', id) END AS subject,
        coalesce(event_time(created), '1970-01-01') AS time,
        CASE WHEN created IS NULL THEN 'unknown' END AS time_precision,
        coalesce(trim(name), nullif(trim(concat_ws(' ', first_name, last_name)), '')) AS name,
        trim(email) AS email,
        trim(phone) AS phone,
        trim(job_title) AS job_title,
        trim(account) AS account,
        trim(owner) AS owner,
        tags
    FROM input
),

tag AS (
    SELECT number, id, subject, time, time_precision, trim(unnest(string_split(tags, ';'))) AS tag
    FROM person
)

SELECT
    'account:' || account AS id,
    'crm.account.added.v1' AS type,
    '1970-01-01' AS time,
    'unknown' AS time_precision,
    reference('account', account) AS subject,
    to_json({name: account}) AS data,
    'account of row ' || min(number) AS place
FROM person
WHERE account IS NOT NULL
GROUP BY account
UNION ALL
SELECT
    'contact:' || id || ':added',
    'crm.contact.added.v1',
    time,
    time_precision,
    subject,
    to_json({
        name: name,
        email: email,
        phone: phone,
        job_title: job_title,
        account: reference('account', account),
        owner: owner
    }),
    'row ' || number
FROM person
UNION ALL
SELECT
    'contact:' || id || ':tagged:' || tag,
    'crm.contact.tagged.v1',
    time,
    time_precision,
    subject,
    to_json({tag: tag}),
    'row ' || number
FROM tag
WHERE tag <> ''
