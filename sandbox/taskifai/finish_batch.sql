-- Ends the processing of batch $1.
update upload_batches
set processing_status = $2,
    vendor_name = $3,
    rows_total = $4::integer + $5::integer,
    rows_processed = $4,
    rows_failed = $5,
    total_sales_eur = $6,
    error_summary = $7,
    processing_completed_at = now()
where upload_batch_id = $1;
