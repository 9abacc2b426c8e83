-- Nobody is offered a product of a kind that one of their accounts shows they have.
select distinct
  advised.recommendation_id,
  advised.user_id,
  advised.window_days,
  advised.content_id,
  format(
    '{} is offered to the holder of a {} account', item.product_kind, account.subtype
  ) as problem
from recommendations as advised
join content_items as item on item.content_id = advised.content_id
join _guard_products as product on product.product_kind = item.product_kind
join raw_accounts as account
  on account.user_id = advised.user_id
  and account.type = product.type
  and list_contains(product.subtypes, account.subtype)
where coalesce(account.holder_category, '') <> 'business'
