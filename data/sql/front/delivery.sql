-- grain: one time that a source was asked, or sent something: what became of it
-- from: app/exchange/receiving.py
-- never: changed afterwards
-- kind: stored
create sequence if not exists front.delivery_number;
create table if not exists front.delivery (
    delivery bigint primary key default nextval('front.delivery_number'),
    channel varchar not null, started_at timestamp not null, seconds double not null,
    outcome varchar not null,
    file_name varchar, row_in bigint, inserted bigint, updated bigint, deleted bigint, batch integer, message varchar
);
