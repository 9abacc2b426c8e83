-- Nothing that preys on people is offered or spoken of: no payday, title or pawn loan, no
-- rent-to-own, no high-fee advance, no gambling, no speculation; and no kind of product but those
-- known to be fair.
select
  advised.recommendation_id,
  advised.user_id,
  advised.window_days,
  phrase.content_id,
  phrase.problem
from _guard_phrases as phrase
left join recommendations as advised on advised.rowid = phrase.offer_no
where phrase.list = 'predatory'
union all
select
  null,
  null,
  null,
  item.content_id,
  format('{} is no kind of product known to be fair', item.product_kind)
from content_items as item
anti join _guard_products as product on product.product_kind = item.product_kind
where item.product_kind is not null
