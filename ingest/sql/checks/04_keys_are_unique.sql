-- A purchase, a transaction and an agency stand once
-- Key: name, key.
select 'core.transaction' as name, transaction_id as key
from core.transaction group by all having count(*) > 1
union all
select 'core.purchase', purchase_id from core.purchase group by all having count(*) > 1
union all
select 'mart.purchase', purchase_id from mart.purchase group by all having count(*) > 1
union all
select 'mart.agency', agency_id from mart.agency group by all having count(*) > 1
union all
select 'mart.vendor', vendor_id from mart.vendor group by all having count(*) > 1
