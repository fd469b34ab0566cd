-- Makes room for a file that replaces what user $1 has sent of vendor $2 before.
delete from sellout_entries2
where user_id = $1
  and upload_batch_id in (
      select upload_batch_id from upload_batches where uploader_user_id = $1 and vendor_name = $2
  );
