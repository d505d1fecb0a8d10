-- what is being cut: a table of features in tile space (0…4096, y down) that are not encoded yet
-- kind: step
create or replace temp table cut_now (
    tile bigint, layer utinyint, seq integer, class varchar, name_zh varchar, name_en varchar, height float, min_height float, floors integer,
    geom blob
)
