-- grain: one act on one work item: who did what when
-- from: people, and the clock (act remind, by system)
-- never: changed afterwards
-- kind: stored
create table if not exists mgmt.work_event (
    item integer, acted_at timestamp, act varchar, state varchar, who varchar, department varchar, note varchar, batch integer
);
