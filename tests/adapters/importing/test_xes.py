"""An XES log is read event by event; what could be expanded without end is refused."""

import gzip
from io import BytesIO

import pytest

from caseledger.adapters.importing.rows import BrokenRow, Row, UnreadableFile
from caseledger.adapters.importing.xes import XesRows

LOG = b"""<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <string key="concept:name" value="a log"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <trace>
    <string key="concept:name" value="7"/>
    <event>
      <string key="concept:name" value="register"><string key="concept:name" value="nested"/></string>
      <date key="time:timestamp" value="2011-01-01T08:00:00.000+01:00"/>
    </event>
    <event>
      <string key="concept:name" value="&lt;close&gt; &amp; done"/>
    </event>
  </trace>
  <event><string key="concept:name" value="stray"/></event>
  <trace>
    <event><int key="cost" value="5"/></event>
  </trace>
</log>
"""
COLUMNS = ["case:concept:name", "concept:name", "time:timestamp"]


def read(text: bytes, columns: list[str] = COLUMNS) -> list[Row | BrokenRow]:
    return list(XesRows(BytesIO(text), columns))


def test_an_event_is_a_row_of_its_attributes_and_its_traces() -> None:
    register, close, stray, bare = read(LOG)
    assert register == Row(7, ["7", "register", "2011-01-01T08:00:00.000+01:00"])
    assert close == Row(11, ["7", "<close> & done", ""])
    assert isinstance(stray, BrokenRow)
    assert (stray.line, "outside of any trace" in stray.reason) == (15, True)
    assert bare == Row(17, ["", "", ""])


def test_the_attributes_that_were_found_are_known() -> None:
    rows = XesRows(BytesIO(LOG), COLUMNS)
    list(rows)
    assert set(rows.seen) == {"case:concept:name", "concept:name", "time:timestamp", "cost"}


def test_a_packed_log_is_unpacked() -> None:
    assert read(gzip.compress(LOG, mtime=0)) == read(LOG)


def test_a_log_in_pieces_is_read_as_one() -> None:
    many = LOG.replace(b"</trace>", b"<event/>" * 20_000 + b"</trace>", 1)
    assert len(read(many)) == 20_004


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LOG[:300], "not well-formed XML"),
        (b"", "not well-formed XML"),
        (b"case,activity\n1,register\n", "not well-formed XML"),
        (b"<html><body/></html>", "its root is <html>"),
        (b'<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log>&b;</log>', "document type declaration"),
        (b'<!DOCTYPE log SYSTEM "http://example.com/log.dtd"><log/>', "document type declaration"),
        (gzip.compress(LOG, mtime=0)[:60], "cannot be unpacked|not well-formed"),
        (LOG.replace(b"register", b"caf\xe9"), "not well-formed XML"),
    ],
)
def test_what_is_no_log_is_refused(text: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(text)
