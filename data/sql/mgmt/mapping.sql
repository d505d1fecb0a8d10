-- grain: one version of a semantic mapping: a field of a source becomes a standard field
-- from: stewards on the page of the sources; rows of data/registry/mappings.csv are not kept here
-- never: changed: a new version ends the one before (until_at)
-- kind: stored
create sequence if not exists mgmt.mapping_number;
create table if not exists mgmt.mapping (
    mapping bigint primary key default nextval('mgmt.mapping_number'),
    source varchar, dataset varchar, source_field varchar, field varchar, relation varchar, unit_from varchar, unit_to varchar,
    code_map varchar, crs varchar, confidence double, author varchar, version integer, since_at timestamp, until_at timestamp, ended_by varchar
);
