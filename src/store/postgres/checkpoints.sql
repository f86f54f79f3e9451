SELECT checkpoints.name, position, status, checkpoints.updated_at
FROM checkpoints LEFT JOIN projections ON projections.name = checkpoints.name
ORDER BY checkpoints.name
