-- grain: one request for a resource, as it stands; its life is in ledger.request_event, its use by day in ledger.request_use
-- from: people who ask (callbacks/page_requests.py), the demo city's history
-- never: deleted; a grant that ended stays as revoked or expired
-- kind: stored
create sequence if not exists ledger.request_number;
create table if not exists ledger.request (
    request integer default nextval('ledger.request_number'),
    city varchar not null, resource varchar not null, owner varchar not null, sharing varchar not null,
    holder varchar not null, department varchar not null, purpose varchar not null,
    fields varchar[] not null, units varchar[] not null, since timestamp, until timestamp, expires_at timestamp not null,
    state varchar not null, asked_at timestamp not null, decided_at timestamp, decided_by varchar, ended_at timestamp, note varchar
);
create table if not exists ledger.request_event (
    request integer not null, act varchar not null, state varchar not null, happened_at timestamp not null,
    who varchar not null, department varchar not null, note varchar not null
);
create table if not exists ledger.request_use (
    request integer not null, day date not null, calls bigint not null, failed bigint not null, rows bigint not null,
    seconds double not null, used_at timestamp not null
);
create table if not exists ledger.confirmation (
    city varchar not null, resource varchar not null, confirmed_at timestamp not null, who varchar not null, department varchar not null
);
