-- grain: one basemap feature
-- from: base.layer
-- kind: view
select city, source, layer, class, name_zh, name_en, min_zoom, geom from base.layer
