select g.*, array(
    select m.person_id
    from slack_group_members m join slack_people p on p.id = m.person_id
    where m.group_id = g.id and not p.deleted
    order by m.person_id
) as members
from slack_groups g
order by g.handle;
