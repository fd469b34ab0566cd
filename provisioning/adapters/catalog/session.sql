-- Makes every value and every definition read the same on both sides, whatever the server's settings are.
-- With row_security off, rows that a policy would hide are an error instead of missing.
set search_path = '';
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set extra_float_digits = 1;
set bytea_output = 'hex';
set xmlbinary = 'base64';
set lc_monetary = 'C';
set row_security = off;
set statement_timeout = 0;
set lock_timeout = 0;
set idle_in_transaction_session_timeout = 0;
