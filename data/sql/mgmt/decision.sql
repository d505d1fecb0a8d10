-- grain: one decision of a person: of these sources, this one is right about this field of this record
-- from: the page of conflicts
-- never: changed; it holds as long as the sources say what they said then (fingerprint)
-- kind: stored
create table if not exists mgmt.decision (
    conflict integer, city varchar, dataset varchar, key varchar, field varchar, fingerprint ubigint, chosen varchar,
    who varchar, reason varchar, decided_at timestamp
);
