-- Moves projects on that are coming up, as far as time ($2: unless they never get ready) and faults say.
-- A project that is restored comes up the same way. $1: one project, or null for all; $3: creation fails; $4: a status in between that no client knows.
update supabase_projects
set status = case
    when $3 and status <> 'RESTORING' then 'INIT_FAILED'
    when $4 and status = 'COMING_UP' then 'WARMING_UP'
    when ready_at <= now() and not $2 then 'ACTIVE_HEALTHY'
    else status
end
where status in ('COMING_UP', 'WARMING_UP', 'RESTORING')
  and ready_at is not null
  and ($1::text is null or ref = $1);
