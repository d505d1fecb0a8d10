-- grain: one rate of the catalogue (standard, fresh, shared) of one department on one day, as it was judged that day
-- from: app/catalogue/rates.py
-- never: averaged: met and total are counts of rows
-- kind: stored
create table if not exists ledger.rate_day (
    city varchar not null, day date not null, rate varchar not null, department varchar not null, met integer not null, total integer not null
);
