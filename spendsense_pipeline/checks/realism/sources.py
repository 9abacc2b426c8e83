"""Where bands come from: the public source of each, in the words it can be found by."""

from __future__ import annotations

from typing import Final

JUDGED: Final = "judged"
OUR_PROMISE: Final = "our own promise"

ATLANTA_2023: Final = "Atlanta Fed, Survey and Diary of Consumer Payment Choice 2023-2024"
ATLANTA_2024: Final = "Atlanta Fed, Survey and Diary of Consumer Payment Choice 2024"
DIARY: Final = (
    "Federal Reserve Financial Services, Diary of Consumer Payment Choice 2025: 35 % of payments "
    "by number on credit, 30 % on debit"
)
PAYMENTS_STUDY: Final = "Federal Reserve Payments Study (secondary page)"
PEW_APPS: Final = "Pew 2022: 76 % have used one"
BANKRATE_ATM: Final = (
    "Bankrate 2025; Federal Reserve Payments Study 2013: 32 % of withdrawals at other banks'"
)
POSTING: Final = (
    "Swipesum and Consumers Credit Union 2023-2025: debit posts in 0 to 3 business days, whoever "
    "pays"
)

COFFEE: Final = "DojoBusiness 2025, coffee shop tickets (trade site)"
FAST_FOOD: Final = "DojoBusiness and Hi Auto 2025, fast food tickets (trade sites)"
FUEL: Final = "NACS 2024: about 10 gallons a fill; AAA 2025, prices"
BASKETS: Final = "Catalina 2020: $49.28 a trip; Capital One Shopping 2025"
AMOUNTS: Final = "Mizuno et al. 2008; Di Clemente et al. 2018"
ZIPF: Final = "Di Clemente et al. 2018"
NIGRINI: Final = "Nigrini, marginal conformity"
GELMAN: Final = "Gelman et al. 2014"
WEEKDAYS: Final = "UK card data in the press; Sparkov's default weights"
USDA: Final = "USDA food plans 2025; BLS, Consumer Expenditure Survey 2023 by size of household"
NAMCS: Final = (
    "CDC, National Ambulatory Medical Care Survey 2019: 3 to 4 office visits a person-year"
)

TRAVEL: Final = (
    "Gallup 2021: 38 % fly in a year, 1.4 trips on average; Monterey County 2014: two thirds take "
    "overnight trips"
)
STAYS: Final = "SiteMinder 2025: 1.61 nights a stay; judged"
FOOTPRINTS: Final = "company store locators 2025"
CLOSINGS: Final = "the companies' announcements and the trade press 2023-2025"

CE: Final = "BLS, Consumer Expenditure Survey 2023"
CADENCES: Final = (
    "the shares asked for; those of the calibrated preset are of BLS, Current Employment "
    "Statistics, length of pay periods 2023 (secondary page)"
)
PLATFORMS: Final = (
    "JPMorgan Chase Institute 2018, online platform economy: drivers $783 a month in 2017, x 1.3"
)
SOCIAL_SECURITY: Final = "Social Security Advisory Board 2013: about nine in ten"
PAYMENT_DAYS: Final = (
    "Social Security Administration, schedule of payments: second, third or fourth Wednesday, or "
    "the 3rd"
)
PEW_OLDER_WORKERS: Final = "Pew 2023: 19 % of 65 and over are employed"
TWO_EARNERS: Final = (
    "BLS 2015, employment characteristics of families: both employed in 48 % of couples"
)
TENURE: Final = "BLS, employee tenure January 2024: 22 % have been with theirs for a year or less"
WAGE_GROWTH: Final = "Atlanta Fed, Wage Growth Tracker 2025: 15 to 20 % see no change in a year"
VOLATILITY: Final = "JPMorgan Chase Institute 2019, Weathering Volatility 2.0: families .36"

CARD_USE: Final = (
    "the shares asked for; those of the calibrated preset are of the Philadelphia Fed, large-bank "
    "credit card data (FR Y-14M) 2024"
)
REVOLVERS: Final = (
    "the shares of high and critical cards asked for; Survey of Consumer Finances 2022: .45 to .55"
)
CARD_HOLDERS: Final = "CFPB 2025, consumer credit card market: 78 to 81 % of adults"
CARDS_LITTLE_USED: Final = (
    "Philadelphia Fed, large-bank credit card data 2024: half of cards under 10 % used"
)
OVERDUE: Final = (
    "New York Fed 2025: about 3 % of card balances are 30 days late; of full cards, judged"
)
MINIMUMS: Final = (
    "CFPB 2025, consumer credit card market: 31 % of subprime accounts pay the minimum only"
)
CARD_PAYMENTS: Final = "CFPB 2025, consumer credit card market: accounts are paid on monthly"
CARD_TERMS: Final = "terms of the card products in the catalog"
CARD_ACT: Final = "CARD Act of 2009"
EXPERIAN: Final = "Experian 2023-2025: use falls with the score without a gap"

SCF_DEPOSITS: Final = (
    "Survey of Consumer Finances 2022, transaction accounts: $8,000; by income from $900 to $35,000"
)
SCF_BY_AGE: Final = (
    "Survey of Consumer Finances 2022, transaction accounts: $5,400 under 35, $13,400 at 65 to 74"
)
OVERDRAFTS: Final = "Fed SHED 2024; CFPB Making Ends Meet 2023"
OVERDRAFT_MEANS: Final = "CFPB 2023, overdraft and nonsufficient fund fees: by means"
OVERDRAFT_COUNTS: Final = (
    "CFPB 2023, overdraft and nonsufficient fund fees: 8 % of households pay four or more a year"
)
OVERDRAFT_INCOMES: Final = (
    "CFPB 2023, overdraft and nonsufficient fund fees: 34 % of households under $65,000, 10 % over "
    "$175,000"
)
SHED: Final = (
    "Federal Reserve, Economic Well-Being of U.S. Households in 2024: 63 % could pay $400 from cash"
)

SELF_EMPLOYED: Final = "BLS, Current Population Survey 2024: 10 % of workers are self-employed"
COUPLES: Final = "Census, America's Families 2023: 47 % of households are married couples; judged"
SUBSCRIBERS: Final = "Deloitte 2025, digital media trends: nine in ten pay for a streaming service"
ALL_SERVICES: Final = "C+R Research 2022: $219 a month on subscriptions of every kind"
OWNERS: Final = "Census, American Community Survey 2024: 40.3 % of owners"
MOVERS: Final = "Census, American Community Survey 2024: 11 % moved in a year"
RENT_DAYS: Final = "judged: mostly due on the 1st, with three to five days of grace"
RENTS: Final = "BLS, New Tenant Rent Index 2025: all tenants' rents rose 3.5 % in a year"
SERVICES: Final = "Bango 2024; Deloitte 2025"
CHURN: Final = "about 2 % end a month (Einav, Klopack, Mahoney, via the press)"
PRIME: Final = "Amazon 2025: Prime is sold by the month and by the year"
PRICE_LISTS: Final = "the services' US price lists 2023-2026"
