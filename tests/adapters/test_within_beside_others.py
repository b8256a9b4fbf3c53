"""A service's own transactions beside other writers of the same process: neither waits for the other in a circle."""

from collections.abc import Callable
from queue import Queue
from threading import Event, Thread

from sqlalchemy import create_engine

from caseledger import Ledger
from caseledger.adapters.streams import Streams
from caseledger.adapters.testing import accept, adopt, register, respond


def before_recording(streams: Streams, *steps: Callable[[], object]) -> None:
    """Let others come between deciding and recording: a step before each of the first attempts."""
    append, waiting = streams.recorder.insert_events, iter(steps)

    def come_between(events: object, **given: object) -> object:
        for step in waiting:
            step()
            break
        return append(events, **given)  # type: ignore[arg-type]  # as given

    streams.recorder.insert_events = come_between  # type: ignore[method-assign, assignment]  # to come between


def test_a_transaction_that_decides_anew_does_not_wait_for_one_that_waits_for_it(postgresql_url: str) -> None:
    """On PostgreSQL, where others may append meanwhile; a wait in a circle would end one of them with a timeout."""
    engine = create_engine(postgresql_url)
    again, taken = Event(), Event()
    outcomes: Queue[str] = Queue()
    with Ledger(postgresql_url) as ledger, Ledger(postgresql_url) as rival:
        ledger.do_batch([[register(), adopt()], [accept(case="opinion:old")]])

        def wait_for_the_number() -> None:
            again.set()
            assert taken.wait(60)

        def work() -> None:
            try:
                outcomes.put(str(ledger.do(accept(case="opinion:outside")).number)[-4:])
            except BaseException as error:  # noqa: BLE001 - the test judges it
                outcomes.put(repr(error))

        with engine.begin() as connection:
            inside = ledger.within(connection)
            # Outside the transaction: the first number goes to a rival, and the next one is taken in the transaction.
            before_recording(ledger._app.streams, lambda: rival.do(accept(case="opinion:rival")), wait_for_the_number)
            outside = Thread(target=work)
            outside.start()
            assert again.wait(60)
            assert str(inside.do(accept(case="opinion:inside")).number)[-4:] == "0003"
            taken.set()
            before_recording(
                inside._executor.streams, lambda: rival.do(respond(case="opinion:old", command_id="cmd:rival"))
            )
            inside.do_batch([[respond(case="opinion:old", command_id="cmd:inside")]])
        outside.join()
        assert outcomes.get() == "0004"
        assert ledger.check().is_clean
    engine.dispose()
