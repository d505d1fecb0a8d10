-- grain: one city code under the reserved prefix of imported places
-- kind: query
select code from theme.city where starts_with(code, '0')
