-- Uses up one turn of the newest fault for $1 (service) that matches $2 (path) or $3 (method and path).
-- A path is a prefix in which * stands for anything. $4: kinds that do not apply here.
with pattern as (
    select id, replace(replace(replace(replace(path, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%') || '%' as template
    from sandbox_faults
)
update sandbox_faults
set times = times - 1
where id = (
    select f.id
    from sandbox_faults f join pattern p using (id)
    where f.service = $1
      and ($2 like p.template or $3 like p.template)
      and f.kind <> all ($4::text[])
      and (f.times is null or f.times > 0)
    order by f.id desc
    limit 1
    for update of f
)
returning id, service, path, kind, times, delay;
