-- core.purchase_search: the words of every purchase of the ledger. Key: none.
-- One row for a purchase, and one more for each transaction that says something else.

create table core.purchase_search as
select
  purchase_id,
  upper(concat_ws(' ', vendor_name, award_number, description)) as text
from core.purchase
join core.vendor_name using (vendor_key)
union all
select
  core.transaction.purchase_id,
  upper(core.transaction.description)
from core.transaction
join core.purchase using (purchase_id)
where core.transaction.description <> core.purchase.description;
