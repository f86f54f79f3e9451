"""What Python's eventsourcing library takes for what foldback's engine does, on SQLite with the durability that it sets up
itself (WAL, synchronous FULL). Prints one JSON value. Needs: pip install eventsourcing.

python_engine.py append FOLDER         seconds of each app.save of 1,000 events, and of each of one event
python_engine.py load FOLDER EVENTS    seconds of repository.get, without and with a snapshot fifty events before the end
python_engine.py project FOLDER EVENTS seconds of a follower that does nothing but keep its place, in a transaction for each event
                                       (its ProjectionRunner does not run on SQLite)"""
import json
import os
import statistics
import sys
import time
from decimal import Decimal

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.system import ProcessApplication, SingleThreadedRunner, System


class Account(Aggregate):
    @event("AccountOpened")
    def __init__(self, owner):
        self.owner = owner
        self.status = "OPEN"
        self.balance = Decimal("0.00")

    @event("MoneyDeposited")
    def deposit(self, amount):
        self.balance += amount


class Bank(Application):
    pass


def environment(path, **more):
    return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": path, **more}


def deposit(account, events):
    for n in range(events):
        account.deposit(Decimal(f"{n % 90 + 1}.{n % 100:02}"))


def timed(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def append(folder):
    app = Bank(env=environment(os.path.join(folder, "append.db")))
    account = Account("ana")
    app.save(account)

    def saved(events):
        deposit(account, events)
        return timed(lambda: app.save(account))

    return {"batches": [saved(1000) for _ in range(30)], "singles": [saved(1) for _ in range(200)]}


def load(folder, events):
    path = os.path.join(folder, f"python-account-{events}.db")
    # One whose making was cut off is made anew.
    made = os.path.exists(path + ".made")
    for left in [path + end for end in ["", "-wal", "-shm"]]:
        if not made and os.path.exists(left):
            os.remove(left)
    plain = Bank(env=environment(path))
    kept = Bank(env=environment(path, IS_SNAPSHOTTING_ENABLED="y"))
    if not made:
        account = Account("ana")
        for first in range(1, events, 1000):
            deposit(account, min(1000, events - first))
            plain.save(account)
        kept.take_snapshot(account.id, events - 50)
        open(path + ".made", "w").close()
    [first] = plain.notification_log.select(start=1, limit=1)

    def median(app):
        times = []
        for _ in range(5):
            times.append(timed(lambda: app.repository.get(first.originator_id)))
            assert app.repository.get(first.originator_id).version == events
        return statistics.median(times)

    return {"whole": median(plain), "snapshot": median(kept)}


class Follower(ProcessApplication):
    seen = 0

    @singledispatchmethod
    def policy(self, domain_event, processing_event):
        self.seen += 1


def project(folder, events):
    path = os.path.join(folder, "project.db")
    with SingleThreadedRunner(System(pipes=[[Bank, Follower]]), environment(path, BANK_SQLITE_DBNAME=path + ".bank")) as runner:
        bank, follower = runner.get(Bank), runner.get(Follower)
        # Nobody follows while the events are made.
        bank.notify, bank._notify = (lambda *_: None), (lambda *_: None)
        for _ in range(events // 100):
            account = Account("ana")
            deposit(account, 99)
            bank.save(account)
        took = timed(lambda: follower.pull_and_process("Bank"))
        assert follower.seen == events, follower.seen
    return {"seconds": took}


what, folder, *rest = sys.argv[1:]
print(json.dumps({"append": append, "load": load, "project": project}[what](folder, *map(int, rest))))
