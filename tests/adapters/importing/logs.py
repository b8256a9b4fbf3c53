"""A help desk's log in the form in which process mining tools export one; the cases are made up."""

MAPPING = """
source = "desk"

[center]
id = "center:desk"
label = "Service desk"
time_zone = "Europe/Rome"
estates = [{ id = "all", label = "All customers" }]

[policy]
in_force_from = 2010-01-01

[time]
format = "iso8601"
zone = "Europe/Rome"

[log]
case = "case:concept:name"
activity = "concept:name"
time = "time:timestamp"
ignore = ["Wait"]

[steps."Assign"]
do = "accept_opinion"
take = "first"
kind = { value = "complaint" }
channel = { column = "via", map = { Phone = "phone", Web = "web" }, default = "other" }
content = { column = "words" }

[steps."Take in charge"]
do = "dispatch_opinion"
to_kind = { value = "handler" }
to = { column = "org:resource", code = true }

[steps."Judge"]
do = "assess_opinion"
validity = { value = "valid" }
reason = { template = "desk: {words}" }

[steps."Closed"]
do = "end_opinion"
take = "last"
explanation = { template = "desk: {concept:name}" }
"""

HEADER = "case:concept:name,concept:name,time:timestamp,org:resource,via,words"
ASSIGN = "A1,Assign,2010-01-13 08:40:25+00:00,Value 2,Phone,the till is stuck"
AGAIN = "A1,Assign,2010-01-14 08:40:25+00:00,Value 2,Phone,still stuck"
TAKE = "A1,Take in charge,2010-01-29 08:52:27+00:00,Value 5,,"
WAIT = "A1,Wait,2010-02-01 08:52:27+00:00,Value 5,,"
CLOSED = "A1,Closed,2010-02-13 08:52:48+00:00,Value 5,,"
CLOSED_AGAIN = "A1,Closed,2010-03-13 08:52:48+00:00,Value 5,,"
OTHER = "B2,Assign,2010-01-20 10:00:00+00:00,Value 2,Web,no receipt"
CASE = "opinion:desk-k:_a1"
OTHER_CASE = "opinion:desk-k:_b2"


def numbered(*rows: str) -> list[str]:
    """Rows with an id of the event's own, counted from e1, in a last column."""
    return [f"{row},e{number}" for number, row in enumerate(rows, start=1)]
