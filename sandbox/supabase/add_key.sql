-- Adds key $4 of type $2 called $3 to project $1. While its first keys are missing ($6), a new one with the
-- same name takes the place of the one that nobody has seen; "default" is what the project's apps know it by.
with known as (
    update supabase_projects set
        publishable_key = case when $2 = 'publishable' then $4 else publishable_key end,
        secret_key = case when $2 = 'secret' then $4 else secret_key end
    where ref = $1 and $3 = 'default'
      and exists (select from supabase_api_keys where ref = $1 and type = $2 and name = $3 and given and $6)
)
insert into supabase_api_keys as present (ref, type, name, api_key, secret_jwt_template)
values ($1, $2, $3, $4, nullif($5::jsonb, 'null'))
on conflict (ref, type, name) do update
    set api_key = excluded.api_key, secret_jwt_template = excluded.secret_jwt_template, given = false
    where present.given and $6
returning id, type, name, api_key, secret_jwt_template, inserted_at, updated_at;
