-- grain: one batch of some whose channel met another on a fact, or stood in for one: who answered, for whom
-- kind: query
-- unfiltered: channels and counts of batches, no unit and no value
select
    a.batch, a.channel, a.best, a.score, a.best_score, a.is_stand_in, a.compared, a.disagreed, a.largest, a.tolerance,
    epoch(a.decided_at)::bigint as decided_at
from mgmt.channel_answer a
where a.city = $city and a.dataset = $dataset and a.fact = $fact and list_contains($batches, a.batch)
order by a.batch desc
