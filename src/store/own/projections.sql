SELECT p.name, p.status, p.error, p.generation, c.position, r.generation, r.position, r.started_at, r.held_until,
  p.definition, p.chain, r.definition, r.chain
FROM projections p
JOIN checkpoints c ON c.name = p.name
LEFT JOIN rebuilds r ON r.projection = p.name
WHERE p.generation > 0 AND (?1 IS NULL OR p.name = ?1)
ORDER BY p.name
