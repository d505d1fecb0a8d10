-- grain: one source: how far it has been read
-- from: the connectors (app/exchange/channels), in the transaction of the batch it belongs to
-- never: a secret; a watermark is a value of the source's own column
-- kind: stored
create table if not exists front.source_state (
    channel varchar primary key, watermark varchar, edge varchar, etag varchar, modified varchar
);
