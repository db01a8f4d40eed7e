-- What is not finished is what is asked for most, and stays little while the finished pile up.

CREATE INDEX task_unfinished ON task (ws, priority, number) WHERE status NOT IN ('done', 'failed', 'cancelled');
DROP INDEX task_by_priority;
