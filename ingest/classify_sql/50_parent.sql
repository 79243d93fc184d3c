-- inherited: orders that take their contract's technology. Key: purchase_id.
-- Orders under a single-award contract that is itself matched take its technology (ruling 3), and
-- so do payments to the same vendor under a city's contract:
-- never from a schedule or a contract with several holders, and never against their own reasons.
create or replace temp table inherited as
select
    orders.purchase_id, parent.*,
    ' ' || normal_text(strip_accents(concat_ws(' || ', orders.description))) || ' ' as words, orders.psc
from core.purchase as orders
join core.purchase as contract on contract.purchase_id = orders.contract_ref
join (
    select
        purchase_id as parent_id, technology, type, technologies, form as parent_form, scope, maker_id,
        evidence, rule as parent_rule
    from evidence.verdict where status = 'matched'
) as parent on parent.parent_id = contract.purchase_id
left join evidence.verdict as own on own.purchase_id = orders.purchase_id
where (
        (contract.record_kind = 'idv' and orders.record_kind <> 'idv'
            and (contract.is_single_award_parent or orders.is_single_award_parent))
        -- A city's contract has one holder, who is who its payments and orders are for.
        or (contract.record_kind = 'contract' and orders.record_kind in ('payment', 'order')
            and orders.vendor_key = contract.vendor_key)
    )
    and (own.purchase_id is null or own.status = 'possible');

