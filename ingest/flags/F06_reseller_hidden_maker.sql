-- Reseller, and no maker named
-- asks: Whose product was bought through this reseller?
-- why: A reseller's name in the record hides which technology an agency has.
-- method: The vendor is known as a reseller, and neither the record nor a decision names a maker.
-- not applicable: The vendor is not known as a reseller.
-- innocent explanation: Resellers are an ordinary way to buy; the order itself, which the agency has,
--   names the product.
-- checked: 22 November 2026, by eye: raised on 46 of 275 counted purchases (17%); 46 read, and in
--   44 of them the record names no product.
-- version: 1
select
  examined.purchase_id,
  examined.maker_id is null as is_raised,
  format('bought from {}', examined.vendor_name) as value,
  examined.description as evidence,
  case when role is distinct from 'reseller' then 'the vendor is not known as a reseller' end
    as not_applicable
from examined
left join mart.vendor using (vendor_id)
