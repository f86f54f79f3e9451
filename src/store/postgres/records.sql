SELECT p.name, p.status, p.error, p.generation, c.position, r.generation, r.position, r.started_at,
  -- Before schema 4 there was no such column, and before schema 5 none of the others.
  to_jsonb(r) ->> 'held_until',
  to_jsonb(p) ->> 'definition', to_jsonb(p) ->> 'chain', to_jsonb(r) ->> 'definition', to_jsonb(r) ->> 'chain'
FROM projections p
JOIN checkpoints c ON c.name = p.name
LEFT JOIN rebuilds r ON r.projection = p.name
WHERE p.generation > 0 AND ($1::text IS NULL OR p.name = $1)
ORDER BY p.name
