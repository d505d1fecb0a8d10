-- grain: one file handed in once
-- from: departments, sensors, importers, the demo city: everything enters here
-- never: changed after receipt, except its state (received → based → done)
-- kind: stored
create sequence if not exists front.batch_number;
create table if not exists front.batch (
    batch integer primary key default nextval('front.batch_number'),
    city varchar not null,
    source varchar not null,
    dataset varchar not null,
    file_name varchar not null,
    sha256 varchar not null,
    row_count bigint not null,
    received_at timestamp not null,
    as_of timestamp not null,
    schema_fingerprint varchar not null,
    snapshot boolean not null,
    state varchar not null,
    owner varchar,
    channel varchar,
    watermark varchar,
    corrects integer
);
