-- Orders under a single-award contract that is itself matched take its technology (ruling 3):
-- never from a schedule or a contract with several holders, and never against their own reasons.
create or replace temp table inherited as
select
    orders.purchase_id, parent.*
from core.purchase as orders
join core.purchase as contract on contract.purchase_id = orders.contract_ref
join (
    select
        purchase_id as parent_id, technology, type, technologies, form as parent_form, scope, maker_id,
        evidence, rule as parent_rule
    from evidence.verdict where status = 'matched'
) as parent on parent.parent_id = contract.purchase_id
left join evidence.verdict as own on own.purchase_id = orders.purchase_id
where contract.record_kind = 'idv' and orders.record_kind <> 'idv'
    and contract.is_single_award_parent
    and (own.purchase_id is null or own.status = 'possible');

insert into evidence.reason
select
    purchase_id, 5, 'parent-contract', 'an order under a contract with one holder that was itself matched',
    'parent contract', evidence, technology, type, scope, maker_id, 'for'
from inherited;

delete from evidence.verdict where purchase_id in (select purchase_id from inherited);

insert into evidence.verdict
select
    purchase_id, 'matched', scope, 5, technology, type, technologies, null, null,
    'parent-contract', 'parent contract', evidence, maker_id, null, null
from inherited;
