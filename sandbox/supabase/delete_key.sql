-- Deletes key $2 of project $1. The project's apps know its default key by the project itself, so it goes there, too.
with known as (
    update supabase_projects set
        publishable_key = case when publishable_key = gone.api_key then '' else publishable_key end,
        secret_key = case when secret_key = gone.api_key then '' else secret_key end
    from supabase_api_keys as gone
    where supabase_projects.ref = $1 and gone.ref = $1 and gone.id = $2
)
delete from supabase_api_keys where ref = $1 and id = $2
returning id, type, name, api_key, secret_jwt_template, inserted_at, updated_at;
