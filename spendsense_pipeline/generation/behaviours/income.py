"""Income: when it comes, how much, and from whom.

Pay, Social Security and pensions that fall on a weekend or bank holiday come the business day
before. `Paychecks` are the household's main income, whose rhythm it lives by; what else it has, a
second earner's pay or benefits beside, comes with `pay_postings` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours import employment, paydays
from spendsense_pipeline.generation.behaviours.irregular_pay import (
    checking_share,
    is_paid_by_clients,
    rare_pay_cents,
    rare_paydays,
)
from spendsense_pipeline.generation.behaviours.paydays import PAYCHECKS_PER_YEAR
from spendsense_pipeline.generation.calendar import PAD_DAYS
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.payers import CLIENTS_PER_USER, IN_A_ROW, Payer
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import integers, normal, uniform, words
from spendsense_pipeline.generation.world import World

UNEMPLOYMENT_WAITS_DAYS = 19
"""From the last day of work to the first benefit, at least: a week nobody pays, and the form."""
_WEDNESDAY = 2


@dataclass(frozen=True)
class Paychecks:
    """Days of every household's main income in order: `[U, K]`; days past the horizon pad the
    rows."""

    day: Ints
    """Settlement day; negative = before the history, `>= days` = padding."""
    cents: Ints
    """0 where nothing is paid, between two employers."""
    payer: Ints
    """Which of the user's employers, or of an irregular worker's clients, pays: a `Payer`."""
    first: Ints
    """Column of the first payday on or after day 0: `[U]`."""

    def of_first(self, users: int) -> Paychecks:
        """Of the first so many users."""
        return Paychecks(*(each[:users] for each in (self.day, self.cents, self.payer, self.first)))


def plan_paychecks(world: World) -> Paychecks:
    """Schedule and amounts of the main income, starting with the last before the history."""
    profiles = world.profiles
    count = world.days // 7 + 4
    nominal = np.full((world.users, count), paydays.never(world), dtype=np.int64)
    cents = np.zeros((world.users, count), dtype=np.int64)
    payer = np.full((world.users, count), int(Payer.EMPLOYER_1), dtype=np.int64)

    is_irregular = profiles.cadence == Cadence.IRREGULAR
    who = np.flatnonzero(~is_irregular & ~profiles.is_retired)
    nominal[who] = paydays.payroll_days(world, who, profiles.cadence[who], "payday", count)
    careers = employment.careers(world, who)
    job = careers.job_at(nominal[who])
    # Of employers that events have ended there may be any number, of others one less is left.
    employer = np.array(IN_A_ROW)[
        np.minimum(job + world.turns.employer[who, np.newaxis], len(IN_A_ROW) - 1)
    ]
    usd = _mean_paycheck(profiles.income.main_pay_usd[who], profiles.cadence[who])
    factor = np.take_along_axis(careers.pay_factor, job, axis=1)
    factor = factor * employment.raises(world, who, nominal[who], "pay")
    factor = factor * employment.hours(world, who, nominal[who], "pay")
    factor = np.where(careers.is_between(nominal[who]), 0.0, factor)
    cents[who] = np.rint(usd[:, np.newaxis] * 100 * factor)
    drives = world.turns.drives_for_platform[who, np.newaxis]
    payer[who] = np.where(drives, Payer.PLATFORM, employer)
    cents[who] = np.where(drives, _by_the_ride(world, who, nominal[who], cents[who]), cents[who])

    who = np.flatnonzero(is_irregular)
    nominal[who] = rare_paydays(world, count)[who]
    cents[who] = rare_pay_cents(world, count)[who]
    has_clients = is_paid_by_clients(world)[who]
    turn = np.where(has_clients[:, np.newaxis], np.arange(count) % CLIENTS_PER_USER, 0)
    payer[who] = Payer.EMPLOYER_1 + turn

    who = np.flatnonzero(profiles.is_retired)
    benefit_day, benefit_cents = _benefits(world, who)
    nominal[who, : benefit_day.shape[1]] = benefit_day
    cents[who, : benefit_cents.shape[1]] = benefit_cents
    payer[who] = Payer.SOCIAL_SECURITY
    cents[nominal < world.turns.paid_from_day[:, np.newaxis]] = 0

    # Paydays past the horizon are kept as nominal: they say where the last pay period ends.
    known = nominal < world.days + PAD_DAYS // 2
    actual = np.where(known, world.calendar.on_or_before(nominal), nominal).astype(np.int64)
    return Paychecks(day=actual, cents=cents, payer=payer, first=(actual < 0).sum(axis=1))


def pay_day_of_month(world: World, paychecks: Paychecks) -> Ints:
    """Day of the month by which each user's main income has come: that of their first payday, for
    Social Security the latest that the rule allows.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`.

    Returns:
        1..31 per user, `[U]`.
    """
    day = np.take_along_axis(paychecks.day, paychecks.first[:, np.newaxis], axis=1)[:, 0]
    of_month = world.calendar.day_of_month[np.clip(day, 0, world.days - 1)].astype(np.int64)
    latest = paydays.latest_benefit_day(paydays.benefit_wednesday(world))
    return np.where(world.profiles.is_retired, latest, of_month)


def pay_postings(world: World, paychecks: Paychecks, labels: Labels) -> Postings:
    """Direct deposits into checking: the main income and whatever a household has beside.

    Args:
        world: The shard.
        paychecks: Paydays and amounts per user, `[U, K]`.
        labels: Names of who pays.

    Returns:
        A row per payment of the plan, money in.
    """
    everybody = np.arange(world.users)
    purpose = np.where(world.profiles.is_retired, Purpose.BENEFIT, Purpose.PAY)
    share = checking_share(world)[:, np.newaxis]
    to_checking = np.rint(paychecks.cents * share).astype(np.int64)
    saved = paychecks.cents - to_checking
    lines = labels.payers(world)
    main = _deposits(world, everybody, paychecks.day, to_checking, paychecks.payer, lines)
    rest = _deposits(world, everybody, paychecks.day, saved, paychecks.payer, lines)
    return Postings.joined(
        [
            postings(**main, purpose=purpose[main["user"]]),
            postings(**rest | {"slot": Slot.SAVINGS}, purpose=Purpose.SAVED_PAY),
            _final_pay(world, paychecks, lines),
            _second_pay(world, lines),
            _unemployment(world, lines),
            _benefits_beside_pay(world, lines),
            _pensions(world, lines),
        ]
    )


def _deposits(
    world: World, who: Ints, day: Ints, cents: Ints, payer: Ints | Payer, lines: Ints
) -> dict[str, Ints | Slot]:
    """Rows of planned payments `[N, K]` to some users `[N]`, but for their purpose; `lines` as of
    `Labels.payers`."""
    row, column = np.nonzero((day >= 0) & (day < world.days) & (cents > 0))
    user, paid_by = who[row], np.broadcast_to(np.asarray(payer), day.shape)[row, column]
    return {
        "user": user,
        "slot": Slot.CHECKING,
        "day": day[row, column],
        "cents": -cents[row, column],
        "label": lines[user, paid_by],
    }


def _final_pay(world: World, paychecks: Paychecks, lines: Ints) -> Postings:
    """What an employer pays for the days worked before an event ended the work, when it was due."""
    ended = world.turns.paid_from_day > world.chapters.first_day
    ended &= world.profiles.cadence[world.chapters.before] != Cadence.IRREGULAR
    row = np.flatnonzero(ended & (world.chapters.number > 0))
    before, day = world.chapters.before[row], world.chapters.first_day[row]
    due = (paychecks.day[before] < day[:, np.newaxis]).sum(axis=1)
    last = paychecks.day[before, np.maximum(due - 1, 0)]
    pays_on = paychecks.day[before, due]
    worked = (day - last) / np.maximum(pays_on - last, 1)
    cents = np.rint(paychecks.cents[before, due] * worked).astype(np.int64)
    payer = paychecks.payer[before, due]
    paid = _deposits(
        world,
        row,
        pays_on[:, np.newaxis],
        np.where(np.isin(payer, IN_A_ROW), cents, 0)[:, np.newaxis],
        payer[:, np.newaxis],
        lines[world.chapters.before],
    )
    # Another than what comes from elsewhere that day.
    return postings(**paid, purpose=Purpose.PAY, serial=1)


def _second_pay(world: World, lines: Ints) -> Postings:
    """Pay of second earners, who keep their employers, and payouts of the platforms of apps."""
    profiles = world.profiles
    who = np.flatnonzero(profiles.has_second_earner)
    cadence = profiles.second_cadence[who]
    nominal = paydays.payroll_days(world, who, cadence, "second_payday", world.days // 7 + 4)
    usd = _mean_paycheck(profiles.income.second_pay_usd[who], cadence)
    factor = employment.raises(world, who, nominal, "second_pay")
    factor = factor * employment.hours(world, who, nominal, "second_pay")
    factor = factor * employment.rides(world, who, nominal)
    cents = np.rint(usd[:, np.newaxis] * 100 * factor).astype(np.int64)
    day = world.calendar.on_or_before(nominal).astype(np.int64)
    day = np.where(nominal < world.days + PAD_DAYS // 2, day, nominal)
    rows = _deposits(world, who, day, cents, Payer.SECOND_EMPLOYER, lines)
    return postings(**rows, purpose=Purpose.SECOND_PAY)


def _by_the_ride(world: World, who: Ints, day: Ints, cents: Ints) -> Ints:
    """What a platform pays out for a week around the usual sum: `[N, K]` cents."""
    keys = world.keys("platform_payout")[who]
    swing = np.clip(normal(words(keys, day - employment.NUMBERED_FROM_DAY)), -2, 2)
    sigma = employment.PLATFORM_AMOUNT_SIGMA
    return np.rint(cents * np.exp(sigma * swing - sigma**2 / 2)).astype(np.int64)


def _unemployment(world: World, lines: Ints) -> Postings:
    """Benefits of who looks for work: whole dollars every second Wednesday, after a wait."""
    monthly = world.profiles.income.unemployment_usd
    who = np.flatnonzero(monthly > 0)
    first_wednesday = (_WEDNESDAY - int(world.calendar.weekday[0])) % 7
    to_first = first_wednesday + 7 * integers(world.words("unemployment_week", 0)[who], 2)
    nominal = to_first[:, np.newaxis] + 14 * np.arange(world.days // 14 + 1)
    weekly = np.rint(monthly[who] * 12 / 52)
    begins = world.chapters.first_day[who] + UNEMPLOYMENT_WAITS_DAYS
    cents = np.where(nominal >= begins[:, np.newaxis], (2 * weekly * 100)[:, np.newaxis], 0).astype(
        np.int64
    )
    day = world.calendar.on_or_before(nominal).astype(np.int64)
    rows = _deposits(world, who, day, cents, Payer.UNEMPLOYMENT, lines)
    return postings(**rows, purpose=Purpose.UNEMPLOYMENT)


def _benefits(world: World, who: Ints) -> tuple[Ints, Ints]:
    """Nominal days and cents of Social Security for some users: `[N, M]` each.

    What is left of a benefit after the premium of Medicare is rounded down to the dollar (Social
    Security Act, section 215(g)).
    """
    months = np.arange(-1, world.calendar.month_count + 1)
    day = paydays.benefit_days(world.calendar, paydays.benefit_wednesday(world)[who], months)
    usd = world.profiles.income.social_security_usd[who]
    grown = usd[:, np.newaxis] * paydays.cost_of_living(world, months)
    return day, np.floor(grown).astype(np.int64) * 100


def _benefits_beside_pay(world: World, lines: Ints) -> Postings:
    """Social Security of those who work on."""
    profiles = world.profiles
    who = np.flatnonzero((profiles.income.social_security_usd > 0) & ~profiles.is_retired)
    nominal, cents = _benefits(world, who)
    day = world.calendar.on_or_before(nominal).astype(np.int64)
    rows = _deposits(world, who, day, cents, Payer.SOCIAL_SECURITY, lines)
    return postings(**rows, purpose=Purpose.BENEFIT)


def _pensions(world: World, lines: Ints) -> Postings:
    """Pensions, the same every month: on the first, or on the last business day of the month."""
    who = np.flatnonzero(world.profiles.income.pension_usd > 0)
    months = np.arange(-1, world.calendar.month_count + 1)
    day_of_month = np.where(uniform(world.words("pension_day", 0)[who]) < 0.6, 1, 31)
    nominal = world.calendar.clamp_day(months, day_of_month[:, np.newaxis])
    cents = np.rint(world.profiles.income.pension_usd[who] * 100).astype(np.int64)
    day = world.calendar.on_or_before(nominal).astype(np.int64)
    every_month = np.broadcast_to(cents[:, np.newaxis], day.shape)
    rows = _deposits(world, who, day, every_month, Payer.PENSION, lines)
    return postings(**rows, purpose=Purpose.PENSION)


def _mean_paycheck(monthly_usd: Floats, cadence: Ints) -> Floats:
    """USD of a regular earner's usual paycheck: `[N]`."""
    per_year = np.ones(max(Cadence) + 1)
    per_year[[*PAYCHECKS_PER_YEAR]] = [*PAYCHECKS_PER_YEAR.values()]
    return monthly_usd * 12 / per_year[cadence]


def events_passed(event_day: Ints, days: int) -> Ints:
    """How many events have come by each day.

    Args:
        event_day: Days of the events of each user, `[U, K]`; outside the history they count as at
            its edge.
        days: Days of the history.

    Returns:
        Events up to and including each day, per (user, day): `[U, D]`.
    """
    users = event_day.shape[0]
    at = np.clip(event_day, 0, days)
    flat = (np.arange(users)[:, np.newaxis] * (days + 1) + at).ravel()
    counts = np.bincount(flat, minlength=users * (days + 1)).reshape(users, days + 1)
    return np.cumsum(counts[:, :days], axis=1)
