-- Grants and sub-awards hold the money of their newest rows, and none of it is a purchase's
-- Key: name.
select 'mart.grant' as name, published.amount, ledger.amount
from (select sum(amount) as amount from mart.grant) as published,
  (
    select sum(core.grant_transaction.amount) as amount
    from core.grant_transaction
    semi join mart.grant using (grant_id)
    where correction is distinct from 'D'
  ) as ledger
where published.amount is distinct from ledger.amount
union all
select 'mart.subaward', count(*), count(distinct subaward_id)
from mart.subaward
having count(*) <> count(distinct subaward_id)
union all
select 'mart.purchase', count(*), 0
from mart.purchase
where record_kind in ('grant', 'subaward')
having count(*) > 0
