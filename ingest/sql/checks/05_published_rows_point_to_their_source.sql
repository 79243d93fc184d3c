-- Every published purchase and transaction points to a file and a row of it
-- Key: key.
select purchase_id as key from mart.purchase
where raw_sha256 is null or raw_row is null or source_id is null or source_key is null
union all
select transaction_id from mart.transaction where raw_sha256 is null or raw_row is null
