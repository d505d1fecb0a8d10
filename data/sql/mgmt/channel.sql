-- grain: one source that has delivered, with what its row says of its worth
-- from: the registry of sources, when it delivers
-- kind: stored
create table if not exists mgmt.channel (channel varchar primary key, cadence_s double, trust double, latency_s double);
