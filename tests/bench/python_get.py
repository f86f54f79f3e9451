"""Makes a store of Python's eventsourcing library with one long aggregate, and prints the seconds its own
repository.get takes for it (the median of five). Usage: python_get.py FILE EVENTS. Needs: pip install eventsourcing."""
import os
import statistics
import sys
import time
from decimal import Decimal

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class Order(Aggregate):
    @event("Opened")
    def __init__(self):
        self.items = {}
        self.total = Decimal("0.00")
        self.status = "DRAFT"
        self.changed_by = None

    @event("ItemChanged")
    def change(self, product, name, quantity, price, total, by):
        self.items[product] = {"name": name, "quantity": quantity, "unit_price": price}
        self.total = total
        self.changed_by = by


def main(path, events):
    made = os.path.exists(path)
    app = Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": path})
    if not made:
        order = Order()
        for n in range(1, events):
            order.change(f"product-{n * 7919 % 50}", f"Widget number {n % 50}", n % 9 + 1,
                         Decimal(f"{n % 9 + 1}9.{n % 100:02}"), Decimal(f"{n % 5000}.{n % 100:02}"), f"user-{n % 40}@shop.example")
            if n % 1000 == 0:
                app.save(order)
        app.save(order)
    ids = [n.originator_id for n in app.notification_log.select(start=1, limit=1)]
    times = []
    for _ in range(5):
        started = time.perf_counter()
        order = app.repository.get(ids[0])
        times.append(time.perf_counter() - started)
        assert order.version == events
    print(statistics.median(times))


main(sys.argv[1], int(sys.argv[2]))
