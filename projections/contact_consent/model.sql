-- table: crm.contact_consent
-- about: one row per person, purpose and channel on which they said yes or no: the last word
-- key: tenant, contact_id
-- grain: tenant, contact_id, purpose, channel
-- reads: contact_person(tenant, person_id)
-- looks up: fact_contact(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- index: tenant, purpose, channel
-- column tenant: whose it is
-- column contact_id: the person
-- column purpose: what it is about, such as newsletter
-- column channel: email, phone, sms, post or chat; all, if no channel was named. A word on all channels and one on a
--      single channel stand side by side: the later of the two is what counts
-- column given: whether they agreed; if not, they withdrew it or never wanted it
-- column since: when they said so (UTC); empty if the time is not known
-- column obtained: where or how they said so
-- column wording: the sentence they agreed to
-- column source: the system that says so
-- column event_id: the event, the proof of it
SELECT DISTINCT ON (p.tenant, p.person_id, f.purpose, coalesce(f.channel, 'all'))
    p.tenant,
    p.person_id AS contact_id,
    f.purpose,
    coalesce(f.channel, 'all') AS channel,
    f.action = 'consent_given' AS given,
    CASE WHEN f.time_precision <> 'unknown' THEN f.occurred_at END AS since,
    f.obtained,
    f.wording,
    f.source,
    f.event_id
FROM contact_person AS p
INNER JOIN fact_contact AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
WHERE f.action IN ('consent_given', 'consent_withdrawn')
ORDER BY
    p.tenant,
    p.person_id,
    f.purpose,
    coalesce(f.channel, 'all'),
    f.occurred_at DESC,
    f.sequence DESC NULLS FIRST,
    f.event_id DESC
