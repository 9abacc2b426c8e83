"""Finding a person of a dataset by their id, or saying who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.errors import SpendSenseError

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader


def find_user(published: DatasetReader, user_id: str) -> dict[str, Any]:
    """The person's raw row.

    Raises:
        SpendSenseError: naming ids there are.
    """
    found = published.rows("select * from raw_users where user_id = $user_id", {"user_id": user_id})
    if found:
        return found[0]
    [(count, first, last)] = published.con.execute(
        "select count(*), first(user_id order by len(user_id), user_id), "
        "last(user_id order by len(user_id), user_id) from raw_users"
    ).fetchall()
    near = published.rows(
        "select user_id from raw_users order by levenshtein(user_id, $user_id), user_id limit 1",
        {"user_id": user_id},
    )
    raise SpendSenseError(
        problem=f"there is no user {user_id} among the {count:,} ({first} to {last})",
        remedy=f"did you mean {near[0]['user_id']}?"
        if near
        else "nobody is in the dataset: bring people in with `spendsense import`, or make some with"
        " `spendsense refresh`",
    )
