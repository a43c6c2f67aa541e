-- The telephone campaign of a bank in ../shared/data/bank_marketing: one row is the last call with one client.
--
-- Nobody is named in it, so the calls concern nobody. The year is not told: the day stands in 2008, as a stand-in.
SELECT
    'crm.activity.call_logged.v1' AS type,
    strptime(format('2008-{}-{}', month, day), '%Y-%b-%d')::DATE AS time,
    'unknown' AS time_precision,
    'activity:bank:' || md5(input::VARCHAR) AS subject,
    {
        direction: 'outbound',
        outcome: 'connected',
        duration_seconds: duration::BIGINT,
        result: deposit,
        custom: {
            earlier_outcome: poutcome,
            calls_in_campaign: campaign::BIGINT,
            calls_before: previous::BIGINT,
            days_since: CASE WHEN pdays <> '-1' THEN pdays::BIGINT END,
            reached_by: contact,
            age: age::BIGINT,
            job: job,
            marital: marital,
            education: education,
            balance: balance::BIGINT,
            in_default: "default" = 'yes',
            housing_loan: housing = 'yes',
            personal_loan: loan = 'yes'
        }
    } AS data,
    'bank_full.csv.gz row ' || (rowid + 1) AS place
FROM bank_full AS input
