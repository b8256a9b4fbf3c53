"""Event store: a persistence module for the `eventsourcing` library on SQLAlchemy Core.

Chosen by `PERSISTENCE_MODULE=caseledger.adapters.store`, with the database's URL in `CASELEDGER_URL`. It speaks
SQLite, PostgreSQL, MariaDB and MySQL. What it promises on each of them:

* events of one or several streams are appended all or none, one winner a version;
* positions are visible in ascending order and never handed out twice, so that no reader skips an event;
* the database itself refuses to change or remove an event;
* what was acknowledged is durable (SQLite: write-ahead log with `synchronous=FULL`).

A reader that knows the library finds exactly one factory here, as the library requires of a persistence module.
"""

from .factory import SqlFactory

__all__ = ["SqlFactory"]
