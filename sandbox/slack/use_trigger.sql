-- Marks $1 as exchanged and says how it was before: used already, or older than three seconds.
with found as (
    select id, used_at is not null as was_used, made_at < now() - interval '3 seconds' as is_old
    from slack_triggers
    where id = $1
    for update
)
update slack_triggers t
set used_at = coalesce(used_at, now())
from found
where t.id = found.id
returning t.person_id, t.view_id, found.was_used, found.is_old;
