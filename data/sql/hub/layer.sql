-- grain: one handed-in row of dataset layer (the basemap), verbatim
-- from: front batches
-- never: shared, typed or cleaned
-- kind: stored
create table if not exists hub.layer (
    layer varchar, class varchar, source_id varchar, name_zh varchar, name_en varchar, min_zoom varchar, geom blob,
    _extra varchar, _batch integer, _row integer
);
