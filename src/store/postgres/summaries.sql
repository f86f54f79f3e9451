-- What the list shows of each of the aggregates $1 (categories) and $2 (ids), in their order.
SELECT asked.category, asked.id, all_of.events, last.version, first.recorded_at, last.recorded_at
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (category, id, place),
LATERAL (
    SELECT count(*) AS events FROM events WHERE events.category = asked.category AND aggregate_id = asked.id
) all_of,
LATERAL (
    SELECT recorded_at FROM events WHERE events.category = asked.category AND aggregate_id = asked.id
    ORDER BY version LIMIT 1
) first,
LATERAL (
    SELECT version, recorded_at FROM events WHERE events.category = asked.category AND aggregate_id = asked.id
    ORDER BY version DESC LIMIT 1
) last
ORDER BY place
