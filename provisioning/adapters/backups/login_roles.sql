-- Login roles that the tenant made: neither Supabase's nor ours, and either something in this database depends on
-- them, or whoever made them (and is asking now) may administer them. Roles are the whole server's, so a role that
-- only logs in to another database of it is not told.
select rolname
from pg_catalog.pg_roles r
where rolcanlogin
  and not rolsuper
  and rolname not in (current_user, session_user)
  and rolname !~ '^(pg_|supabase_|cli_login_)'
  and rolname not in ('postgres', 'authenticator', 'dashboard_user', 'pgbouncer', 'pgsodium_keyholder', 'pgtle_admin')
  and (
      exists (
          select from pg_catalog.pg_shdepend d
          join pg_catalog.pg_database here on here.oid = d.dbid and here.datname = current_database()
          where d.refclassid = 'pg_catalog.pg_authid'::regclass and d.refobjid = r.oid
      )
      or exists (
          select from pg_catalog.pg_auth_members m
          join pg_catalog.pg_roles own on own.oid = m.member and own.rolname = current_user
          where m.roleid = r.oid and m.admin_option
      )
  )
order by rolname collate "C";
