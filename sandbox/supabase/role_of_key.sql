-- Whom the key $2 makes its bearer in project $1; null for a key that is none of its keys.
select case
    when exists (select from supabase_api_keys where ref = $1 and api_key = $2 and type = 'secret') then 'service_role'
    when exists (select from supabase_api_keys where ref = $1 and api_key = $2 and type = 'publishable') then 'anon'
    when legacy_keys_enabled and $2 = service_role_key then 'service_role'
    when legacy_keys_enabled and $2 = anon_key then 'anon'
end
from supabase_projects
where ref = $1;
