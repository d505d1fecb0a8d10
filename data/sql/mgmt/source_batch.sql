-- grain: one batch with how it came: its channel, or none
-- from: front.batch, mgmt.outcome
-- kind: view
select b.batch, b.city, b.source, b.dataset, coalesce(b.channel, '') as channel, b.file_name, b.received_at, b.watermark,
    b.row_count as row_in, o.accepted, o.rejected, o.duplicate
from front.batch b
join mgmt.outcome o on o.batch = b.batch
