-- grain: one batch with who handed it in and what became of it
-- from: front.batch, mgmt.outcome, catalogue.department, catalogue.dataset
-- never: a batch that is still being taken in
-- kind: view
select
    b.batch, b.city, b.source, d.name_zh as source_zh, d.name_en as source_en, b.dataset, s.owner, b.file_name, b.sha256, b.row_count as row_in,
    o.accepted, o.rejected, o.duplicate, o.seconds, b.received_at, b.as_of, b.schema_fingerprint, b.snapshot as is_snapshot, b.state
from front.batch b
join mgmt.outcome o on o.batch = b.batch
left join catalogue.department d on d.id = b.source
left join catalogue.dataset s on s.id = b.dataset
