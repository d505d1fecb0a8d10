-- at the touched steps only what is different now: a late reading writes its own path to the root and nothing else
-- from: rolled_now (the tower's answer), steps_now (the touched steps), theme.rolled
-- kind: step
create or replace temp table rolled_before as
select rowid as id, level, seq, observed_at, value, n, expected
from theme.rolled
where city = $city and indicator = $indicator and observed_at between $since and $until
  and observed_at in (select step from steps_now);

delete from theme.rolled where rowid in (
    select b.id
    from rolled_before b
    left join rolled_now w using (level, seq, observed_at)
    where w.value is distinct from b.value or w.n is distinct from b.n or w.expected is distinct from b.expected
);

insert into theme.rolled
select $city, $indicator, w.level, w.seq, w.observed_at, w.value, w.n, w.expected
from rolled_now w
left join rolled_before b using (level, seq, observed_at)
where w.value is distinct from b.value or w.n is distinct from b.n or w.expected is distinct from b.expected;
