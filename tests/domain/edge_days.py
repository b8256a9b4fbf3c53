"""Moments at which things go wrong, if they do, and the deadlines from each: counted by hand.

By the State Council's calendars of 2025 and 2026; in the clocks of Shanghai.
"""

LAST = "23:59:59.999999"
DAYS: dict[str, dict[str, str]] = {
    # A Monday, and nothing near.
    "plain day": {
        "start": "2026-03-02 09:00",
        "10 minutes": "2026-03-02 09:10",
        "1 hour": "2026-03-02 10:00",
        "4 hours": "2026-03-02 13:00",
        "1 day": f"2026-03-03 {LAST}",
        "2 days": f"2026-03-04 {LAST}",
        "7 days": f"2026-03-09 {LAST}",
        "1 working day": f"2026-03-03 {LAST}",
        "2 working days": f"2026-03-04 {LAST}",
        "3 working days": f"2026-03-05 {LAST}",
        "7 working days": f"2026-03-11 {LAST}",
    },
    # Friday; Sat 11 October 2025 is worked, Sun 12 is not: 11, 13, 14, 15, 16, 17, 20.
    "make-up Saturday": {
        "start": "2025-10-10 16:00",
        "10 minutes": "2025-10-10 16:10",
        "1 hour": "2025-10-10 17:00",
        "4 hours": "2025-10-10 20:00",
        "1 day": f"2025-10-11 {LAST}",
        "2 days": f"2025-10-12 {LAST}",
        "7 days": f"2025-10-17 {LAST}",
        "1 working day": f"2025-10-11 {LAST}",
        "2 working days": f"2025-10-13 {LAST}",
        "3 working days": f"2025-10-14 {LAST}",
        "7 working days": f"2025-10-20 {LAST}",
    },
    # Tuesday; 1 to 8 October 2025 are off: 9, 10, Sat 11, 13, 14, 15, 16. What counts in days runs through them.
    "National Day week": {
        "start": "2025-09-30 17:00",
        "10 minutes": "2025-09-30 17:10",
        "1 hour": "2025-09-30 18:00",
        "4 hours": "2025-09-30 21:00",
        "1 day": f"2025-10-01 {LAST}",
        "2 days": f"2025-10-02 {LAST}",
        "7 days": f"2025-10-07 {LAST}",
        "1 working day": f"2025-10-09 {LAST}",
        "2 working days": f"2025-10-10 {LAST}",
        "3 working days": f"2025-10-11 {LAST}",
        "7 working days": f"2025-10-16 {LAST}",
    },
    # Wednesday, its last second; 1 to 3 January 2026 are off, Sun 4 is worked: 4, 5, 6, 7, 8, 9, 12.
    "New Year": {
        "start": "2025-12-31 23:59:59",
        "10 minutes": "2026-01-01 00:09:59",
        "1 hour": "2026-01-01 00:59:59",
        "4 hours": "2026-01-01 03:59:59",
        "1 day": f"2026-01-01 {LAST}",
        "2 days": f"2026-01-02 {LAST}",
        "7 days": f"2026-01-07 {LAST}",
        "1 working day": f"2026-01-04 {LAST}",
        "2 working days": f"2026-01-05 {LAST}",
        "3 working days": f"2026-01-06 {LAST}",
        "7 working days": f"2026-01-12 {LAST}",
    },
    # Half past eleven at night in Shanghai, in UTC still afternoon; Sat 28 February is worked: 2, 3, 4, 5, 6, 9, 10.
    "month end": {
        "start": "2026-02-28 23:30",
        "10 minutes": "2026-02-28 23:40",
        "1 hour": "2026-03-01 00:30",
        "4 hours": "2026-03-01 03:30",
        "1 day": f"2026-03-01 {LAST}",
        "2 days": f"2026-03-02 {LAST}",
        "7 days": f"2026-03-07 {LAST}",
        "1 working day": f"2026-03-02 {LAST}",
        "2 working days": f"2026-03-03 {LAST}",
        "3 working days": f"2026-03-04 {LAST}",
        "7 working days": f"2026-03-10 {LAST}",
    },
    # Tuesday, half past midnight, in UTC still Monday: 4, 5, 6, 9, 10, 11, 12.
    "night": {
        "start": "2026-03-03 00:30",
        "10 minutes": "2026-03-03 00:40",
        "1 hour": "2026-03-03 01:30",
        "4 hours": "2026-03-03 04:30",
        "1 day": f"2026-03-04 {LAST}",
        "2 days": f"2026-03-05 {LAST}",
        "7 days": f"2026-03-10 {LAST}",
        "1 working day": f"2026-03-04 {LAST}",
        "2 working days": f"2026-03-05 {LAST}",
        "3 working days": f"2026-03-06 {LAST}",
        "7 working days": f"2026-03-12 {LAST}",
    },
}
