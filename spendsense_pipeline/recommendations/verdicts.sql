-- Every criterion of everything chosen, with the person's value and the verdict.
select
  chosen.chosen_no,
  list(
    {
      role: criterion.role,
      feature: criterion.fact,
      label: about.label,
      operator: criterion.operator,
      threshold: criterion.threshold,
      unit: about.unit,
      value: known.value,
      is_met: coalesce(
        case criterion.operator
          when '>=' then known.value >= criterion.threshold
          when '>' then known.value > criterion.threshold
          when '<' then known.value < criterion.threshold
          when '=' then known.value = criterion.threshold
        end,
        false
      ),
      criterion: criterion.criterion
    }
    order by criterion.position
  ) as eligibility
from _advice_chosen as chosen
join _advice_conditions as criterion on criterion.content_id = chosen.content_id
join _advice_known as about on about.fact = criterion.fact
left join _advice_values as known
  on known.known_no = chosen.known_no and known.fact = criterion.fact
group by chosen.chosen_no
