-- grain: one file that waits for a steward, and what was decided
-- from: app/exchange/receiving.py
-- never: deleted; the file itself lies in the held folder of its source
-- kind: stored
create sequence if not exists mgmt.held_number;
create table if not exists mgmt.held (
    held bigint primary key default nextval('mgmt.held_number'),
    channel varchar, file_name varchar, path varchar, sha256 varchar, size bigint, held_at timestamp, reason varchar,
    watermark varchar, as_of timestamp, is_whole boolean, state varchar, decided_by varchar, decided_at timestamp, batch integer
);
