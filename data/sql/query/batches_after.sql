-- grain: one batch after a number, oldest first, with what became of it
-- kind: query
-- unfiltered: for the lineage events of the installation, which nobody is shown
select
    batch, city, source, dataset, file_name, sha256, row_in, accepted, rejected, duplicate, seconds, received_at, as_of, schema_fingerprint, is_snapshot
from trace.batch
where batch > $batch
order by batch
limit $most
