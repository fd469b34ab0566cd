-- The database of project $1, and whether $2 opens it: a secret key, or the old one while those are in use.
select database_name,
       $2 = secret_key
       or (legacy_keys_enabled and $2 = service_role_key)
       or exists (select from supabase_api_keys where ref = $1 and type = 'secret' and api_key = $2)
           as key_fits
from supabase_projects
where ref = $1 and deleted_at is null;
