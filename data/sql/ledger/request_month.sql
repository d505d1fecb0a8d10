-- grain: one month (on the city's clock) of one city and one owner: requests asked, closed (granted or refused), and how long that took
-- from: ledger.request
-- never: a request that was withdrawn before anybody decided, among the closed
-- kind: view
with zoned as (
    select r.*, coalesce(c.timezone, 'UTC') as zone from ledger.request r left join theme.city c on c.city = r.city
),
asked as (
    select city, owner, date_trunc('month', timezone(zone, timezone('UTC', asked_at)))::date as month, count(*) as asked
    from zoned group by all
),
closed as (
    select city, owner, date_trunc('month', timezone(zone, timezone('UTC', decided_at)))::date as month, count(*) as closed,
        count(*) filter (state <> 'refused') as granted, count(*) filter (decided_at = asked_at) as at_once,
        sum(epoch(decided_at - asked_at)) / 86400 as days, max(epoch(decided_at - asked_at)) / 86400 as longest_days
    from zoned where decided_at is not null group by all
)
select
    coalesce(a.city, c.city) as city, coalesce(a.month, c.month) as month, coalesce(a.owner, c.owner) as owner,
    coalesce(a.asked, 0) as asked, coalesce(c.closed, 0) as closed, coalesce(c.granted, 0) as granted, coalesce(c.at_once, 0) as at_once,
    coalesce(c.days, 0) as days, c.days / nullif(c.closed, 0) as mean_days, c.longest_days
from asked a full join closed c on c.city = a.city and c.owner = a.owner and c.month = a.month
