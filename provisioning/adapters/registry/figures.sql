-- All figures in one statement, so that they are of one moment.
select
    (select coalesce(json_object_agg(state, number), '{}') from (
        select state, sum(number)::bigint as number from tenant_tallies group by state) t) as tenants,
    (select coalesce(json_agg(r), '[]') from (
        select kind, state, count(*) as number from runs group by kind, state) r) as runs,
    (select coalesce(json_agg(o), '[]') from (
        select kind, state, count(*) as number, max(extract(epoch from clock_timestamp() - last.at)) as oldest
        from runs, lateral (
            select coalesce(max(at), runs.created_at) as at from run_events where run_events.run_id = runs.run_id) last
        where state in ('queued', 'running', 'waiting')
        group by kind, state) o) as open_runs,
    (select coalesce(json_agg(s), '[]') from (
        select kind, step, state, le::text as le, number, seconds, attempts from step_tallies
        order by kind, step, state, step_tallies.le) s) as steps,
    (select json_build_object('number', count(*),
                              'oldest', coalesce(max(extract(epoch from clock_timestamp() - created_at)), 0))
        from approvals where state = 'pending') as approvals,
    (select coalesce(json_agg(q), '[]') from (
        select queue_name as queue, lower(status) as state, count(*) as number from engine.workflow_status
        where status in ('ENQUEUED', 'PENDING') and queue_name is not null group by queue_name, status
        union all
        select queue_name, lower(status), count(*) from engine.workflow_status
        where status = 'DELAYED' and queue_name is not null group by queue_name, status) q) as queues,
    (select count(*) from pg_locks join pg_database on pg_database.oid = pg_locks.database
        where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted
          and datname = current_database()) as workers,
    (select coalesce(max(seq), 0) from audit_log) as audit_seq
