-- grain: one batch: rows in = accepted + rejected + duplicate
-- from: front.batch, mgmt.outcome, mgmt.reject
-- never: a batch that is still being taken in
-- kind: view
select
    b.batch, b.city, b.source, b.dataset, b.file_name, b.received_at, b.as_of,
    b.row_count as row_in, o.accepted, o.rejected, o.duplicate,
    b.row_count = o.accepted + o.rejected + o.duplicate as is_balanced
from front.batch b
join mgmt.outcome o on o.batch = b.batch
