-- grain: one fact that a channel carries in a city: an indicator of dataset reading, an attribute of dataset attribute
-- from: the accepted rows of its batches
-- never: a fact that no batch of the channel has brought
-- kind: stored
create table if not exists mgmt.carried (
    city varchar, dataset varchar, fact varchar, channel varchar, last_at timestamp, received_at timestamp, latency_s double, batch integer
);
