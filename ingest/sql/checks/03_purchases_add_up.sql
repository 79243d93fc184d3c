-- Purchases hold the same money as their transactions, to the cent
-- Key: none. One row where they do not.
with
  money as (
    select
      (select sum(amount) from core.transaction) as in_transactions,
      (select sum(transactions.amount)
        from (select purchase_id, sum(amount) as amount from core.transaction group by all)
          as transactions
        join core.purchase using (purchase_id)) as in_purchases
  )
select *
from money
where in_transactions is distinct from in_purchases
union all
select total, core.purchase.amount
from core.purchase
join (select purchase_id, sum(amount) as total from core.transaction group by all)
  using (purchase_id)
where basis <> 'ceiling' and total is distinct from core.purchase.amount
