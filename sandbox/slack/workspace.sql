-- The workspace as it is on the first day; rows that are there stay as they are.
insert into slack_workspace (team_id, name, domain, app_id, bot_id, bot_user_id, scopes)
values ('T0TASKIFAI1', 'TaskifAI', 'taskifai', 'A0TENANTBOT', 'B0TENANTBOT', 'U0TENANTBOT', array[
    'app_mentions:read', 'channels:history', 'channels:read', 'chat:write', 'commands', 'files:write',
    'groups:history', 'groups:read', 'im:history', 'im:read', 'im:write', 'team:read', 'usergroups:read', 'users:read'
])
on conflict do nothing;

insert into slack_people (id, team_id, name, real_name, is_bot, is_restricted, is_stranger, deleted)
values
    ('U0TENANTBOT', 'T0TASKIFAI1', 'tenantbot', 'tenantbot', true, false, false, false),
    ('U0VIEWER001', 'T0TASKIFAI1', 'viewer', 'Viewer', false, false, false, false),
    ('U0OPERATOR1', 'T0TASKIFAI1', 'operator', 'Operator', false, false, false, false),
    ('U0APPROVER1', 'T0TASKIFAI1', 'approver', 'Approver', false, false, false, false),
    ('U0APPROVER2', 'T0TASKIFAI1', 'approver2', 'Second approver', false, false, false, false),
    ('U0GUEST0001', 'T0TASKIFAI1', 'guest', 'Guest', false, true, false, false),
    ('U0LEFT00001', 'T0TASKIFAI1', 'left', 'Someone who left', false, false, false, true),
    ('U0OTHERBOT1', 'T0TASKIFAI1', 'otherbot', 'Another bot', true, false, false, false),
    ('U0HARBOUR01', 'T0HARBOUR01', 'stranger', 'Someone at Harbour & Daughters', false, false, true, false)
on conflict do nothing;

insert into slack_channels (id, name, kind, is_general, is_ext_shared, shared_team_ids, purpose)
values
    ('C0OPS000001', 'ops', 'channel', false, false, '{}', 'Tenants are provisioned and looked after here'),
    ('C0GENERAL01', 'general', 'channel', true, false, '{}', 'For everyone'),
    ('C0RANDOM001', 'random', 'channel', false, false, '{}', 'For everything else'),
    ('C0SHARED001', 'with-harbour', 'channel', false, true, array['T0TASKIFAI1', 'T0HARBOUR01'], 'With a customer')
on conflict do nothing;

insert into slack_members (channel_id, person_id)
select channel, person
from (values
    ('C0OPS000001', array['U0TENANTBOT', 'U0VIEWER001', 'U0OPERATOR1', 'U0APPROVER1', 'U0APPROVER2', 'U0GUEST0001']),
    ('C0GENERAL01', array['U0VIEWER001', 'U0OPERATOR1', 'U0APPROVER1', 'U0APPROVER2', 'U0OTHERBOT1']),
    ('C0RANDOM001', array['U0VIEWER001', 'U0OPERATOR1', 'U0APPROVER1', 'U0APPROVER2']),
    ('C0SHARED001', array['U0TENANTBOT', 'U0OPERATOR1', 'U0HARBOUR01'])
) as joined (channel, people), unnest(people) as person
where not exists (select from slack_members where channel_id = channel)
on conflict do nothing;

insert into slack_groups (id, name, handle)
values
    ('S0VIEWERS01', 'Viewers', 'viewers'),
    ('S0OPERATORS', 'Operators', 'operators'),
    ('S0APPROVERS', 'Approvers', 'approvers')
on conflict do nothing;

insert into slack_group_members (group_id, person_id)
select grouped, person
from (values
    ('S0VIEWERS01', array['U0VIEWER001']),
    ('S0OPERATORS', array['U0OPERATOR1']),
    ('S0APPROVERS', array['U0APPROVER1', 'U0APPROVER2'])
) as joined (grouped, people), unnest(people) as person
where not exists (select from slack_group_members)
on conflict do nothing;
