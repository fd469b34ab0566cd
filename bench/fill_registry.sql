-- Tenants with what they leave behind: runs with steps and events, and rows of the audit log (not chained: nobody
-- verifies these). Most tenants are verified; some are not, some are suspended, some are tombstones.
insert into tenants (company_name, subdomain, state, is_active, created_at, admin_email, admin_name, region, project_ref,
                     project_name, platform_tenant_id, schema_version, database_bytes, verdict, database_url, database_key,
                     database_anon_key, project_password, deleted_at, suspended_at)
select format('%s %s %s', (array['Acme', 'Nordic', 'Galilu', 'Blue', 'Liberty', 'Riverside'])[n % 6 + 1],
              substr(md5(n::text), 1, 6), (array['Inc', 'GmbH', 'Ltd', 'Sp. z o.o.'])[n % 4 + 1]),
       'tenant-' || n, state, state in ('verified', 'unverified'), now() - n * interval '5 minutes',
       format('admin%s@%s.example', n, substr(md5(n::text), 1, 8)), 'Ada Admin', 'eu-west-1',
       substr(translate(md5(n::text), '0123456789', 'ghijklmnop'), 1, 20), format('t-tenant-%s-12345678', n), n::text,
       '20261124000001', 9000000, case state when 'verified' then 'verified, 9 of 9 checks' end, repeat('s', 200),
       repeat('s', 200), repeat('s', 200), repeat('s', 200), case state when 'deleted' then now() end,
       case state when 'suspended' then now() end
from (
    select n, case when n % 50 = 0 then 'deleted' when n % 37 = 0 then 'suspended' when n % 23 = 0 then 'unverified'
              else 'verified' end as state
    from generate_series(1, {count}) n
) numbered;

insert into runs (run_id, kind, state, subdomain, tenant_id, request, request_hash, requested_by, checklist, created_at,
                  started_at, finished_at, origin, reported)
select format('%s-%s-%s', kind, subdomain, number), kind, 'succeeded', subdomain, tenant_id, '{{"reason": "a bench"}}',
       md5(subdomain), 'ada (slack)',
       case when kind <> 'suspend' then jsonb_build_array(jsonb_build_object(
           'name', 'frontend', 'expected', '200', 'found', '200', 'ok', true, 'advisory', false, 'evidence', '', 'seconds', 0.1))
       end, created_at + number * interval '1 day', created_at + number * interval '1 day',
       created_at + number * interval '1 day', '{{"surface": "slack", "user": "U0OPERATOR1"}}', true
from tenants
cross join (values (0, 'provision'), (1, 'verify'), (2, 'verify'), (3, 'rotate')) as made (number, kind);

-- Some are open: running, and waiting for a person.
update runs set state = case when tenant_id::text < '8' then 'running' else 'waiting' end, finished_at = null,
                waiting_for = '{{"who": "ada", "what": "Retry once the cause is gone.", "until": null}}'
where kind = 'rotate' and mod(split_part(subdomain, '-', 2)::int, 500) = 7;

insert into run_steps (run_id, number, title, state, begun, attempts, typical, detail, started_at, finished_at)
select run_id, number, 'Configure DNS', 'succeeded', true, 1, 3, 'resolves by the wildcard', created_at, created_at
from runs cross join lateral generate_series(1, case kind when 'provision' then 8 when 'rotate' then 7 else 1 end) number;

insert into run_events (run_id, what, step, detail)
select run_id, 'step succeeded', number, 'resolves by the wildcard'
from runs cross join generate_series(1, 4) number;

insert into audit_log (seq, at, surface, actor_id, actor_name, action, subdomain, run_id, result, key_id, previous_hash, hash)
select row_number() over (order by created_at), created_at, 'slack', 'U0OPERATOR1', 'ada', kind || '.requested',
       subdomain, run_id, 'accepted', 'bench', md5(run_id), md5(run_id)
from runs cross join generate_series(1, 2);
