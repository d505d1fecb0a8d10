-- grain: one field of one record on which the sources that claim it say different things, from found_at until settled_at
-- from: mgmt.claim and the rows of the department library it points to
-- never: a value: what each source says stands in dept; `fingerprint` changes when one of them says something else
-- kind: stored
create sequence if not exists mgmt.conflict_number;
create table if not exists mgmt.conflict (
    conflict integer primary key default nextval('mgmt.conflict_number'),
    city varchar, dataset varchar, key varchar, field varchar, sources varchar[], fingerprint ubigint, batch integer,
    state varchar, chosen varchar, found_at timestamp, settled_at timestamp
);
