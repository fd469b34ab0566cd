-- The two keys of the new kind that every project has from the start; both are called "default".
insert into supabase_api_keys (ref, type, name, api_key, secret_jwt_template, given)
select ref, type, 'default', api_key, template, true
from supabase_projects
cross join lateral (values
    ('publishable', publishable_key, null::jsonb),
    ('secret', secret_key, '{"role": "service_role"}'::jsonb)
) as keys (type, api_key, template)
where ref = $1;
