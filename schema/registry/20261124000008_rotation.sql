-- While a tenant's database password is being changed there are two, and one of them opens at any moment.

alter table tenants
    add column next_password text;                                -- sealed: the one that is to follow
