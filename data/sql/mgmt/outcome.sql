-- grain: one batch
-- from: the rule run of the batch
-- never: estimated: the three counts come from the rows themselves
-- kind: stored
create table if not exists mgmt.outcome (
    batch integer primary key, accepted bigint, rejected bigint, duplicate bigint, seconds double
);
