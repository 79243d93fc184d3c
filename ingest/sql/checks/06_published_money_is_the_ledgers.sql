-- Published transactions hold the same money as the ledger, purchase by purchase
-- Key: purchase_id.
select purchase_id, published.amount, ledger.amount
from (select purchase_id, sum(amount) as amount from mart.transaction group by all) as published
full join (
  select purchase_id, sum(core.transaction.amount) as amount
  from core.transaction semi join mart.purchase using (purchase_id)
  group by all
) as ledger using (purchase_id)
where published.amount is distinct from ledger.amount
