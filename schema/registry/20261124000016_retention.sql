-- Once an hour one worker of all deletes what the engine keeps of legs that ended long ago.

insert into schedules (name, slot, due_at) values ('retention', 'installed', now());
