"""Assignment shares by demographic group, beside everybody else's: a report, not a rule.

No rule reads a demographic column; this table shows whether the outcome differs all the same.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from spendsense_pipeline.personas.rules import GENERAL, PERSONA_KEYS
from spendsense_pipeline.tables.personas import ANY_PERSONA, DEMOGRAPHICS, FAIRNESS_REPORT

if TYPE_CHECKING:
    import duckdb

LEAST_TELLING_DIFFERENCE = 0.10  # ten points: smaller gaps are not worth a warning at any size
LEAST_PEOPLE = 10  # in a group and beside it: below, an interval is no guide
_AGE_BAND = """case
  when age < 25 then 'under 25' when age < 35 then '25-34' when age < 50 then '35-49'
  when age < 65 then '50-64' when age >= 65 then '65 and over' end"""
# Every other demographic is a column of raw_users as it stands.
DIMENSIONS = {name: name for name in DEMOGRAPHICS} | {"age_band": _AGE_BAND}


def membership() -> str:
    """SQL of everybody's groups: `user_id, dimension, group_name`; unknown is left out."""
    groups = " union all ".join(
        f"select user_id, '{name}' as dimension, {expression} as group_name from raw_users"
        for name, expression in DIMENSIONS.items()
    )
    return f"select * from ({groups}) where group_name is not null"


def build_fairness_report(con: duckdb.DuckDBPyConnection) -> None:
    """Create or replace `fairness_report` from `persona_assignments` and `raw_users`."""
    [(group_count,)] = con.execute(
        f"""
        select count(distinct (dimension, group_name)) from ({membership()})
        semi join persona_assignments using (user_id)
        """
    ).fetchall()
    normal = statistics.NormalDist()
    con.execute(FAIRNESS_REPORT.create_sql())
    con.execute(
        f"""
        insert into fairness_report
        with
        membership as ({membership()}),
        outcomes as (
          select user_id, window_days, primary_persona as persona from persona_assignments
          union all
          select user_id, window_days, $any from persona_assignments
          where primary_persona <> $general),
        sizes as (
          select window_days, dimension, group_name, count(*) as people
          from membership join persona_assignments using (user_id) group by all),
        hits as (
          select window_days, dimension, group_name, persona, count(*) as assigned
          from membership join outcomes using (user_id) group by all),
        grid as (
          select s.*, p.persona, coalesce(h.assigned, 0) as assigned
          from sizes as s
          cross join (select unnest($personas) as persona) as p
          left join hits as h using (window_days, dimension, group_name, persona)),
        compared as (
          select *,
            sum(people) over everyone - people as rest_people,
            sum(assigned) over everyone - assigned as rest_assigned,
            sum(assigned) over everyone / sum(people) over everyone as overall
          from grid
          window everyone as (partition by window_days, dimension, persona)),
        shares as (
          select *, assigned / people as share,
            assigned / people - rest_assigned / nullif(rest_people, 0) as difference,
            greatest($least, $z_all * sqrt(
              overall * (1 - overall) * (1 / people + 1 / nullif(rest_people, 0)))) as tolerance
          from compared)
        select
          window_days, dimension, group_name, persona, people, assigned, share,
          greatest(0, (share + $z * $z / (2 * people) - $z * sqrt(
            share * (1 - share) / people + $z * $z / (4 * people * people)
          )) / (1 + $z * $z / people)) as share_low,
          least(1, (share + $z * $z / (2 * people) + $z * sqrt(
            share * (1 - share) / people + $z * $z / (4 * people * people)
          )) / (1 + $z * $z / people)) as share_high,
          rest_people, rest_assigned / nullif(rest_people, 0) as rest_share, difference,
          case when rest_people > 0 then tolerance end as tolerance,
          coalesce(abs(difference) > tolerance, false) as is_beyond
        from shares order by window_days, dimension, group_name, persona
        """,
        {
            "any": ANY_PERSONA,
            "general": GENERAL,
            "personas": [*PERSONA_KEYS, ANY_PERSONA],
            "least": LEAST_TELLING_DIFFERENCE,
            "z": normal.inv_cdf(0.975),
            # Bonferroni: with a dozen groups, one in two datasets would warn by chance alone
            "z_all": normal.inv_cdf(1 - 0.025 / max(group_count, 1)),
        },
    )
