-- grain: one choice of a forecasting model for one indicator at one level of one city, with what it was chosen on and how it did
-- from: app/forecast/training.py
-- never: changed: the newest choice of an indicator and level stands, the ones before tell its history
-- kind: stored
create table if not exists mgmt.champion (
    city varchar not null, indicator varchar not null, level varchar not null, chosen_at bigint not null, model varchar not null,
    params varchar not null, data_from bigint not null, data_until bigint not null, series integer not null, steps integer not null,
    horizon integer not null, method varchar not null, scores varchar not null, seconds double not null, who varchar not null
);
