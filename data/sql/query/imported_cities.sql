-- grain: one city code under the reserved prefix of imported places
-- kind: query
-- unfiltered: read by imports only
select code from theme.city where starts_with(code, '0')
