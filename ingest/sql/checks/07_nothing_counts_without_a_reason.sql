-- Nothing counts without a technology and a reason that can be shown
-- Key: purchase_id.
select purchase_id, status, technology
from mart.purchase as purchase
where is_counted
  and (technology is null
    or not exists (
      from mart.evidence as evidence
      where evidence.purchase_id = purchase.purchase_id and speaks = 'for'
    ))
